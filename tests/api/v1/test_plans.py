"""Plans over the API: made, looked at from every side, changed, published, undone, compared."""

import pytest

from dispatch.actions.plans import publishing
from dispatch.models import Plan, PlanPublishing, PlanStep
from tenants import relay
from tenants.context import tenant
from tests.factories import DepartmentFactory, OperatorFactory, WorkOrderTaskFactory
from workorder.models import WorkOrderTask

FIGURES = {"tardiness_minutes", "late_tasks", "unassigned", "load", "most_loaded_percent", "imbalance"}


@pytest.fixture
def lea(world):
    return OperatorFactory(organization=world.north, department=world.assembly, user__name="Lea")


@pytest.fixture
def task(world):
    return WorkOrderTaskFactory(organization=world.north, department=world.assembly)


@pytest.fixture
def planned(world, pia, task):
    """`planned()` -> the body of a plan that a worker has computed."""

    def planned(client=pia, **wish):
        made = client.post("plans/", {"name": "Monday"} | wish)
        assert made.status_code == 201, made.text
        compute(world, made.body["id"])
        return client.get(f"plans/{made.body['id']}/").body

    return planned


def compute(world, pk):
    with tenant(world.north):
        step = PlanStep.objects.get(plan=pk)
    relay.run("dispatch.planstep", world.north, step.pk)


def test_from_the_wish_to_the_undoing(world, pia, lea, task, planned):
    """The whole life of a plan as a program lives it."""
    made = pia.post("plans/", {"name": "Monday", "move_penalty": 60})
    assert (made.status_code, made.body["status"], made.body["move_penalty"]) == (201, "computing", 60)
    compute(world, made.body["id"])
    at = f"plans/{made.body['id']}/"

    plan = pia.get(at).body
    assert plan["status"] == "ready"
    assert plan["allowed_actions"] == ["submit", "publish", "discard", "move", "pin", "unpin"]
    assert set(plan["before"]) >= FIGURES <= set(plan["after"])

    [item] = [row for row in pia.get(f"{at}items/", {"changes": "true"}).body["results"] if row["task"] == str(task.pk)]
    assert (item["title"], item["member_before"]) == (task.title, None)
    other = lea if item["member"] == str(world.omar.pk) else world.omar

    moved = pia.post(f"{at}moves/", {"task": str(task.pk), "member": str(other.pk), "version": plan["version"]})
    assert (moved.status_code, moved.body["version"]) == (200, plan["version"] + 1)
    mine = pia.get(f"{at}items/", {"member": str(other.pk), "changes": "true"}).body["results"]
    assert str(task.pk) in [row["task"] for row in mine]

    published = pia.post(f"{at}publish/")
    assert (published.status_code, published.body["status"]) == (200, "published")
    assert pia.get(f"tasks/{task.pk}/").body["assigned_member"] == str(other.pk)

    undone = pia.post(f"{at}undo/")
    assert undone.body["status"] == "undone"
    assert pia.get(f"tasks/{task.pk}/").body["assigned_member"] is None
    kinds = [event["kind"] for event in pia.get(f"{at}events/").body["results"]]
    assert kinds == ["plan.undone", "plan.published", "plan.adjusted", "plan.computed", "plan.created"]


def test_who_gains_and_who_loses(world, pia, lea, planned):
    """The table sums up what the items say one by one."""
    plan = planned()

    rows = pia.get(f"plans/{plan['id']}/members/").body["members"]

    assert sum(row["gained"] for row in rows) == plan["tasks_moved"]
    assert {row["name"] for row in rows} >= {"Lea", "Omar"}
    for row in rows:
        assert row["minutes_after"] == plan["after"]["load"].get(row["member"], 0)


def test_what_has_changed_is_listed_and_can_be_left_out(world, api_client, pia, task, planned):
    """409 says which task, and `skip_stale` publishes the rest."""
    plan = planned()
    assert api_client.as_(world.omar).post(f"tasks/{task.pk}/claim/").status_code == 200

    refused = pia.post(f"plans/{plan['id']}/publish/")
    assert (refused.status_code, set(refused.codes)) == (409, {"stale_item"})
    assert refused.body["problems"][0]["message"].startswith(f"{task.title}: ")
    assert pia.get(f"plans/{plan['id']}/").body["status"] == "ready"


def test_a_large_plan_is_published_in_the_background(world, pia, lea, task, planned, monkeypatch):
    """202 and a state that says so; then it is published, by whoever asked for it."""
    monkeypatch.setattr(publishing, "MOST_AT_ONCE", 0)
    plan = planned()
    at = f"plans/{plan['id']}/"

    queued = pia.post(f"{at}publish/")
    assert (queued.status_code, queued.body["status"], queued.body["allowed_actions"]) == (202, "publishing", [])
    assert pia.get(f"tasks/{task.pk}/").body["assigned_member"] is None

    with tenant(world.north):
        row = PlanPublishing.objects.get(plan=plan["id"])
    relay.run("dispatch.planpublishing", world.north, row.pk)
    assert pia.get(at).body["status"] == "published"
    assert pia.get(f"tasks/{task.pk}/").body["assigned_member"] is not None
    kinds = [event["kind"] for event in pia.get(f"{at}events/").body["results"]]
    assert kinds == ["plan.published", "plan.queued", "plan.computed", "plan.created"]


def test_scenarios_stand_side_by_side(world, pia, planned):
    one, two = planned(name="As it is"), planned(name="Nobody changes", move_penalty=100_000)

    answer = pia.get("plans/compare/", {"plan": [two["id"], one["id"]]})

    assert [plan["name"] for plan in answer.body["plans"]] == ["Nobody changes", "As it is"]


@pytest.mark.parametrize("ids", [["x"], ["one"], ["one"] * 2])
def test_less_than_two_plans_are_no_comparison(pia, planned, ids):
    plan = planned()

    answer = pia.get("plans/compare/", {"plan": [plan["id"] if one == "one" else one for one in ids]})

    assert answer.status_code == 400
    assert "plan" in answer.body["fields"]


def test_a_stranger_s_plan_cannot_be_compared(world, pia, planned):
    ours, theirs = planned(), world.one(Plan)

    assert pia.get("plans/compare/", {"plan": [ours["id"], str(theirs.pk)]}).status_code == 404


class TestSupervisors:
    """Sina answers for Assembly: she plans there, and nowhere else."""

    @pytest.fixture
    def sina(self, world, api_client):
        return api_client.as_(world.sina)

    def test_a_supervisor_plans_the_own_department(self, world, sina, planned):
        plan = planned(sina, department=str(world.assembly.pk))

        assert sina.post(f"plans/{plan['id']}/publish/").status_code == 200

    @pytest.mark.parametrize("department", ["welding", None])
    def test_and_no_other(self, world, sina, department):
        wish = {"name": "Mine", "department": str(world.welding.pk) if department else None}

        assert sina.post("plans/", wish).status_code == 403

    def test_the_plan_of_all_is_not_hers_to_publish(self, sina, planned):
        plan = planned()

        assert sina.post(f"plans/{plan['id']}/publish/").status_code == 403
        assert sina.get(f"plans/{plan['id']}/").body["allowed_actions"] == []


class TestBadInput:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "a\x00b"}, "name"),
            ({"name": "A", "move_penalty": 10**30}, "move_penalty"),
            ({"name": "A", "move_penalty": "NaN"}, "move_penalty"),
            ({"name": "A", "balance_weight": -1}, "balance_weight"),
            ({"name": "A", "department": "x"}, "department"),
        ],
    )
    def test_a_wish_that_cannot_be_meant(self, world, pia, body, field):
        answer = pia.post("plans/", body)

        assert answer.status_code == 400
        assert field in answer.body["fields"]
        with tenant(world.north):
            assert not Plan.objects.exists()

    def test_a_department_of_somebody_else_is_unknown(self, world, pia):
        foreign = DepartmentFactory(organization=world.south)

        assert pia.post("plans/", {"name": "A", "department": str(foreign.pk)}).status_code == 400

    def test_a_task_of_somebody_else_is_unknown(self, world, pia, planned):
        plan = planned()

        answer = pia.post(f"plans/{plan['id']}/pin/", {"task": str(world.south_task.pk)})

        assert answer.status_code == 400

    def test_a_plan_seen_in_another_version_is_stale(self, world, pia, task, planned):
        plan = planned()

        answer = pia.post(f"plans/{plan['id']}/publish/", {"version": plan["version"] + 7})

        assert (answer.status_code, answer.code) == (409, "stale")
        with tenant(world.north):
            assert WorkOrderTask.objects.get(pk=task.pk).assigned_member_id is None


def test_lists_do_not_read_the_snapshot(world, pia, planned, query_counter):
    """A snapshot has megabytes; nobody who lists plans, or opens one, wants to wait for it."""
    plan = planned()

    for path in ("plans/", f"plans/{plan['id']}/", f"plans/{plan['id']}/items/", f"plans/{plan['id']}/members/"):
        with query_counter() as counted:
            assert pia.get(path).status_code == 200
        assert not [query for query in counted if '"snapshot"' in query["sql"]]
