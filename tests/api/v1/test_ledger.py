"""The production ledger through the API: reports, corrections, downtimes, reasons, and tasks in parts."""

import pytest

from tenants.context import tenant
from tests.factories import OperatorFactory, ReasonCodeFactory, SupervisorFactory, WorkOrderTaskFactory
from workorder.models import WorkOrderTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(world):
    """Omar's task of ten pieces, begun."""
    return WorkOrderTaskFactory(
        organization=world.north, department=world.assembly, member=world.omar, at="in_progress", at__by=world.omar
    )


@pytest.fixture
def omar(world, api_client):
    return api_client.as_(world.omar)


def at(task, verb):
    return f"tasks/{task.pk}/{verb}/"


class TestReports:
    """Every report is a row that stays."""

    def test_a_report_is_seen_with_its_reason_where_one_looks_for_it(self, world, omar, pia, task):
        scratched = ReasonCodeFactory(organization=world.north, name="Scratched")
        body = {"good": "6", "defect": "1", "rework": "2", "minutes": "30", "reason": str(scratched.pk)}

        answer = omar.post(at(task, "report"), body)

        (row,) = pia.get(at(task, "reports")).body["results"]
        assert (answer.status_code, answer.body["reported_quantity"], answer.body["rework_quantity"]) == (
            200,
            "7.000",
            "2.000",
        )
        assert (row["good"], row["reason"], row["member"]) == ("6.000", str(scratched.pk), str(world.omar.pk))
        assert pia.get("task-reports/", {"work_order": task.work_order_id}).body["results"] == [row]
        assert pia.get("task-reports/", {"reason": scratched.pk, "member": world.sina.pk}).body["results"] == []

    def test_a_defect_without_a_reason_is_a_bad_body(self, world, omar, task):
        """400 by the name of the field, since the form can say so before it is sent."""
        ReasonCodeFactory(organization=world.north)

        answer = omar.post(at(task, "report"), {"defect": "1"})

        assert (answer.status_code, answer.codes, list(answer.body["fields"])) == (400, ["required"], ["reason"])

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_nothing_edits_a_report(self, world, omar, task, method):
        """There is no such address: a wrong report is taken back."""
        omar.post(at(task, "report"), {"good": "1"})
        (row,) = omar.get(at(task, "reports")).body["results"]

        assert omar.send(method, f"task-reports/{row['id']}/", {"good": "2"}).status_code == 405


class TestTakeBack:
    """Who made it may take it back, and who leads there."""

    @pytest.fixture
    def report(self, omar, task):
        omar.post(at(task, "report"), {"good": "4", "minutes": "10"})
        return omar.get(at(task, "reports")).body["results"][0]

    def test_it_answers_the_report_and_the_row_that_undoes_it(self, omar, task, report):
        answer = omar.post(f"task-reports/{report['id']}/take-back/", {"note": "Wrong box."})

        rows = omar.get(at(task, "reports")).body["results"]
        undoing = next(row for row in rows if row["reverses"])
        assert (answer.status_code, answer.body["taken_back_by"]) == (200, undoing["id"])
        assert (undoing["reverses"], undoing["good"], undoing["minutes"], undoing["note"]) == (
            report["id"],
            "-4.000",
            "-10.00",
            "Wrong box.",
        )
        assert omar.get(f"tasks/{task.pk}/").body["reported_quantity"] == "0.000"

    def test_what_can_be_done_is_said_with_each_row(self, world, omar, api_client, task, report):
        """Omar may, a viewer may not, and nobody may twice."""
        vera = api_client.as_(world.vera)
        before = [client.get(f"task-reports/{report['id']}/").body["allowed_actions"] for client in (omar, vera)]

        omar.post(f"task-reports/{report['id']}/take-back/")

        after = omar.get("task-reports/", {"task": task.pk}).body["results"]
        assert before == [["take_back"], []]
        assert [row["allowed_actions"] for row in after] == [[], []]

    def test_a_colleague_may_not_but_the_supervisor_of_the_place_may(self, world, api_client, report):
        colleague = OperatorFactory(organization=world.north, department=world.assembly)
        elsewhere = SupervisorFactory(organization=world.north, department=world.welding)
        address = f"task-reports/{report['id']}/take-back/"

        found = [api_client.as_(who).post(address).status_code for who in (colleague, elsewhere, world.sina)]

        assert found == [403, 403, 200]

    def test_the_second_to_try_is_told(self, world, omar, pia, report):
        omar.post(f"task-reports/{report['id']}/take-back/")

        answer = pia.post(f"task-reports/{report['id']}/take-back/")

        assert (answer.status_code, answer.codes) == (409, ["already_taken_back"])

    def test_the_version_is_the_one_of_the_task(self, world, omar, task, report):
        answer = omar.post(f"task-reports/{report['id']}/take-back/", {"version": task.version})

        assert (answer.status_code, answer.body["code"]) == (409, "stale")


class TestParts:
    """Splitting says who and when in one request; all of it holds or nothing does."""

    def test_split_gives_the_parts_to_whom_it_names(self, world, api_client):
        ines = OperatorFactory(organization=world.north, department=world.assembly)
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
        parts = [{"quantity": "4", "member": str(ines.pk), "due_at": "2030-01-31T12:00:00Z"}, {"quantity": "1"}]

        answer = api_client.as_(world.sina).post(at(task, "split"), {"parts": parts})

        rows = api_client.as_(world.vera).get("tasks/", {"split_from": task.pk}).body["results"]
        assert (answer.status_code, answer.body["quantity"]) == (200, "5.000")
        assert sorted((row["quantity"], row["assigned_member"], row["due_at"][:4]) for row in rows) == [
            ("1.000", None, str(task.due_at.year)),
            ("4.000", str(ines.pk), "2030"),
        ]
        assert {row["status"] for row in rows} == {"ready"}

    def test_a_part_goes_into_the_department_of_whom_it_goes_to(self, world, pia):
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)

        pia.post(at(task, "split"), {"parts": [{"quantity": "4", "member": str(world.odd.pk)}]})

        (row,) = pia.get("tasks/", {"split_from": task.pk}).body["results"]
        assert (row["assigned_member"], row["assigned_department"]) == (str(world.odd.pk), str(world.welding.pk))

    def test_a_member_who_cannot_have_it_splits_nothing(self, world, pia):
        """Half a split would leave a task nobody asked for."""
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
        parts = [{"quantity": "2", "member": str(world.omar.pk)}, {"quantity": "2", "member": str(world.vera.pk)}]
        before = world.fingerprint()

        answer = pia.post(at(task, "split"), {"parts": parts})

        assert answer.status_code == 409
        assert "not_operator" in answer.codes
        assert world.fingerprint() == before

    def test_a_running_task_keeps_who_has_it(self, world, omar, pia, task):
        """The parts of somebody's task are nobody's, until they are given or taken."""
        omar.post(at(task, "report"), {"good": "5"})

        answer = pia.post(at(task, "split"), {"parts": [{"quantity": "3"}]})

        (part,) = pia.get("tasks/", {"split_from": task.pk}).body["results"]
        assert (answer.body["assigned_member"], answer.body["quantity"]) == (str(world.omar.pk), "7.000")
        assert part["assigned_member"] is None

    @pytest.mark.parametrize(
        "parts",
        [None, [], "x", [{}], [{"quantity": "0"}], [{"quantity": "NaN"}], [{"quantity": "10"}]],
        ids=["missing", "empty", "text", "no-quantity", "zero", "nan", "all-of-it"],
    )
    def test_parts_that_cannot_be_meant_are_a_bad_body(self, world, pia, parts):
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)

        answer = pia.post(at(task, "split"), {"parts": parts})

        assert answer.status_code == 400
        assert {field.partition(".")[0] for field in answer.body["fields"]} == {"parts"}

    def test_split_is_offered_while_there_is_something_to_split(self, world, omar, pia, task):
        """Whoever works on it does not; and what is all made has no parts."""
        before = [client.get(f"tasks/{task.pk}/").body["allowed_actions"] for client in (omar, pia)]
        omar.post(at(task, "report"), {"good": "10"})

        assert ["split" in actions for actions in before] == [False, True]
        assert "split" not in pia.get(f"tasks/{task.pk}/").body["allowed_actions"]

    def test_merge_takes_back_what_was_split_off(self, world, pia):
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
        pia.post(at(task, "split"), {"parts": [{"quantity": "4"}, {"quantity": "1"}]})
        rows = pia.get("tasks/", {"split_from": task.pk}).body["results"]

        answer = pia.post(at(task, "merge"), {"parts": [{"task": row["id"]} for row in rows]})

        assert (answer.status_code, answer.body["quantity"]) == (200, "10.000")
        assert {pia.get(f"tasks/{row['id']}/").body["status"] for row in rows} == {"cancelled"}

    def test_the_rest_of_a_task_that_ends_is_a_new_one(self, world, omar, task):
        omar.post(at(task, "report"), {"good": "6"})

        answer = omar.post(at(task, "complete"), {"rest": "new_task"})

        with tenant(world.north):
            rest = WorkOrderTask.objects.get(split_from=task)
        assert (answer.status_code, answer.body["status"], answer.body["quantity"]) == (200, "completed", "6.000")
        assert (rest.quantity, rest.status) == (4, "ready")


class TestDowntimes:
    """When work stood still, and why."""

    def test_a_pause_with_a_code_is_listed_until_it_ends_and_after(self, world, omar, pia, task):
        jam = ReasonCodeFactory(organization=world.north, kind="downtime", planned=False)

        omar.post(at(task, "pause"), {"code": str(jam.pk), "reason": "Again."})
        lasting = pia.get(at(task, "downtimes")).body["results"]
        omar.post(at(task, "resume"))
        ended = pia.get("downtimes/", {"reason": jam.pk, "department": world.assembly.pk}).body["results"]

        assert [(row["reason"], row["note"], row["ended_at"], row["minutes"]) for row in lasting] == [
            (str(jam.pk), "Again.", None, None)
        ]
        assert [(row["id"], row["minutes"] is not None) for row in ended] == [(lasting[0]["id"], True)]

    def test_planned_and_unplanned_are_told_apart(self, world, omar, pia, task):
        """A break is no breakdown; what has no reason was not foreseen either."""
        lunch = ReasonCodeFactory(organization=world.north, kind="downtime", planned=True)
        for body in ({"code": str(lunch.pk)}, {}):
            omar.post(at(task, "pause"), body)
            omar.post(at(task, "resume"))

        found = {asked: pia.get("downtimes/", {"planned": asked}).body["results"] for asked in ("true", "false")}

        assert [row["reason"] for row in found["true"]] == [str(lunch.pk)]
        assert [row["reason"] for row in found["false"]] == [None]

    def test_times_narrow_the_list(self, world, omar, pia, task):
        omar.post(at(task, "pause"))
        (row,) = pia.get("downtimes/", {"task": task.pk}).body["results"]

        inside = pia.get("downtimes/", {"started_after": row["started_at"], "running": "true"}).body["results"]
        before = pia.get("downtimes/", {"started_before": row["started_at"]}).body["results"]

        assert (inside, before) == ([row], [])


class TestReasonCodes:
    """Kept like the catalogue: everybody reads, planners write, what was used stays."""

    def test_a_code_is_given_once_for_each_kind(self, pia):
        """A scratch and a standstill may both be called A1."""
        body = {"kind": "defect", "code": "A1", "name": "Scratched"}

        found = [pia.post("reason-codes/", sent).status_code for sent in (body, body | {"kind": "downtime"}, body)]

        assert found == [201, 201, 400]

    def test_only_a_downtime_is_planned(self, pia):
        body = {"kind": "defect", "code": "A1", "name": "Scratched"}
        made = pia.post("reason-codes/", body).body

        answers = [
            pia.post("reason-codes/", body | {"code": "A2", "planned": True}),
            pia.patch(f"reason-codes/{made['id']}/", {"planned": True}),
        ]

        assert [(answer.status_code, answer.codes) for answer in answers] == [(400, ["not_planned"])] * 2

    def test_what_was_used_is_made_inactive_instead(self, world, omar, pia, task):
        used = ReasonCodeFactory(organization=world.north)
        omar.post(at(task, "report"), {"defect": "1", "reason": str(used.pk)})

        removed = pia.delete(f"reason-codes/{used.pk}/")
        changed = pia.patch(f"reason-codes/{used.pk}/", {"active": False})

        assert (removed.status_code, removed.codes) == (409, ["in_use"])
        assert changed.body["active"] is False
        assert pia.get("reason-codes/", {"active": "true"}).body["results"] == []

    def test_what_nothing_used_can_be_removed(self, world, pia):
        code = ReasonCodeFactory(organization=world.north)

        assert pia.delete(f"reason-codes/{code.pk}/").status_code == 204
        kinds = [event["kind"] for event in pia.get("events/", {"subject": code.pk}).body["results"]]
        assert kinds == ["reason_code.removed"]
