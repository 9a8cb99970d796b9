"""Approval through the API: levels, deputies, the policy, and the trail of an order."""

import datetime

import pytest

from tenants import context
from tests.factories import DeputyFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(api_client, world):
    return api_client.as_(world.ada)


@pytest.fixture
def order(world, ada):
    """Submitted by Pia, in an organization that wants two levels."""
    ada.patch("approval-policy/", {"second_level_priority": "low"})
    return WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)


def at(days):
    return (context.now() + datetime.timedelta(days=days)).isoformat()


class TestLevels:
    """Two people say yes, one after the other."""

    def test_an_order_is_approved_by_both(self, world, api_client, ada, order):
        first = api_client.as_(world.bea).post(f"work-orders/{order.pk}/approve/", {"comment": "Price agreed."})
        second = ada.post(f"work-orders/{order.pk}/approve/")

        assert [(answer.status_code, answer.body["status"]) for answer in (first, second)] == [
            (200, "submitted"),
            (200, "approved"),
        ]

    def test_the_second_level_is_not_offered_to_planners(self, world, api_client, ada, order):
        """And said all the same it is refused with the reason."""
        bea = api_client.as_(world.bea)
        ada.post(f"work-orders/{order.pk}/approve/")

        shown = bea.get(f"work-orders/{order.pk}/")
        said = bea.post(f"work-orders/{order.pk}/approve/")

        assert "approve" not in shown.body["allowed_actions"]
        assert (said.status_code, said.codes) == (409, ["level_not_held"])

    def test_a_level_said_again_is_a_retry(self, world, api_client, order):
        """Also by a planner, who could not give the level that is waited for now."""
        bea = api_client.as_(world.bea)
        first = bea.post(f"work-orders/{order.pk}/approve/")

        again = bea.post(f"work-orders/{order.pk}/approve/")

        assert (again.status_code, again.body["version"]) == (200, first.body["version"])

    def test_the_trail_shows_every_round_and_level(self, world, api_client, ada, order):
        api_client.as_(world.bea).post(f"work-orders/{order.pk}/approve/", {"comment": "Price agreed."})

        rows = api_client.as_(world.vera).get(f"work-orders/{order.pk}/approvals/").body["results"]

        given, waited = rows
        assert (given["round"], given["level"], given["decision"]) == (1, 1, "approved")
        assert (given["decided_by"], given["on_behalf_of"]) == (str(world.bea.pk), None)
        assert (given["comment"], waited["decision"], waited["decided_at"]) == ("Price agreed.", "", None)
        assert waited["overdue_at"] > waited["waiting_since"]


class TestDeputies:
    """Naming somebody for the time one is away."""

    def test_a_planner_names_a_deputy_for_themselves(self, world, api_client):
        answer = api_client.as_(world.bea).post("deputies/", {"deputy": str(world.omar.pk), "ends_at": at(7)})

        assert (answer.status_code, answer.body["member"], answer.body["deputy"]) == (
            201,
            str(world.bea.pk),
            str(world.omar.pk),
        )

    def test_only_an_admin_names_one_for_somebody_else(self, world, api_client, ada):
        wanted = {"member": str(world.bea.pk), "deputy": str(world.omar.pk), "ends_at": at(7)}

        assert api_client.as_(world.pia).post("deputies/", wanted).status_code == 403
        assert ada.post("deputies/", wanted).status_code == 201

    def test_a_deputy_is_offered_the_verbs_and_may_say_them(self, world, api_client):
        """Omar works at a machine; an order that waits is his to decide this week, and nothing else is."""
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
        order = WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)
        omar = api_client.as_(world.omar)

        shown = omar.get(f"work-orders/{order.pk}/").body["allowed_actions"]
        answer = omar.post(f"work-orders/{order.pk}/approve/", {"comment": "Bea said so."})
        again = omar.post(f"work-orders/{order.pk}/approve/", {"comment": "Bea said so."})

        assert shown == ["approve", "reject"]
        assert (answer.status_code, answer.body["status"], answer.body["allowed_actions"]) == (200, "approved", [])
        assert (again.status_code, again.body["version"]) == (200, answer.body["version"])
        trail = omar.get(f"work-orders/{order.pk}/approvals/").body["results"]
        assert [(row["decided_by"], row["on_behalf_of"]) for row in trail] == [(str(world.omar.pk), str(world.bea.pk))]

    def test_who_stands_in_for_nobody_is_not_let_in(self, world, api_client):
        order = WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)

        assert api_client.as_(world.omar).post(f"work-orders/{order.pk}/approve/").status_code == 403

    def test_a_list_of_waiting_orders_asks_once_for_whom_one_stands_in(self, world, api_client, query_counter):
        """A deputy's list costs one query more than anybody's, however long it is."""
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
        omar = api_client.as_(world.omar)

        def grow(size):
            have = omar.get("work-orders/", {"status": "submitted"}).body["count"]
            for _ in range(size - have):
                WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)

        def shown():
            rows = omar.get("work-orders/", {"status": "submitted", "page_size": 40}).body["results"]
            return sum("approve" in row["allowed_actions"] for row in rows)

        query_counter.constant_over(grow, shown, sizes=(2, 6, 12))

    @pytest.mark.parametrize(
        ("sent", "field", "code"),
        [
            ({"ends_at": -1}, "ends_at", "in_the_past"),
            ({"starts_at": 9, "ends_at": 8}, "ends_at", "ends_before_start"),
            ({"deputy": "bea"}, "deputy", "oneself"),
            ({"deputy": "vera"}, "deputy", "only_looks_on"),
            ({"deputy": "ivan"}, "deputy", "inactive"),
        ],
        ids=lambda part: str(part),
    )
    def test_what_makes_no_sense_is_refused_by_name(self, world, api_client, sent, field, code):
        wanted = {"deputy": "omar", "ends_at": 7} | sent
        body = {name: at(value) for name, value in wanted.items() if name != "deputy"}

        answer = api_client.as_(world.bea).post(
            "deputies/", body | {"deputy": str(getattr(world, wanted["deputy"]).pk)}
        )

        assert answer.status_code == 400
        assert [problem["code"] for problem in answer.body["fields"][field]] == [code]

    def test_the_same_person_twice_at_once_is_refused(self, world, api_client):
        """Touching is fine: one begins when the other ends."""
        bea = api_client.as_(world.bea)
        first = bea.post("deputies/", {"deputy": str(world.omar.pk), "ends_at": at(7)}).body

        inside = bea.post("deputies/", {"deputy": str(world.omar.pk), "starts_at": at(3), "ends_at": at(9)})
        after = bea.post("deputies/", {"deputy": str(world.omar.pk), "starts_at": first["ends_at"], "ends_at": at(9)})
        longer = bea.patch(f"deputies/{first['id']}/", {"ends_at": at(8)})

        assert [answer.status_code for answer in (inside, after, longer)] == [400, 201, 400]
        assert inside.codes == longer.codes == ["overlaps"]

    def test_a_change_and_an_end_are_in_the_history(self, world, api_client):
        bea = api_client.as_(world.bea)
        row = bea.post("deputies/", {"deputy": str(world.omar.pk), "ends_at": at(7)}).body

        bea.patch(f"deputies/{row['id']}/", {"ends_at": at(9), "version": row["version"]})
        ended = bea.delete(f"deputies/{row['id']}/")

        kinds = [event["kind"] for event in bea.get("events/", {"subject": row["id"]}).body["results"]]
        assert ended.status_code == 204
        assert bea.get(f"deputies/{row['id']}/").status_code == 404
        assert kinds == ["deputy.ended", "deputy.edited", "deputy.named"]

    def test_those_in_force_can_be_asked_for(self, world, ada):
        now = DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
        starts = context.now() + datetime.timedelta(days=20)
        later = DeputyFactory(
            organization=world.north,
            member=world.bea,
            deputy=world.omar,
            starts_at=starts,
            ends_at=starts + datetime.timedelta(days=1),
        )

        found = {
            wanted: [row["id"] for row in ada.get("deputies/", {"in_force": wanted}).body["results"]]
            for wanted in ("true", "false")
        }

        assert found == {"true": [str(now.pk)], "false": [str(later.pk)]}


class TestPolicy:
    """What an organization wants agreed to, and by when."""

    def test_everybody_reads_what_holds(self, world, api_client):
        answer = api_client.as_(world.vera).get("approval-policy/")

        assert answer.body == {
            "second_level_budget": None,
            "second_level_priority": "",
            "overdue_hours": 24,
            "version": 1,
        }

    def test_an_admin_changes_what_is_named(self, ada):
        ada.patch("approval-policy/", {"second_level_budget": "5000"})

        answer = ada.patch("approval-policy/", {"overdue_hours": 8})

        assert (answer.body["second_level_budget"], answer.body["overdue_hours"]) == ("5000.00", 8)

    def test_what_somebody_else_changed_meanwhile_is_stale(self, ada):
        seen = ada.get("approval-policy/").body["version"]
        ada.patch("approval-policy/", {"overdue_hours": 8, "version": seen})

        answer = ada.patch("approval-policy/", {"overdue_hours": 6, "version": seen})

        assert (answer.status_code, answer.code) == (409, "stale")


class TestReplanning:
    """Another date or priority for an order that somebody waits for."""

    def test_reschedule_and_prioritize_answer_the_order(self, world, api_client):
        pia, order = api_client.as_(world.pia), world.orders["released"]

        moved = pia.post(f"work-orders/{order.pk}/reschedule/", {"due_at": "2031-03-01T12:00:00Z", "reason": "Asked."})
        urgent = pia.post(f"work-orders/{order.pk}/prioritize/", {"priority": "urgent"})

        assert (moved.body["due_at"], urgent.body["priority"]) == ("2031-03-01T12:00:00Z", "urgent")
        tasks = pia.get(f"work-orders/{order.pk}/tasks/").body["results"]
        assert {task["due_at"] for task in tasks} == {"2031-03-01T12:00:00Z"}

    def test_a_cancellation_says_what_it_stopped(self, world, api_client):
        pia, order = api_client.as_(world.pia), world.orders["in_progress"]

        pia.post(f"work-orders/{order.pk}/cancel/", {"reason": "The theatre has closed."})

        event = pia.get("events/", {"subject": str(order.pk), "kind": "workorder.cancelled"}).body["results"][0]
        assert event["data"]["stopped"]["tasks"] == 1
        assert len(event["data"]["stopped"]["running"]) == 1
