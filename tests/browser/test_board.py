"""The dispatch board with nothing but a keyboard: whoever cannot drag a card gives it away all the same."""

import pytest
from playwright.sync_api import expect

BOARD = "/dispatch/?department=all"


@pytest.fixture
def planner(window):
    page = window("planner")
    page.goto(BOARD)
    return page


def waiting(page, text):
    return page.locator("[data-drop=queue] [data-card]", has_text=text)


def with_(page, name):
    return page.locator("[data-drop]:not([data-drop=queue])", has=page.locator("h3", has_text=name))


class TestKeyboard:
    def test_enter_opens_the_menu_letters_find_a_person_and_enter_gives(self, planner):
        """The packing that waits for whoever is free, to Ruth."""
        card = waiting(planner, "Packing").first
        held = with_(planner, "Ruth").locator("[data-card]")
        before = held.count()

        card.locator("summary").focus()
        planner.keyboard.press("Enter")
        expect(planner.locator("select[name=member]:focus")).to_be_visible()
        planner.keyboard.type("Ruth")
        planner.keyboard.press("Enter")

        expect(held).to_have_count(before + 1)
        expect(planner.locator("[data-card] :focus").first).to_be_visible()
        assert held.first.locator("h4").inner_text() == "Packing"

    def test_refusal_says_why_and_asks_for_the_reason_it_gives_way_to(self, planner):
        """Five hours of posters are more than Omar may have; the planner knows why it has to be him."""
        card = waiting(planner, "5 h 10 min")

        card.locator("summary").focus()
        planner.keyboard.press("Enter")
        expect(planner.locator("select[name=member]:focus")).to_be_visible()
        planner.keyboard.type("Omar")
        planner.keyboard.press("Enter")
        expect(card.get_by_role("alert")).to_contain_text("% of load")
        expect(card.get_by_role("button", name="Do it anyway")).to_be_visible()
        expect(planner.locator("[name=force]:focus")).to_be_visible()
        planner.keyboard.type("The others are away.")
        planner.keyboard.press("Enter")

        expect(with_(planner, "Omar").locator("[data-card]", has_text="5 h 10 min")).to_be_visible()
        assert "overloaded" in with_(planner, "Omar").inner_text()

    def test_arrows_go_from_card_to_card_and_escape_closes(self, planner):
        cards = planner.locator("[data-card]:has(summary)")
        first, second = cards.nth(0), cards.nth(1)

        first.locator("summary").focus()
        for _ in range(5):  # what runs has a link only, and is on the way
            if second.locator("summary:focus").count():
                break
            planner.keyboard.press("ArrowDown")
        planner.keyboard.press("Enter")
        expect(planner.locator("select[name=member]:focus")).to_be_visible()
        planner.keyboard.press("Escape")

        expect(second.locator("summary:focus")).to_be_visible()
        assert second.locator("details[open]").count() == 0


class TestDragging:
    """Nils has more plates to make than one; the poster waits for somebody, and Sina has time."""

    def test_card_dropped_on_somebody_is_theirs(self, planner):
        sina, card = with_(planner, "Sina"), waiting(planner, "2 h 10 min")

        card.drag_to(sina)

        expect(sina.locator("[data-card]", has_text="2 h 10 min")).to_be_visible()
        assert card.count() == 0

    def test_card_dropped_on_the_queue_waits_and_another_window_sees_it(self, window, planner):
        other = window("supervisor")
        other.goto(BOARD)
        card = with_(planner, "Nils").locator("[data-card][draggable]").first
        number = card.locator("p").first.inner_text().split()[0]
        queue = planner.locator("section", has=planner.locator("h2", has_text="Prepress")).locator("[data-drop=queue]")

        card.drag_to(queue)

        expect(waiting(planner, number)).to_be_visible()
        expect(waiting(other, number)).to_be_visible()
        assert other.url.endswith(BOARD)


class TestPhone:
    def test_no_page_of_dispatch_scrolls_sideways(self, window):
        page = window("planner", width=390)
        widths = {}
        for path in (BOARD, "/dispatch/preview/", "/dispatch/load/", "/dispatch/fairness/"):
            page.goto(path)
            widths[path] = page.locator("html").evaluate("element => element.scrollWidth")

        assert set(widths.values()) == {390}, widths
