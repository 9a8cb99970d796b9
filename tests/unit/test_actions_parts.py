"""One task for several people or days, and several made one again: no piece and no minute comes or goes."""

import datetime
from decimal import Decimal

import pytest

from tenants import context, events
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.models import Event
from tests.factories import WorkOrderFactory, WorkOrderTaskFactory
from tests.support.reasons import codes, named
from workorder.actions import tasks
from workorder.models import Downtime, WorkOrder, WorkOrderTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


def task_of(world, state="in_progress", **values):
    """Omar's task of ten pieces in Assembly: ten minutes to set up, two for each."""
    return WorkOrderTaskFactory(
        organization=world.north, department=world.assembly, member=world.omar, at=state, at__by=world.omar, **values
    )


def kept(task):
    return WorkOrderTask.objects.select_related("process").get(pk=task.pk)


def balance(task):
    """Pieces and minutes of all tasks of the process that were not cancelled."""
    rows = WorkOrderTask.objects.of_process(task.process).exclude(status="cancelled")
    return sum(row.quantity for row in rows), sum(row.estimate_minutes for row in rows)


def quantities(*rows):
    return [kept(row).quantity for row in rows]


class TestSplit:
    """Pieces nobody has made yet go into tasks of their own."""

    def test_split_moves_pieces_and_their_share_of_the_minutes(self, world):
        task = task_of(world, "ready")
        before = balance(task)

        parts = tasks.split(task, by=world.sina, parts=[{"quantity": 3}, {"quantity": Decimal("2.5")}])

        assert quantities(task, *parts) == [Decimal("4.5"), 3, Decimal("2.5")]
        assert balance(task) == before == (task.process.quantity, task.process.estimate_minutes)
        assert {kept(row).max_quantity for row in (task, *parts)} == set(quantities(task, *parts))
        assert [part.split_from_id for part in parts] == [task.pk, task.pk]

    def test_no_minute_is_made_by_rounding(self, world):
        """Fifty shares of a third of a cent, each rounded up, would be more than there was."""
        task = task_of(world, "ready")
        WorkOrderTask.objects.filter(pk=task.pk).update(estimate_minutes=Decimal("0.26"))

        parts = tasks.split(task, by=world.sina, parts=[{"quantity": Decimal("0.199")}] * 50)

        assert min(kept(row).estimate_minutes for row in (task, *parts)) >= 0
        assert balance(task) == (10, Decimal("0.26"))

    def test_each_part_tells_where_it_came_from_and_that_it_can_be_started(self, world):
        """Dispatch offers what became ready; nothing else has to tell it."""
        task = task_of(world, "ready")

        parts = tasks.split(task, by=world.sina, parts=[{"quantity": 3}])

        told = list(Event.objects.about(parts[0]).order_by("subject_version").values_list("kind", flat=True))
        assert told == ["task.created", "task.made_ready"]
        assert events.newest(task).data == {"parts": [{"task": str(parts[0].pk), "quantity": "3"}]}
        assert events.newest(task).actor == world.sina

    def test_parts_of_a_task_that_waits_wait(self, world):
        task = WorkOrderTaskFactory(organization=world.north, at="waiting")

        (part,) = tasks.split(task, by=world.pia, parts=[{"quantity": 3}])

        assert kept(part).status == "waiting"

    def test_parts_of_a_waiting_task_become_ready_with_it(self, world):
        """They belong to the same process, so it is their turn together."""
        task = WorkOrderTaskFactory(organization=world.north, at="waiting")
        (part,) = tasks.split(task, by=world.pia, parts=[{"quantity": 3}])
        first = task.work_order.tasks.order_by("process__sequence").first()
        tasks.start(first, by=world.pia)
        tasks.report(first, by=world.pia, good=10)

        tasks.complete(first, by=world.pia)

        assert [kept(row).status for row in (task, part)] == ["ready", "ready"]

    def test_a_part_may_have_another_place_and_another_day(self, world):
        task, later = task_of(world, "ready"), context.now() + datetime.timedelta(days=3)

        parts = tasks.split(
            task, by=world.pia, parts=[{"quantity": 3, "department": world.welding, "due_at": later}, {"quantity": 1}]
        )

        assert [(part.assigned_department_id, part.due_at) for part in map(kept, parts)] == [
            (world.welding.pk, later),
            (task.assigned_department_id, task.due_at),
        ]

    def test_a_running_task_is_split_by_what_is_missing(self, world):
        """Six are made; of the other four, three may go."""
        task = task_of(world)
        tasks.report(task, by=world.omar, good=6)

        (part,) = tasks.split(task, by=world.sina, parts=[{"quantity": 3}])

        assert (kept(task).status, kept(task).missing_quantity, part.status) == ("in_progress", 1, "ready")

    @pytest.mark.parametrize("wanted", [["4"], ["3", "1"], ["11"]], ids=["all-of-it", "together", "more"])
    def test_something_has_to_stay(self, world, wanted):
        """A split of all there is would be the old task under another number."""
        task = task_of(world)
        tasks.report(task, by=world.omar, good=6)
        before = world.fingerprint()

        with pytest.raises(Invalid) as refusal:
            tasks.split(task, by=world.sina, parts=[{"quantity": Decimal(quantity)} for quantity in wanted])

        assert named(refusal) == [("parts", "too_much")]
        assert world.fingerprint() == before

    @pytest.mark.parametrize(
        ("parts", "reason"),
        [
            ([], "required"),
            ([{"quantity": 0}], "too_small"),
            ([{"quantity": Decimal("NaN")}], "not_a_number"),
            ([{"quantity": Decimal("0.0001")}], "too_precise"),
            ([{"quantity": Decimal("0.01")}] * 51, "too_many"),
            ([{"quantity": 1, "due_at": datetime.datetime(2026, 1, 1)}], "invalid"),  # noqa: DTZ001
        ],
        ids=["none", "zero", "nan", "too-precise", "too-many", "no-zone"],
    )
    def test_parts_that_cannot_be_meant_are_refused(self, world, parts, reason):
        task = task_of(world, "ready")

        with pytest.raises(Invalid) as refusal:
            tasks.split(task, by=world.sina, parts=parts)

        assert named(refusal) == [("parts", reason)]

    @pytest.mark.parametrize("state", ["completed", "cancelled"])
    def test_what_has_ended_is_not_split(self, world, state):
        with pytest.raises(NotAllowed) as refusal:
            tasks.split(task_of(world, state), by=world.sina, parts=[{"quantity": 1}])

        assert codes(refusal) == ["task_ended"]

    def test_an_old_page_is_stale(self, world):
        """Said twice it would be two splits, so pages always say what they saw."""
        task = task_of(world, "ready")
        tasks.split(task, by=world.sina, parts=[{"quantity": 1}], seen=task.version)

        with pytest.raises(Stale):
            tasks.split(task, by=world.sina, parts=[{"quantity": 1}], seen=task.version)

    def test_the_process_ends_with_its_last_part(self, world):
        """Ten pieces in three tasks are one process."""
        task = task_of(world, "ready")
        parts = tasks.split(task, by=world.sina, parts=[{"quantity": 3}, {"quantity": 3}])

        statuses = []
        for row in (task, *parts):
            tasks.start(row, by=world.pia)
            tasks.report(row, by=world.pia, good=kept(row).quantity)
            statuses.append(tasks.complete(row, by=world.pia).process.status)

        assert statuses == ["in_progress", "in_progress", "completed"]
        assert WorkOrder.objects.get(pk=task.work_order_id).progress == 100


class TestMerge:
    """Parts on which nothing has happened come back."""

    @pytest.fixture
    def halves(self, world):
        """A ready task of six, and one of four that was split off it."""
        task = task_of(world, "ready")
        return task, *tasks.split(task, by=world.sina, parts=[{"quantity": 4}])

    def test_merge_gives_everything_back(self, world, halves):
        """Split and merged, it is as it was."""
        task, part = halves

        merged = tasks.merge(kept(task), by=world.sina, parts=[part])

        assert (merged.quantity, merged.max_quantity, merged.estimate_minutes) == (10, 10, task.estimate_minutes)
        assert kept(part).status == "cancelled"
        assert balance(task) == (task.process.quantity, task.process.estimate_minutes)
        assert events.newest(merged).data == {"parts": [{"task": str(part.pk), "quantity": "4.000"}]}
        assert "Merged into" in events.newest(part).data["reason"]

    def test_a_running_task_takes_over_what_waits(self, world, halves):
        task, part = halves
        tasks.start(task, by=world.omar)

        assert tasks.merge(kept(task), by=world.sina, parts=[part]).status == "in_progress"

    def test_a_paused_part_stands_still_no_longer(self, world, halves):
        """Somebody began and stopped: that time is kept, and ends."""
        task, part = halves
        tasks.start(part, by=world.pia)
        tasks.pause(part, by=world.pia)

        tasks.merge(kept(task), by=world.sina, parts=[part])

        assert Downtime.objects.of_task(part).get().ended_at is not None

    @pytest.mark.parametrize(
        ("happened", "reason"),
        [
            (("start",), "part_started"),
            (("start", "report", "pause"), "part_reported"),
            (("cancel",), "part_ended"),
        ],
        ids=["running", "reported", "ended"],
    )
    def test_parts_with_a_past_stay(self, world, halves, happened, reason):
        """What was reported on a task cannot move to another."""
        task, part = halves
        words = {"report": {"good": 1}, "cancel": {"reason": "Not needed."}}
        for verb in happened:
            getattr(tasks, verb)(part, by=world.pia, **words.get(verb, {}))

        with pytest.raises(NotAllowed) as refusal:
            tasks.merge(kept(task), by=world.sina, parts=[part])

        assert codes(refusal) == [reason]
        assert quantities(task, part) == [6, 4]

    def test_taken_back_is_not_never_reported(self, world, halves):
        """Minutes and rows stay; only nothing is nothing. A report wholly taken back leaves nothing."""
        task, part = halves
        tasks.start(part, by=world.pia)
        tasks.take_back(tasks.report(part, by=world.pia, good=1, minutes=5), by=world.pia)
        tasks.pause(part, by=world.pia)

        assert tasks.merge(kept(task), by=world.sina, parts=[part]).quantity == 10

    def test_only_tasks_of_the_same_process(self, world, halves):
        other = task_of(world, "ready")

        with pytest.raises(Invalid) as refusal:
            tasks.merge(kept(halves[0]), by=world.sina, parts=[other])

        assert named(refusal) == [("parts", "other_process")]

    def test_each_once_and_never_itself(self, world, halves):
        task, part = halves

        with pytest.raises(Invalid) as refusal:
            tasks.merge(kept(task), by=world.sina, parts=[part, part, task])

        assert named(refusal) == [("parts", "twice"), ("parts", "twice")]

    def test_of_nothing_is_refused(self, world, halves):
        with pytest.raises(Invalid) as refusal:
            tasks.merge(kept(halves[0]), by=world.sina, parts=[])

        assert named(refusal) == [("parts", "required")]

    def test_a_task_of_another_organization_is_an_unknown_one(self, world, halves):
        with pytest.raises(Invalid) as refusal:
            tasks.merge(kept(halves[0]), by=world.sina, parts=[world.south_task])

        assert named(refusal) == [("parts", "does_not_exist")]

    def test_an_ended_task_takes_nothing_over(self, world, halves):
        task, part = halves
        tasks.cancel(task, by=world.sina, reason="Not needed.")

        with pytest.raises(NotAllowed) as refusal:
            tasks.merge(kept(task), by=world.sina, parts=[part])

        assert codes(refusal) == ["task_ended"]

    def test_batches_of_a_release_merge_like_parts(self, world):
        """They are tasks of one process, wherever they come from."""
        order = WorkOrderFactory(organization=world.north, at="released")
        task = order.tasks.get()
        one, other = tasks.split(task, by=world.pia, parts=[{"quantity": 3}, {"quantity": 3}])

        tasks.merge(one, by=world.pia, parts=[other, kept(task)])

        assert quantities(one) == [10]


class TestRest:
    """Ending with what there is, for another day or another pair of hands to go on."""

    def test_the_rest_becomes_a_task_of_its_own(self, world):
        task = task_of(world)
        tasks.report(task, by=world.omar, good=5, defect=1, minutes=20)

        completed = tasks.complete(task, by=world.omar, rest="new_task")

        rest = WorkOrderTask.objects.get(split_from=task)
        assert (completed.status, completed.quantity, completed.missing_quantity) == ("completed", 6, 0)
        assert (rest.status, rest.quantity, rest.assigned_member_id) == ("ready", 4, None)
        assert balance(task) == (task.process.quantity, task.process.estimate_minutes)
        assert kept(task).process.status == "in_progress"

    def test_each_change_has_its_event(self, world):
        task = task_of(world)
        tasks.report(task, by=world.omar, good=6)

        tasks.complete(task, by=world.omar, rest="new_task")

        told = Event.objects.about(task).values_list("kind", flat=True)[:2]
        assert list(told) == ["task.completed", "task.split"]

    def test_without_anything_reported_there_is_nothing_to_end(self, world):
        with pytest.raises(NotAllowed) as refusal:
            tasks.complete(task_of(world), by=world.omar, rest="new_task")

        assert codes(refusal) == ["nothing_reported"]

    def test_where_nothing_is_missing_it_simply_ends(self, world):
        task = task_of(world)
        tasks.report(task, by=world.omar, good=10)

        assert tasks.complete(task, by=world.omar, rest="new_task").work_order.status == "completed"
        assert not WorkOrderTask.objects.filter(split_from=task).exists()

    def test_said_again_it_is_a_retry(self, world):
        """A bad line must not make a second rest."""
        task = task_of(world)
        tasks.report(task, by=world.omar, good=6)
        tasks.complete(task, by=world.omar, rest="new_task")
        before = world.fingerprint()

        tasks.complete(task, by=world.omar, rest="new_task")

        assert world.fingerprint() == before

    def test_any_other_word_is_refused(self, world):
        with pytest.raises(Invalid) as refusal:
            tasks.complete(task_of(world), by=world.omar, rest="throw_away")

        assert named(refusal) == [("rest", "invalid_choice")]
