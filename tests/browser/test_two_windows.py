"""The story as two people see it: what one does, the other's open page shows without reloading."""

import re

from playwright.sync_api import expect


def ordered(planner, title):
    """The planner types in an order for Prepress and submits it; answers its address."""
    planner.goto("/work-orders/new/")
    planner.select_option("#id_customer", index=1)
    planner.fill("#id_title", title)
    planner.fill("#id_due_at", "2030-01-31T12:00")
    planner.click("#add-processes")
    planner.locator("#id_processes-0-process option", has_text="Plate making").wait_for(state="attached")
    plates = planner.locator("#id_processes-0-process option", has_text="Plate making").get_attribute("value")
    planner.select_option("#id_processes-0-process", value=plates)
    planner.fill("#id_processes-0-quantity", "100")
    planner.click("[data-save]")
    planner.get_by_role("button", name="Submit for approval").click()
    expect(planner.locator("[data-status=submitted]")).to_be_visible()
    return planner.url


class TestTwoWindows:
    def test_a_released_task_arrives_and_its_progress_comes_back(self, window):
        """The planner releases; the operator sees it arrive, does it; the planner sees it done. Nobody reloads."""
        planner, admin, operator = window("planner"), window("admin"), window("operator.prepress", width=390)
        address = ordered(planner, "Menu cards")
        admin.goto(address)
        operator.goto("/tasks/")
        unread = int(operator.locator("#unread-count").inner_text() or 0)

        admin.locator("summary", has_text="Approve").click()
        admin.locator("details[open]").get_by_role("button", name="Approve").click()
        expect(planner.locator("[data-status=approved]")).to_be_visible()
        planner.get_by_role("button", name="Release to the floor").focus()
        planner.keyboard.press("Enter")

        card = operator.locator("article", has_text="Menu cards")
        expect(card).to_be_visible()
        expect(operator.locator("#unread-count")).to_have_text(str(unread + 1))
        card.get_by_role("button", name="Start").click()
        expect(card.locator("[data-status=in_progress]")).to_be_visible()
        expect(planner.locator("[data-status=in_progress]").first).to_be_visible()
        card.locator("summary", has_text="Report").click()
        card.locator("[name=good]").fill("98")
        card.locator("[name=defect]").fill("2")
        card.locator("select[name=reason]").select_option(index=1)
        card.locator("details[open]").get_by_role("button", name="Report").click()
        card.get_by_role("button", name="Complete").click()

        expect(planner.locator("[data-status=completed]")).to_be_visible()
        expect(card).to_have_count(0)
        assert planner.url == address

    def test_news_that_was_on_its_way_does_not_close_what_was_opened_meanwhile(self, window):
        """A slow answer to an earlier change must not take the form from under the hand."""
        address, admin, held = ordered(window("planner"), "Price lists"), window("admin"), []
        admin.goto(address)
        admin.wait_for_timeout(3000)  # until it has heard what it missed while it was loaded
        admin.route(address, lambda route: held.append(route))  # playwright takes no builtin
        admin.evaluate("document.body.dispatchEvent(new CustomEvent('wf:resync'))")
        admin.wait_for_timeout(1000)

        admin.locator("summary", has_text="Approve").click()
        with admin.expect_response(address):
            held[0].continue_()
        admin.wait_for_timeout(500)

        assert len(held) == 1
        expect(admin.locator("details[open]").get_by_role("button", name="Approve")).to_be_visible()


class TestPages:
    def test_no_page_scrolls_sideways_on_a_phone(self, window):
        """A gloved hand has one direction."""
        page = window("planner", width=390)
        widths = {}
        for path in ("/", "/work-orders/", "/work-orders/new/", "/tasks/", "/notifications/"):
            page.goto(path)
            widths[path] = page.locator("html").evaluate("element => element.scrollWidth")

        assert set(widths.values()) == {390}, widths

    def test_the_first_key_skips_to_the_content(self, window):
        page = window("viewer")

        page.goto("/work-orders/")
        page.keyboard.press("Tab")

        expect(page.locator(":focus")).to_have_text(re.compile("Skip"))
        assert page.locator(":focus").get_attribute("href") == "#main"

    def test_a_wrong_password_says_so(self, server, browser):
        page = browser.new_page(base_url=server.base)
        page.goto("/accounts/login/")
        page.fill("input[type=email]", "planner@north.example")
        page.fill("input[type=password]", "wrong")
        page.keyboard.press("Enter")

        expect(page.get_by_role("alert")).to_be_visible()
        assert "/accounts/login/" in page.url
        page.close()
