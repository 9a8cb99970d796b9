"""What people on the floor say about a task, and what it does to everything above it."""

import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tenants import events
from tenants.errors import Invalid, NotAllowed, Stale
from tests.factories import WorkOrderFactory, WorkOrderTaskFactory
from tests.support.reasons import codes, named
from workorder.actions import orders, tasks
from workorder.models import TaskReport, WorkOrder, WorkOrderTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


def task_of(world, state="in_progress", **values):
    """Omar's task of ten pieces in Assembly."""
    return WorkOrderTaskFactory(
        organization=world.north, department=world.assembly, member=world.omar, at=state, at__by=world.omar, **values
    )


def sums(task):
    kept = WorkOrderTask.objects.get(pk=task.pk)
    return kept.completed_quantity, kept.defect_quantity, kept.reported_quantity


class TestStart:
    """The first task sets everything above it in motion."""

    def test_start_begins_the_process_and_the_order(self, world):
        """Nobody has to tell the office that work has begun."""
        task = task_of(world, "ready")

        started = tasks.start(task, by=world.omar)

        assert (started.status, started.process.status, started.work_order.status) == ("in_progress",) * 3
        assert started.started_at is not None
        assert [events.newest(row).kind for row in (started, started.process, started.work_order)] == [
            "task.started",
            "process.started",
            "workorder.begun",
        ]

    def test_start_of_another_task_leaves_what_has_begun(self, world):
        """An order begins once."""
        order = WorkOrderFactory(organization=world.north, line__steps=[2], at="released")
        one, other = order.tasks.all()
        version = tasks.start(one, by=world.omar).work_order.version

        assert tasks.start(other, by=world.omar).work_order.version == version

    def test_start_before_its_turn_is_refused(self, world):
        """What is not printed cannot be folded."""
        task = WorkOrderTaskFactory(organization=world.north, at="waiting")

        with pytest.raises(NotAllowed) as refusal:
            tasks.start(task, by=world.omar)

        assert codes(refusal) == ["wrong_state"]
        assert WorkOrder.objects.get(pk=task.work_order_id).status == "released"

    def test_resume_keeps_the_moment_it_was_first_started(self, world, frozen_clock):
        """Cycle time begins with the first touch, not with the last break."""
        task = task_of(world, "paused")
        frozen_clock.shift(hours=1)

        assert tasks.resume(task, by=world.omar).started_at == task.started_at

    def test_resume_said_twice_is_one_event(self, world):
        """A thumb that taps twice has resumed once."""
        task = tasks.resume(task_of(world, "paused"), by=world.omar)

        assert tasks.resume(task, by=world.omar).version == task.version


class TestHeldOrder:
    """Stopped on purpose: nobody works on it, but anybody may put it down."""

    @pytest.mark.parametrize(
        ("state", "verb", "words"),
        [
            ("ready", "start", {}),
            ("paused", "resume", {}),
            ("in_progress", "report", {"good": 1}),
            ("in_progress", "complete", {}),
        ],
        ids=["start", "resume", "report", "complete"],
    )
    def test_work_on_a_held_order_is_refused(self, world, state, verb, words):
        """Whoever put it on hold relies on nothing moving."""
        task = task_of(world, state)
        orders.hold(task.work_order, by=world.pia, reason="Wrong colour.")

        with pytest.raises(NotAllowed) as refusal:
            getattr(tasks, verb)(task, by=world.omar, **words)

        assert codes(refusal)[0] == "order_on_hold"
        assert WorkOrderTask.objects.get(pk=task.pk).version == task.version

    @pytest.mark.parametrize(("verb", "ends"), [("pause", "paused"), ("cancel", "cancelled")])
    def test_work_on_a_held_order_may_be_put_down(self, world, verb, ends):
        """A hold is a good reason to."""
        task = task_of(world)
        orders.hold(task.work_order, by=world.pia, reason="Wrong colour.")

        assert getattr(tasks, verb)(task, by=world.omar, reason="It is on hold.").status == ends


class TestReport:
    """Each report is a row of its own; the sums follow from the rows and are never typed over."""

    def test_reports_add_up(self, world):
        """Thousandths too: what floats would make of these three is not six tenths."""
        task = task_of(world)

        for good in ("0.1", "0.2", "0.3"):
            tasks.report(task, by=world.omar, good=Decimal(good), defect=Decimal("0.1"))

        assert sums(task) == (Decimal("0.6"), Decimal("0.3"), Decimal("0.9"))
        assert task.reports.count() == 3

    def test_report_says_who_what_and_how_long(self, world):
        """The event carries the report, so that history needs no second look."""
        task = task_of(world)

        report = tasks.report(task, by=world.omar, good=4, defect=1, minutes=Decimal("12.5"), note=" Blade is dull. ")

        event = events.newest(report.task)
        assert (report.member, report.good, report.defect, report.note) == (world.omar, 4, 1, "Blade is dull.")
        assert (event.kind, event.subject_version) == ("task.reported", task.version + 1)
        assert event.data == {
            "report": str(report.pk),
            "good": "4",
            "defect": "1",
            "rework": "0",
            "minutes": "12.5",
            "code": "",
            "note": "Blade is dull.",
        }

    def test_report_of_a_paused_task_is_fine(self, world):
        """The break is when there is time to write."""
        task = task_of(world, "paused")

        assert tasks.report(task, by=world.omar, good=1).task.status == "paused"

    def test_report_of_more_than_is_left_is_refused(self, world):
        """Ten were ordered; a hundred is a slip of the thumb, and both parts of it are named."""
        task = task_of(world)
        tasks.report(task, by=world.omar, good=8)

        with pytest.raises(Invalid) as refusal:
            tasks.report(task, by=world.omar, good=2, defect=1)

        assert named(refusal) == [("good", "too_much"), ("defect", "too_much")]
        assert sums(task) == (8, 0, 8)

    @pytest.mark.parametrize(
        ("words", "reasons"),
        [
            ({"good": 0}, [("good", "nothing_reported")]),
            ({"good": Decimal("-1"), "defect": Decimal("NaN")}, [("good", "too_small"), ("defect", "not_a_number")]),
            ({"good": Decimal("0.0001")}, [("good", "too_precise")]),
            ({"good": 1, "minutes": 44641}, [("minutes", "too_large")]),
            ({"good": 1, "note": "x" * 501}, [("note", "max_length")]),
        ],
        ids=["nothing", "negative-and-nan", "too-precise", "more-than-a-month", "long-note"],
    )
    def test_report_that_cannot_be_meant_is_refused(self, world, words, reasons):
        """Each wrong input is named, and nothing is counted."""
        task = task_of(world)

        with pytest.raises(Invalid) as refusal:
            tasks.report(task, by=world.omar, **words)

        assert named(refusal) == reasons
        assert not task.reports.exists()

    @pytest.mark.parametrize("state", ["waiting", "ready", "completed", "cancelled"])
    def test_report_without_running_work_is_refused(self, world, state):
        """Nothing is made by a task that has not begun, or has ended."""
        task = WorkOrderTaskFactory(organization=world.north, at=state)

        with pytest.raises(NotAllowed) as refusal:
            tasks.report(task, by=world.omar, good=1)

        assert codes(refusal) == ["wrong_state"]

    def test_the_database_itself_refuses_more_than_the_maximum(self, world):
        """The last line of defence, should a sum ever be computed wrongly."""
        task = task_of(world)

        with pytest.raises(IntegrityError), transaction.atomic():
            WorkOrderTask.objects.filter(pk=task.pk).update(reported_quantity=task.max_quantity + 1)

        assert sums(task) == (0, 0, 0)


class TestClientId:
    """A device sends its report until it hears an answer; it is one report all the same."""

    def test_the_same_client_id_answers_the_report_it_made(self, world):
        """Sent twice over a bad line: the same answer, nothing written, whatever the version was meanwhile."""
        task, client_id = task_of(world), uuid.uuid4()
        first = tasks.report(task, by=world.omar, good=3, client_id=client_id, seen=task.version)
        before = world.fingerprint()

        again = tasks.report(task, by=world.omar, good=3, client_id=client_id, seen=task.version)

        assert (again.pk, again.task.version) == (first.pk, first.task.version)
        assert world.fingerprint() == before

    def test_the_same_client_id_is_answered_after_the_task_has_ended(self, world):
        """The device was offline over the weekend; its report was not."""
        task, client_id = task_of(world), uuid.uuid4()
        first = tasks.report(task, by=world.omar, good=10, client_id=client_id)
        tasks.complete(task, by=world.omar)

        assert tasks.report(task, by=world.omar, good=10, client_id=client_id).pk == first.pk

    def test_a_client_id_of_another_task_is_refused(self, world):
        """A device that reuses its ids would lose reports silently."""
        client_id = uuid.uuid4()
        first = tasks.report(task_of(world), by=world.omar, good=3, client_id=client_id)
        tasks.pause(first.task, by=world.omar)
        other = task_of(world)

        with pytest.raises(Invalid) as refusal:
            tasks.report(other, by=world.omar, good=3, client_id=client_id)

        assert named(refusal) == [("client_id", "client_id_used")]
        assert not other.reports.exists()

    def test_a_client_id_taken_at_the_same_moment_is_refused(self, world, monkeypatch):
        """Another task's report slipped in after we looked: the constraint knows, and it is a reason, not an error."""
        client_id = uuid.uuid4()
        first = tasks.report(task_of(world), by=world.omar, good=3, client_id=client_id)
        tasks.pause(first.task, by=world.omar)
        other = task_of(world)
        monkeypatch.setattr(tasks.reports, "_known", lambda task, client_id: None)

        with pytest.raises(Invalid) as refusal:
            tasks.report(other, by=world.omar, good=3, client_id=client_id)

        assert named(refusal) == [("client_id", "client_id_used")]
        assert sums(other) == (0, 0, 0)

    def test_reports_without_a_client_id_are_each_their_own(self, world):
        """Two boxes of five are two reports."""
        task = task_of(world)
        tasks.report(task, by=world.omar, good=5)

        tasks.report(task, by=world.omar, good=5)

        assert TaskReport.objects.filter(task=task).count() == 2


class TestEnd:
    """A task ends when all of it is reported, or when it is given up."""

    def test_complete_before_everything_is_reported_is_refused(self, world):
        """The sentence says how many are missing."""
        task = task_of(world)
        tasks.report(task, by=world.omar, good=6, defect=1)

        with pytest.raises(NotAllowed) as refusal:
            tasks.complete(task, by=world.omar)

        assert codes(refusal) == ["quantity_missing"]
        assert str(refusal.value) == "3 of 10 are not reported yet."

    def test_complete_counts_defects_as_reported(self, world):
        """A bad piece is a piece that was made."""
        task = task_of(world)
        tasks.report(task, by=world.omar, good=9, defect=1)

        completed = tasks.complete(task, by=world.omar)

        assert (completed.status, completed.process.status, completed.work_order.status) == ("completed",) * 3
        assert completed.completed_at is not None

    def test_cancel_keeps_what_was_reported(self, world):
        """What was made was made."""
        task = task_of(world)
        tasks.report(task, by=world.omar, good=4)

        cancelled = tasks.cancel(task, by=world.sina, reason="The rest is made elsewhere.")

        assert (cancelled.status, cancelled.reported_quantity) == ("cancelled", 4)
        assert events.newest(cancelled).data == {"reason": "The rest is made elsewhere."}

    def test_cancel_without_a_reason_is_refused(self, world):
        """Whoever had it will ask."""
        with pytest.raises(Invalid) as refusal:
            tasks.cancel(task_of(world), by=world.sina, reason="")

        assert named(refusal) == [("reason", "required")]

    def test_a_verb_for_a_version_somebody_has_changed_is_stale(self, world):
        """The button was pressed on an old page."""
        task = task_of(world)
        tasks.pause(task, by=world.omar, reason="Lunch.")

        with pytest.raises(Stale):
            tasks.cancel(task, by=world.sina, reason="Not needed.", seen=task.version)


class TestAssign:
    """Two columns and an event; who it should be is decided above."""

    def test_assign_to_a_member_keeps_the_department(self, world):
        """The reasons of whoever chose travel in the event."""
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)

        assigned = tasks.assign(task, by=world.sina, member=world.omar, data={"why": "Sina gave it to Omar."})

        event = events.newest(assigned)
        assert (assigned.assigned_member, assigned.assigned_department) == (world.omar, world.assembly)
        assert (event.kind, event.actor) == ("task.assigned", world.sina)
        assert event.data == {
            "department": str(world.assembly.pk),
            "member": str(world.omar.pk),
            "why": "Sina gave it to Omar.",
        }

    def test_assign_to_a_department_puts_it_into_its_queue(self, world):
        """Nobody's, for whoever there is free."""
        task = task_of(world, "ready")

        queued = tasks.assign(task, by=None, department=world.welding)

        assert (queued.assigned_member, queued.assigned_department) == (None, world.welding)
        assert events.newest(queued).kind == "task.queued"

    def test_assign_of_a_task_that_has_ended_is_refused(self, world):
        """There is nothing left to give."""
        with pytest.raises(NotAllowed) as refusal:
            tasks.assign(task_of(world, "cancelled"), by=world.sina, member=world.omar)

        assert codes(refusal) == ["task_ended"]
