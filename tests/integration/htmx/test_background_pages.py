"""Runs of the clock and dead letters as an admin sees them."""

import pytest

from tenants.context import tenant
from tenants.models import Event, ScheduledRun
from tests.factories import ScheduledRunFactory

pytestmark = pytest.mark.django_db

RUNS, LETTERS = "/settings/runs/", "/settings/dead-letters/"


@pytest.fixture
def window(world, hx_client):
    return hx_client.as_(world.ada)


@pytest.fixture
def letter(world):
    return ScheduledRunFactory(
        organization=world.north, schedule="run_log", state="dead", error="ConnectionError: the disk is away"
    )


def state_of(world, row):
    with tenant(world.north):
        return ScheduledRun.objects.get(pk=row.pk).state


class TestDeadLetters:
    def test_page_says_what_is_dead_and_why(self, window, letter):
        page = window.page(LETTERS)

        assert "the disk is away" in page.text("main")
        assert page.has(f"form[action='{LETTERS}{letter.pk}/replay/']")

    def test_tab_of_the_settings_counts_them(self, window, letter):
        page = window.page("/settings/departments/")

        assert "Dead letters 1" in " ".join(page.text("main").split())

    def test_one_click_has_it_tried_again(self, world, window, letter):
        answer = window.plain("post", f"{LETTERS}{letter.pk}/replay/")

        assert (answer.status_code, answer["Location"]) == (302, LETTERS)
        assert state_of(world, letter) == "pending"
        assert "Nothing is dead" in window.page(LETTERS).text("main")

    def test_second_click_is_told_that_it_is_not_dead(self, world, window, letter):
        window.plain("post", f"{LETTERS}{letter.pk}/replay/")

        answer = window.plain("post", f"{LETTERS}{letter.pk}/replay/")

        assert answer.status_code == 409
        assert b"It is not dead" in answer.content
        with tenant(world.north):
            assert Event.objects.filter(kind="replay.requested").count() == 1

    def test_all_of_a_kind_are_tried_again(self, world, window, letter):
        window.plain("post", f"{LETTERS}replay/", {"label": "tenants.scheduledrun"})

        assert state_of(world, letter) == "pending"

    def test_a_kind_that_does_not_exist_is_404(self, window):
        assert window.plain("post", f"{LETTERS}replay/", {"label": "tenants.member"}).status_code == 404


class TestRuns:
    def test_page_says_what_ran_and_what_became_of_it(self, world, window, letter):
        ScheduledRunFactory(
            organization=world.north,
            schedule="run_log",
            state="done",
            done_at="2031-03-09T02:00:03Z",
            outcome={"forgotten": 7},
        )

        page = window.page(RUNS)

        assert "forgotten 7" in page.text("main")
        assert "the disk is away" in page.text("main")
        assert "every day at 03:30" in page.text("main")

    def test_one_schedule_can_be_looked_at_alone(self, world, window, letter):
        ScheduledRunFactory(organization=world.north, schedule="abolished")

        part = window.get(RUNS, {"schedule": "run_log", "state": "dead"})

        assert b"the disk is away" in part.content
        assert b"abolished" not in part.content

    @pytest.mark.parametrize("asked", [{"schedule": "never"}, {"state": "odd"}, {"page": "many"}])
    def test_what_makes_no_sense_is_not_asked_for(self, window, letter, asked):
        assert window.get(RUNS, asked).status_code == 200
