"""What the clock asked for and what nobody tries any more, for those who keep the house running."""

import datetime

import pytest
from django.utils import timezone

from tenants import events, relay
from tenants.context import tenant
from tenants.errors import Permanent
from tenants.models import Delivery, Event, Replay, ScheduledRun
from tests.factories import DepartmentFactory, ScheduledRunFactory

pytestmark = pytest.mark.django_db

HERE = "tests.api.v1.test_background"
SUBSCRIPTIONS = {"department.created": [f"{HERE}.refuse"]}


def refuse(event):
    raise Permanent("no such address")


@pytest.fixture
def letter(world, settings):
    """A reaction to Ada's new department that could never succeed."""
    relay.drain_here(world.north)
    settings.SUBSCRIPTIONS = f"{HERE}.SUBSCRIPTIONS"
    department = DepartmentFactory(organization=world.north, name="Gluing")
    with tenant(world.north):
        event = events.record(department, "department.created", by=world.ada, name="Gluing")
    relay.drain_here(world.north)
    with tenant(world.north):
        return Delivery.objects.select_related("event").get(event=event)


@pytest.fixture
def ada(world, api_client):
    return api_client.as_(world.ada)


class TestDeadDeliveries:
    def test_what_is_dead_is_listed_with_what_it_was_about_and_why(self, world, ada, letter):
        [found] = ada.get("dead-letters/").body["results"]

        assert found["about"].endswith("added the department Gluing")
        assert (found["id"], found["label"], found["kind"]) == (str(letter.pk), "tenants.delivery", "delivery")
        assert (found["error"], found["starts"]) == ("Permanent: no such address", 1)
        assert (found["subject_type"], found["subject"]) == ("department", str(letter.event.subject_id))

    def test_a_replayed_one_is_tried_as_if_it_had_just_become_due(self, world, ada, letter):
        answer = ada.post(f"dead-letters/{letter.pk}/replay/")

        assert answer.body == {"id": str(letter.pk), "label": "tenants.delivery", "state": "pending"}
        with tenant(world.north):
            row = Delivery.objects.get(pk=letter.pk)
        assert (row.attempts, row.failures, row.rung_at) == (0, 0, None)
        assert row.first_due_at > letter.first_due_at
        assert ada.get("dead-letters/").body["results"] == []

    def test_who_had_it_tried_again_stands_in_the_audit_log(self, world, ada, letter):
        ada.post(f"dead-letters/{letter.pk}/replay/")

        with tenant(world.north):
            event, replay = Event.objects.get(kind="replay.requested"), Replay.objects.get()
        assert (event.actor_id, event.via, event.subject_id) == (world.ada.pk, "api", replay.pk)
        assert event.data == {"label": "tenants.delivery", "row": str(letter.pk)}
        assert (replay.row_id, replay.error) == (letter.pk, "Permanent: no such address")
        [told] = ada.get("events/", {"kind": "replay.requested"}).body["results"]
        assert told["said"].endswith("had a dead delivery tried again")

    def test_what_is_not_dead_is_not_given_another_life(self, world, ada, letter):
        """Somebody else was first; a second try at the same time would do it twice."""
        ada.post(f"dead-letters/{letter.pk}/replay/")
        before = world.fingerprint()

        answer = ada.post(f"dead-letters/{letter.pk}/replay/")

        assert (answer.status_code, [problem["code"] for problem in answer.body["problems"]]) == (409, ["not_dead"])
        assert world.fingerprint() == before

    @pytest.mark.parametrize("pk", ["01900000-0000-7000-8000-00000000dead", "not-an-id"])
    def test_what_does_not_exist_is_404(self, ada, pk):
        assert ada.post(f"dead-letters/{pk}/replay/").status_code == 404

    def test_a_strangers_dead_letter_is_404_too(self, world, api_client, letter):
        answer = api_client.as_(world.zoe).post(f"dead-letters/{letter.pk}/replay/")

        assert answer.status_code == 404

    def test_all_of_one_kind_are_tried_again_and_no_others(self, world, ada, letter):
        for _ in range(3):
            ScheduledRunFactory(organization=world.north, state="dead", error="ConnectionError: away")

        answer = ada.post("dead-letters/replay/", {"label": "tenants.scheduledrun"})

        assert answer.body == {"replayed": 3}
        assert [found["label"] for found in ada.get("dead-letters/").body["results"]] == ["tenants.delivery"]
        with tenant(world.north):
            assert Event.objects.filter(kind="replay.requested").count() == 3

    def test_a_kind_that_nobody_leases_is_refused(self, world, ada):
        answer = ada.post("dead-letters/replay/", {"label": "tenants.member"})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["label"])

    def test_the_list_is_read_with_as_many_queries_however_long_it_is(self, world, ada, letter, query_counter):
        def until(count):
            while len(ada.get("dead-letters/").body["results"]) < count:
                ScheduledRunFactory(organization=world.north, state="dead", error="away")

        query_counter.constant_over(until, lambda: len(ada.get("dead-letters/").body["results"]), sizes=(2, 6, 10))

    @pytest.mark.parametrize("page", [2, 21, 1000])
    def test_pages_beyond_the_end_are_404(self, ada, letter, page):
        assert ada.get("dead-letters/", {"page": page, "page_size": 100}).status_code == 404


class TestScheduledRuns:
    def test_runs_are_listed_newest_first_with_their_outcome(self, world, ada):
        moment = timezone.now().replace(microsecond=0)
        for days, schedule in ((2, "retention"), (1, "run_log")):
            due = moment - datetime.timedelta(days=days)
            done = {"state": "done", "done_at": moment, "outcome": {"forgotten": days}}
            ScheduledRunFactory(organization=world.north, schedule=schedule, due_at=due, **done)

        found = ada.get("scheduled-runs/").body["results"]

        assert [(run["schedule"], run["outcome"]) for run in found][-2:] == [
            ("run_log", {"forgotten": 1}),
            ("retention", {"forgotten": 2}),
        ]

    def test_one_schedule_can_be_asked_for(self, world, ada):
        for schedule in ("run_log", "run_log", "retention"):
            ScheduledRunFactory(organization=world.north, schedule=schedule)

        found = ada.get("scheduled-runs/", {"schedule": "run_log"}).body["results"]

        assert {run["schedule"] for run in found} == {"run_log"}

    def test_a_schedule_that_does_not_exist_is_refused_by_name(self, ada):
        answer = ada.get("scheduled-runs/", {"schedule": "never"})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["schedule"])

    def test_a_single_run_has_its_address(self, world, ada):
        run = ScheduledRunFactory(organization=world.north, schedule="run_log")

        answer = ada.get(f"scheduled-runs/{run.pk}/")

        assert (answer.body["schedule"], answer.body["state"]) == ("run_log", "pending")
        with tenant(world.north):
            assert ScheduledRun.objects.filter(pk=answer.body["id"]).exists()
