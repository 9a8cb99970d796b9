"""Hands that press twice, and pages that are older than the floor."""

import re

from playwright.sync_api import expect


def posts_of(page):
    """The addresses of what a page sends from now on."""
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return sent


class TestDoubleClick:
    def test_twice_is_once_also_where_another_button_takes_the_place(self, window):
        """Start becomes Pause under the finger: whoever pressed twice is at work, not on a break."""
        operator = window("operator.prepress", width=390)
        operator.goto("/tasks/")
        card = operator.locator("article", has=operator.get_by_role("button", name="Start")).first
        card = operator.locator(f"#{card.get_attribute('id')}")
        sent = posts_of(operator)

        card.get_by_role("button", name="Start").dblclick(delay=60)
        expect(card.locator("[data-status=in_progress]")).to_be_visible()
        operator.wait_for_timeout(600)

        expect(card.locator("[data-status=in_progress]")).to_be_visible()
        assert len(sent) == 1
        card.locator("summary", has_text="Pause").click()  # the other tests need free hands
        card.locator("details[open]").get_by_role("button", name="Pause").click()
        expect(card.locator("[data-status=paused]")).to_be_visible()

    def test_enter_held_down_makes_one_and_not_several(self, window):
        """A form that leads to another page is sent until that page is there."""
        planner = window("planner")
        planner.goto("/settings/shifts/")
        planner.route(
            re.compile("/settings/shifts/$"), lambda route: (planner.wait_for_timeout(300), route.continue_())
        )
        planner.fill("[name=name]", "Twice")
        planner.fill("[name=starts]", "08:00")
        planner.fill("[name=ends]", "12:00")
        sent = posts_of(planner)

        for _ in range(3):
            planner.locator("[name=name]").press("Enter")

        expect(planner.get_by_text("Twice: added.")).to_be_visible()
        assert len(sent) == 1


class TestLateSocket:
    def test_what_a_page_missed_while_it_was_loaded_it_reads_as_soon_as_it_listens(self, window):
        """Its socket is late; meanwhile somebody else changes what it shows."""
        watching, planner, late = window("planner"), window("planner.second"), []
        watching.goto("/work-orders/?status=approved")
        address = watching.locator("main a[href*='/work-orders/0']").first.get_attribute("href")
        watching.route_web_socket("**/ws/", lambda socket: late.append(socket))  # playwright takes no builtin
        watching.goto(address)

        planner.goto(address)
        planner.get_by_role("button", name="Release to the floor").click()
        expect(planner.locator("[data-status=released]").first).to_be_visible()
        planner.wait_for_timeout(3000)  # until it was announced, to nobody
        expect(watching.locator("[data-status=approved]").first).to_be_visible()
        late[0].connect_to_server()

        expect(watching.locator("[data-status=released]").first).to_be_visible()
        assert watching.url.endswith(address), "it was read again where it stood"
