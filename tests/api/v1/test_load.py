"""Load by day and fairness over the API: the figures, and what cannot be meant."""

import datetime

import pytest

from dispatch.actions import assignments
from tenants.context import tenant
from tests.factories import AssignmentFactory, WorkOrderTaskFactory

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 3, 16)  # a Monday, as the frozen clock says
LOAD, FAIRNESS = "dispatch/load/", "dispatch/fairness/"


@pytest.fixture(autouse=True)
def _monday(frozen_clock):
    """At nine in the morning, so that a working day has seven hours left."""


@pytest.fixture
def vera(world, api_client):
    return api_client.as_(world.vera)


@pytest.fixture
def task(world):
    """Half an hour for Omar."""
    task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
    with tenant(world.north):
        assignments.assign(task, by=world.pia, member=world.omar)
    return task


def days(world, client, **asked):
    answer = client.get(LOAD, {"from": TODAY, "to": TODAY + datetime.timedelta(days=2)} | asked)
    members = [row for place in answer.body["departments"] for row in place["members"]]
    return {row["name"]: row["days"] for row in members}


class TestLoad:
    def test_days_come_when_they_are_asked_for(self, world, vera, task):
        plain = vera.get(LOAD).body["departments"][0]["members"][0]

        assert plain.keys() == {"member", "name", "load_minutes"}
        assert days(world, vera)["Omar"][0] == {
            "date": "2026-03-16",
            "planned_minutes": "0.00",
            "promised_minutes": "30.00",
            "capacity_minutes": "480.00",
            "overloaded": False,
        }

    def test_department_narrows_it(self, world, vera, task):
        assert days(world, vera, department=world.welding.pk).keys() == {"Odd"}

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({"from": "2026-03-16"}, "to"),
            ({"to": "2026-03-16"}, "from"),
            ({"from": "2026-03-16", "to": "2026-03-15"}, "to"),
            ({"from": "2026-03-16", "to": "2026-06-16"}, "to"),
            ({"from": "yesterday", "to": "2026-03-16"}, "from"),
            ({"from": "2026-03-16T10:00:00", "to": "2026-03-17"}, "from"),
            ({"from": "\x00", "to": "2026-03-17"}, "from"),
            ({"from": "0001-01-01", "to": "0001-01-02"}, "from"),
            ({"from": "9999-12-30", "to": "9999-12-31"}, "from"),
            ({"department": "7"}, "department"),
            ({"department": "\x00"}, "department"),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("path", [LOAD, FAIRNESS])
    def test_what_cannot_be_meant_names_its_field(self, world, pia, path, asked, field):
        answer = pia.get(path, asked)

        assert answer.status_code == 400
        assert field in answer.body["fields"]

    def test_department_of_strangers_is_one_that_does_not_exist(self, world, pia):
        assert pia.get(LOAD, {"department": world.workshop.pk}).status_code == 400

    def test_ninety_two_days_are_the_most(self, world, pia):
        answer = pia.get(LOAD, {"from": "2026-03-16", "to": "2026-06-15"})

        assert len(answer.body["departments"][0]["members"][0]["days"]) == 92


class TestFairness:
    def test_who_was_given_what(self, world, pia, task):
        body = pia.get(FAIRNESS).body

        shares = {row["name"]: row for row in body["members"]}
        assert (shares["Omar"]["assigned_minutes"], shares["Omar"]["share_percent"]) == ("30.00", 100.0)
        assert shares["Omar"]["by_rule"] == [{"rule": "By hand or claimed", "tasks": 1}]
        assert (body["from"], body["to"]) == ("2026-02-17", "2026-03-16")

    def test_supervisors_compare_their_own_people(self, world, api_client, task):
        sina = api_client.as_(world.sina)

        assert {row["name"] for row in sina.get(FAIRNESS).body["members"]} == {"Omar", "Sina"}
        assert sina.get(FAIRNESS, {"department": world.welding.pk}).status_code == 403

    def test_one_declined_is_an_offer_and_no_work(self, world, pia):
        AssignmentFactory(
            organization=world.north,
            task=WorkOrderTaskFactory(organization=world.north, department=world.assembly),
            member=world.omar,
            at="declined",
        )

        shares = {row["name"]: row for row in pia.get(FAIRNESS, {"department": world.assembly.pk}).body["members"]}

        assert (shares["Omar"]["offers"], shares["Omar"]["declined"]) == (1, 1)
        assert shares["Omar"]["assigned_minutes"] == "0.00"


class TestGrowth:
    """A month of a hundred people must not ask the database a hundred times."""

    @pytest.mark.parametrize("path", [LOAD, FAIRNESS])
    def test_queries_do_not_grow_with_people_or_tasks(self, world, pia, query_counter, path):
        made = []

        def make(n):
            while len(made) < n:
                task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
                made.append(AssignmentFactory(organization=world.north, task=task))

        def read():
            body = pia.get(path, {"from": TODAY, "to": TODAY}).body
            return len(body["members"] if path == FAIRNESS else body["departments"][0]["members"])

        assert query_counter.constant_over(make, read, sizes=(2, 4, 8)) > 0
