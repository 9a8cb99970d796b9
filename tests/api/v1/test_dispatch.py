"""Who does it: rules, previews with their reasons, and the answers of those who were asked."""

import pytest

from tenants.context import tenant
from tests.factories import WorkOrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(world):
    """A task in Assembly that waits for somebody."""
    order = WorkOrderFactory(
        organization=world.north, customer=world.customer, line__product=world.product, at="released", at__by=world.pia
    )
    with tenant(world.north):
        return order.tasks.get()


class TestPreview:
    """A preview is the run without its effects."""

    def test_a_preview_says_who_and_why_and_changes_nothing(self, world, pia, task):
        before = world.fingerprint()

        answer = pia.get("dispatch/preview/")

        found = {decision["task"]: decision for decision in answer.body["decisions"]}
        assert (answer.status_code, found[str(task.pk)]["chosen"]["name"]) == (200, "Omar")
        assert "Omar" in found[str(task.pk)]["why"]
        assert world.fingerprint() == before

    def test_the_run_does_what_the_preview_said(self, world, pia, task):
        """A planner trusts the second because of the first."""
        said = pia.get("dispatch/preview/").body["decisions"]

        done = pia.post("dispatch/run/")

        assert done.body["decisions"] == said
        assert pia.get(f"tasks/{task.pk}/").body["assigned_member"] == str(world.omar.pk)

    def test_an_operator_does_not_run_it(self, world, api_client, task):
        assert api_client.as_(world.omar).post("dispatch/run/").status_code == 403

    def test_the_load_counts_what_is_promised(self, world, pia, task):
        pia.post("dispatch/run/")

        departments = {row["name"]: row for row in pia.get("dispatch/load/").body["departments"]}

        assembly = departments["Assembly"]
        loads = {row["name"]: row["load_minutes"] for row in assembly["members"]}
        assert (assembly["queued_tasks"], loads["Sina"]) == (0, "0.00")
        assert assembly["load_minutes"] == loads["Omar"] != "0.00"


class TestRules:
    """Planners say what goes where."""

    def test_a_rule_is_made_changed_and_removed(self, world, pia):
        made = pia.post("dispatch/rules/", {"name": "Rush", "rank": 1, "if_priority": "urgent"})
        changed = pia.patch(f"dispatch/rules/{made.body['id']}/", {"strategy": "queue_only"})
        removed = pia.delete(f"dispatch/rules/{made.body['id']}/")

        assert (made.status_code, made.body["strategy"], changed.body["strategy"]) == (
            201,
            "least_loaded",
            "queue_only",
        )
        assert (removed.status_code, pia.get("dispatch/rules/").body["count"]) == (204, 0)

    def test_a_condition_of_another_organization_is_unknown(self, world, pia):
        answer = pia.post("dispatch/rules/", {"name": "Spy", "if_department": world.workshop.pk})

        assert (answer.status_code, answer.codes) == (400, ["does_not_exist"])

    def test_two_rules_cannot_share_a_name(self, world, pia):
        """Decisions name the rule they came from."""
        pia.post("dispatch/rules/", {"name": "Rush"})

        answer = pia.post("dispatch/rules/", {"name": "Rush"})

        assert (answer.status_code, answer.codes) == (400, ["name_taken"])

    def test_a_supervisor_reads_rules_and_does_not_write_them(self, world, api_client):
        sina = api_client.as_(world.sina)

        assert (sina.get("dispatch/rules/").status_code, sina.post("dispatch/rules/", {"name": "X"}).status_code) == (
            200,
            403,
        )


class TestAnswers:
    """Whoever was asked answers; others cannot answer for them."""

    @pytest.fixture
    def offered(self, world, api_client, task):
        """The assignment by which Sina gave the task to Omar."""
        sina = api_client.as_(world.sina)
        sina.post(f"tasks/{task.pk}/assign/", {"member": world.omar.pk})
        return sina.get("assignments/", {"task": task.pk}).body["results"][0]

    def test_the_one_who_was_asked_accepts(self, world, api_client, offered):
        answer = api_client.as_(world.omar).post(f"assignments/{offered['id']}/accept/")

        assert (answer.status_code, answer.body["status"], answer.body["allowed_actions"]) == (200, "accepted", [])

    def test_nobody_answers_for_somebody_else(self, world, pia, offered):
        """Not even the planner: a yes is a promise."""
        answer = pia.post(f"assignments/{offered['id']}/accept/")

        assert answer.status_code == 403

    def test_declining_needs_a_reason_and_frees_the_task(self, world, api_client, offered):
        omar = api_client.as_(world.omar)

        silent = omar.post(f"assignments/{offered['id']}/decline/")
        said = omar.post(f"assignments/{offered['id']}/decline/", {"reason": "On leave."})

        assert (silent.status_code, list(silent.body["fields"])) == (400, ["reason"])
        assert (said.body["status"], said.body["decline_reason"]) == ("declined", "On leave.")
        assert omar.get(f"tasks/{offered['task']}/").body["assigned_member"] is None

    def test_a_supervisor_takes_it_back(self, world, api_client, offered):
        answer = api_client.as_(world.sina).post(f"assignments/{offered['id']}/withdraw/")

        assert (answer.status_code, answer.body["status"]) == (200, "withdrawn")

    def test_the_decision_is_shown_in_full(self, world, pia, task):
        """ "Why me?" has an answer that can be checked."""
        pia.post("dispatch/run/")
        [assignment] = pia.get("assignments/", {"task": task.pk}).body["results"]

        whole = pia.get(f"assignments/{assignment['id']}/").body

        assert whole["decision"]["chosen"]["name"] == "Omar"
        assert [refused["name"] for refused in whole["decision"]["refused"]] == ["Ivan", "Sina"]
