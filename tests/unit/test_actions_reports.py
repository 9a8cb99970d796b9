"""The ledger of what was made: rows are added, sums follow, and nothing is ever typed over."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tenants import context, events
from tenants.errors import Invalid, NotAllowed, Stale
from tests.factories import ReasonCodeFactory, WorkOrderTaskFactory
from tests.support.reasons import codes, named
from workorder.actions import orders, tasks
from workorder.models import Downtime, TaskReport, WorkOrder, WorkOrderTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


@pytest.fixture
def task(world):
    """Omar's task of ten pieces, begun."""
    return WorkOrderTaskFactory(
        organization=world.north, department=world.assembly, member=world.omar, at="in_progress", at__by=world.omar
    )


@pytest.fixture
def scratched(world):
    """As soon as there is a reason for defects, each defect needs one."""
    return ReasonCodeFactory(organization=world.north, name="Scratched")


def kept(task):
    return WorkOrderTask.objects.get(pk=task.pk)


def sums(task):
    """What the task says it has: good, defect, rework, reported, minutes."""
    row = kept(task)
    return (
        row.completed_quantity,
        row.defect_quantity,
        row.rework_quantity,
        row.reported_quantity,
        row.actual_minutes,
    )


class TestRework:
    """A piece that goes round again has been made by nobody yet."""

    def test_rework_is_counted_and_stays_to_be_made(self, world, task):
        """Six are done, two go round again: four are missing."""
        tasks.report(task, by=world.omar, good=6, rework=2, minutes=30)

        assert sums(task) == (6, 0, 2, 6, 30)
        assert kept(task).missing_quantity == 4

    def test_rework_alone_is_something_to_report(self, world, task):
        tasks.report(task, by=world.omar, rework=Decimal("1.5"))

        assert sums(task) == (0, 0, Decimal("1.5"), 0, 0)

    def test_rework_of_more_than_the_task_has_is_refused(self, world, task):
        """A slip of the thumb, named where it happened."""
        with pytest.raises(Invalid) as refusal:
            tasks.report(task, by=world.omar, good=1, rework=11)

        assert named(refusal) == [("rework", "too_much")]
        assert sums(task) == (0, 0, 0, 0, 0)

    def test_minutes_add_up(self, world, task):
        """What it cost is the sum of what people said it took."""
        tasks.report(task, by=world.omar, good=1, minutes=Decimal("0.10"))
        tasks.report(task, by=world.omar, good=1, minutes=Decimal("0.20"))

        assert sums(task)[-1] == Decimal("0.30")


class TestReason:
    """Where reasons are kept, a defect without one would never be counted among them."""

    def test_defect_without_a_reason_is_fine_where_none_are_kept(self, world, task):
        assert tasks.report(task, by=world.omar, defect=1).reason is None

    def test_defect_without_a_reason_is_refused_where_some_are_kept(self, world, task, scratched):
        with pytest.raises(Invalid) as refusal:
            tasks.report(task, by=world.omar, good=1, defect=1)

        assert named(refusal) == [("reason", "required")]
        assert not task.reports.exists()

    def test_reasons_out_of_use_or_for_downtime_are_nobodys_duty(self, world, task):
        """Only a reason that could be chosen can be asked for."""
        ReasonCodeFactory(organization=world.north, active=False)
        ReasonCodeFactory(organization=world.north, kind="downtime")

        assert tasks.report(task, by=world.omar, defect=1).defect == 1

    def test_reason_is_kept_and_told(self, world, task, scratched):
        report = tasks.report(task, by=world.omar, good=8, defect=2, reason=scratched)

        assert report.reason == scratched
        assert events.newest(report.task).data["code"] == "Scratched"

    def test_good_pieces_and_rework_need_none(self, world, task, scratched):
        tasks.report(task, by=world.omar, good=8, rework=2)

        assert sums(task) == (8, 0, 2, 8, 0)

    def test_reason_for_nothing_is_refused(self, world, task, scratched):
        """Either the reason or the quantity was meant for another row."""
        with pytest.raises(Invalid) as refusal:
            tasks.report(task, by=world.omar, good=1, reason=scratched)

        assert named(refusal) == [("reason", "not_needed")]

    @pytest.mark.parametrize(
        ("made", "reason"), [({"kind": "downtime"}, "wrong_kind"), ({"active": False}, "inactive")]
    )
    def test_reason_that_cannot_be_meant_is_refused(self, world, task, made, reason):
        with pytest.raises(Invalid) as refusal:
            tasks.report(task, by=world.omar, defect=1, reason=ReasonCodeFactory(organization=world.north, **made))

        assert named(refusal) == [("reason", reason)]

    def test_reason_of_another_organization_is_an_unknown_one(self, world, task):
        foreign = ReasonCodeFactory(organization=world.south)

        with pytest.raises(Invalid) as refusal:
            tasks.report(task, by=world.omar, defect=1, reason=foreign)

        assert named(refusal) == [("reason", "does_not_exist")]


class TestTakeBack:
    """A wrong report is put right by a row of its own; both stay for whoever asks."""

    def test_taking_back_adds_a_row_and_corrects_every_sum(self, world, task, scratched):
        """Exactly what it said goes off again, and the order's progress with it."""
        tasks.report(task, by=world.omar, good=3, minutes=10)
        wrong = tasks.report(task, by=world.omar, good=4, defect=1, rework=1, minutes=20, reason=scratched)

        reversal = tasks.take_back(wrong, by=world.omar, note=" Wrong box. ")

        assert sums(task) == (3, 0, 0, 3, 10)
        assert (reversal.good, reversal.defect, reversal.rework, reversal.minutes) == (-4, -1, -1, -20)
        assert (reversal.reverses, reversal.member, reversal.reason, reversal.note) == (
            wrong,
            world.omar,
            scratched,
            "Wrong box.",
        )
        assert TaskReport.objects.of_task(task).count() == 3
        assert WorkOrder.objects.get(pk=task.work_order_id).progress == 30

    def test_the_event_names_both_rows(self, world, task):
        wrong = tasks.report(task, by=world.omar, good=4)

        reversal = tasks.take_back(wrong, by=world.sina)

        event = events.newest(reversal.task)
        assert (event.kind, event.actor, event.subject_version) == ("task.corrected", world.sina, task.version + 2)
        assert (event.data["report"], event.data["reversal"]) == (str(wrong.pk), str(reversal.pk))
        assert Decimal(event.data["good"]) == -4

    def test_what_was_taken_back_can_be_reported_again(self, world, task):
        """All ten, wrongly, then all ten."""
        tasks.take_back(tasks.report(task, by=world.omar, good=10), by=world.omar)

        tasks.report(task, by=world.omar, good=9, defect=1)

        assert sums(task)[:4] == (9, 1, 0, 10)

    def test_once_only(self, world, task):
        """A second reversal would take off what nobody made."""
        wrong = tasks.report(task, by=world.omar, good=4)
        tasks.take_back(wrong, by=world.omar)

        with pytest.raises(NotAllowed) as refusal:
            tasks.take_back(wrong, by=world.sina)

        assert codes(refusal) == ["already_taken_back"]
        assert sums(task)[0] == 0

    def test_said_again_by_the_same_member_it_is_a_retry(self, world, task):
        """The answer was lost on the way."""
        wrong = tasks.report(task, by=world.omar, good=4)
        first = tasks.take_back(wrong, by=world.omar)
        before = world.fingerprint()

        assert tasks.take_back(wrong, by=world.omar).pk == first.pk
        assert world.fingerprint() == before

    def test_the_constraint_knows_where_locks_do_not_hold(self, world, task):
        """One reversal per report, whatever slipped past the question."""
        wrong = tasks.report(task, by=world.omar, good=4)
        tasks.take_back(wrong, by=world.omar)
        again = TaskReport(task=task, member=world.omar, good=-4, reverses=wrong)

        with pytest.raises(IntegrityError), transaction.atomic():
            again.save(force_insert=True)

    def test_a_correction_is_not_corrected(self, world, task):
        """Report anew instead: rows that undo undoing are read by nobody."""
        reversal = tasks.take_back(tasks.report(task, by=world.omar, good=4), by=world.omar)

        with pytest.raises(NotAllowed) as refusal:
            tasks.take_back(reversal, by=world.omar)

        assert codes(refusal) == ["is_a_correction"]

    def test_a_task_that_has_ended_is_left_alone(self, world, task):
        """The next process has begun with what it said."""
        report = tasks.report(task, by=world.omar, good=10)
        tasks.complete(task, by=world.omar)

        with pytest.raises(NotAllowed) as refusal:
            tasks.take_back(report, by=world.pia)

        assert codes(refusal) == ["task_ended"]
        assert sums(task)[0] == 10

    def test_a_note_too_long_is_refused(self, world, task):
        with pytest.raises(Invalid) as refusal:
            tasks.take_back(tasks.report(task, by=world.omar, good=1), by=world.omar, note="x" * 501)

        assert named(refusal) == [("note", "max_length")]

    def test_an_old_page_is_stale(self, world, task):
        report = tasks.report(task, by=world.omar, good=1)

        with pytest.raises(Stale):
            tasks.take_back(report, by=world.omar, seen=task.version)


class TestAppendOnly:
    """What was said was said: neither code nor database changes a report."""

    def test_saving_updating_and_deleting_are_refused(self, world, task):
        """Whoever tries is told what to do instead."""
        report = tasks.report(task, by=world.omar, good=1)
        report.good = Decimal(2)

        for change in (report.save, TaskReport.objects.all().delete, lambda: TaskReport.objects.update(good=2)):
            with pytest.raises(TypeError, match="add a row that puts it right"), transaction.atomic():
                change()

        assert TaskReport.objects.get(pk=report.pk).good == 1

    def test_more_than_the_task_holds_is_refused_by_the_database_itself(self, world, task):
        """The last line, for whatever writes past every verb: by one thousandth."""
        tasks.report(task, by=world.omar, good=10)
        beyond = "UPDATE workorder_workordertask SET reported_quantity = 10.001 WHERE id = %s"
        key = WorkOrderTask._meta.pk.get_db_prep_value(task.pk, connection)

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(beyond, [key])

        assert sums(task)[3] == 10

    def test_the_sum_is_what_the_rows_say_whatever_it_was_before(self, world, task):
        """Sums are derived: one that was spoilt heals with the next report."""
        tasks.report(task, by=world.omar, good=2)
        WorkOrderTask.objects.filter(pk=task.pk).update(reported_quantity=7, completed_quantity=7)

        tasks.report(kept(task), by=world.omar, good=1)

        assert sums(task)[:4] == (3, 0, 0, 3)


class TestDowntime:
    """What stood still, for how long and why: counted from a pause to its end."""

    @pytest.fixture
    def jam(self, world):
        return ReasonCodeFactory(organization=world.north, kind="downtime", name="Paper jam")

    def test_a_pause_begins_one_and_going_on_ends_it(self, world, task, jam, frozen_clock):
        tasks.pause(task, by=world.omar, code=jam, reason=" Again. ")
        frozen_clock.shift(minutes=90)

        resumed = tasks.resume(task, by=world.omar)

        downtime = Downtime.objects.of_task(task).get()
        assert (downtime.reason, downtime.note, downtime.member) == (jam, "Again.", world.omar)
        assert downtime.ended_at - downtime.started_at == datetime.timedelta(minutes=90)
        assert events.newest(resumed).data == {"minutes": "90.00"}

    def test_the_event_of_a_pause_tells_both_reasons(self, world, task, jam):
        tasks.pause(task, by=world.omar, code=jam, reason="Again.")

        assert events.newest(task).data == {"reason": "Again.", "code": "Paper jam"}

    def test_a_pause_said_twice_is_one_downtime(self, world, task):
        tasks.pause(task, by=world.omar)
        tasks.pause(task, by=world.omar)

        assert Downtime.objects.of_task(task).count() == 1

    def test_a_cancelled_task_stands_still_no_longer(self, world, task):
        """Otherwise it would go on costing for ever."""
        tasks.pause(task, by=world.omar)

        tasks.cancel(task, by=world.sina, reason="Not needed.")

        assert not Downtime.objects.running().exists()

    def test_nor_does_one_whose_order_is_cancelled(self, world, task):
        tasks.pause(task, by=world.omar)

        orders.cancel(task.work_order, by=world.pia, reason="The customer is gone.")

        assert not Downtime.objects.of_order(task.work_order).running().exists()

    def test_a_clock_set_back_ends_it_where_it_began(self, world, task):
        """A device that was offline may say "resume" with an earlier time than somebody else's "pause"."""
        tasks.pause(task, by=world.omar)

        with context.acting_at(context.now() - datetime.timedelta(hours=1)):
            resumed = tasks.resume(task, by=world.omar)

        downtime = Downtime.objects.of_task(task).get()
        assert downtime.ended_at == downtime.started_at
        assert events.newest(resumed).data == {"minutes": "0.00"}

    def test_a_reason_for_defects_explains_no_pause(self, world, task, scratched):
        with pytest.raises(Invalid) as refusal:
            tasks.pause(task, by=world.omar, code=scratched)

        assert named(refusal) == [("code", "wrong_kind")]
        assert kept(task).status == "in_progress"
