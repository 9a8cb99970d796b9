"""Races, each with a positive control: with its guards taken out the anomaly must appear, or the test proves nothing.

SQLite has one writer, so there these tests would pass with every lock deleted: they exist on PostgreSQL only.
"""

import contextlib
from unittest import mock

import pytest

from dispatch import problems as reasons
from dispatch.actions import assignments
from dispatch.models import Assignment
from tenants.context import tenant
from tenants.errors import NotAllowed
from tenants.models import Event
from tests.factories import DepartmentFactory, OperatorFactory, OrganizationFactory, PlannerFactory, WorkOrderFactory
from tests.support.racing import Meeting, no_constraint, no_lock, no_version, race
from workorder.actions import orders, tasks
from workorder.actions.tasks import ending
from workorder.models import WorkOrder, WorkOrderTask

pytestmark = pytest.mark.django_db(transaction=True)
ONE_OPEN = ("dispatch_assignment", "assignment_one_open_per_task")


class TestClaim:
    """Two people claim one task: one gets it, the other is told, whatever the moment."""

    @pytest.fixture
    def claims(self):
        """Two operators who have both seen that the task is free, and claim it in the same moment."""
        north = OrganizationFactory(slug="north")
        department = DepartmentFactory(organization=north)
        people = [OperatorFactory(organization=north, department=department) for _ in range(2)]
        with tenant(north):
            order = WorkOrderFactory(organization=north, line__department=department, at="released")
            task = WorkOrderTask.objects.get(work_order=order)

        def claim_by(member):
            def claim():
                with tenant(north):
                    return assignments.claim(task, by=member)

            return claim

        def claims():
            with mock.patch.object(reasons, "of_claiming", Meeting(2).after(reasons.of_claiming)):
                answers = race(*map(claim_by, people))
            with tenant(north):
                return answers, list(Assignment.objects.open().values_list("member_id", flat=True))

        return claims

    def test_control_without_guards_both_win(self, claims, database_urls):
        """The race is real: nothing but the guards stands between two people and one task."""
        with no_lock(), no_version(), no_constraint(database_urls.owner, *ONE_OPEN):
            answers, holders = claims()

        assert [type(answer).__name__ for answer in answers] == ["WorkOrderTask", "WorkOrderTask"]
        assert len(holders) == 2

    @pytest.mark.parametrize("kept", ["lock", "version", "constraint"])
    def test_each_guard_alone_lets_one_win(self, claims, database_urls, kept):
        """Defence in depth is a word until each layer has been seen to hold by itself."""
        with contextlib.ExitStack() as guards:
            if kept != "lock":
                guards.enter_context(no_lock())
            if kept != "version":
                guards.enter_context(no_version())
            if kept != "constraint":
                guards.enter_context(no_constraint(database_urls.owner, *ONE_OPEN))
            answers, holders = claims()

        assert sorted(isinstance(answer, Exception) for answer in answers) == [False, True]
        assert len(holders) == 1

    def test_one_wins_and_the_other_learns_who(self, claims):
        answers, holders = claims()
        (loss,) = [answer for answer in answers if isinstance(answer, Exception)]
        (win,) = [answer for answer in answers if isinstance(answer, WorkOrderTask)]

        assert isinstance(loss, NotAllowed)
        assert [problem.code for problem in loss.problems] == ["already_assigned"]
        assert holders == [win.assigned_member_id]


class TestLastTwoTasks:
    """The last two tasks of an order end together, and the order ends with them: siblings must not miss each other."""

    @pytest.fixture
    def endings(self):
        """Two parallel processes, all but completed, whose tasks are completed in the same moment."""
        north = OrganizationFactory(slug="north")
        with tenant(north):
            order = WorkOrderFactory(organization=north, line__steps=[2], at="released")
            last = list(order.tasks.order_by("pk"))
            by = OperatorFactory(organization=north)
            for task in last:
                tasks.start(task, by=by)
                tasks.report(task, by=by, good=task.quantity)

        def end(task):
            def complete():
                with tenant(north):
                    return tasks.complete(task, by=by)

            return complete

        def endings():
            answers = race(*map(end, last))
            with tenant(north):
                return answers, WorkOrder.objects.get(pk=order.pk).status

        return endings

    def test_control_without_the_parents_lock_the_order_never_ends(self, endings):
        """Each sees the other still open, so neither ends the order: seen by nobody until a customer calls."""
        meeting = Meeting(2, patience=5)
        with no_lock(), mock.patch.object(ending, "move", meeting.after(ending.move)):
            answers, status = endings()

        assert [type(answer).__name__ for answer in answers] == ["WorkOrderTask", "WorkOrderTask"]
        assert status == "in_progress"

    def test_the_second_to_end_ends_the_order(self, endings):
        with mock.patch.object(ending, "move", Meeting(2).after(ending.move)):
            answers, status = endings()

        assert [type(answer).__name__ for answer in answers] == ["WorkOrderTask", "WorkOrderTask"]
        assert status == "completed"


class TestApprove:
    """Two planners decide about one order in the same moment: one decision, one event."""

    def test_one_decides_and_the_other_is_told(self):
        north = OrganizationFactory(slug="north")
        with tenant(north):
            order = WorkOrderFactory(organization=north, at="submitted")
        planners = [PlannerFactory(organization=north) for _ in range(2)]

        def decide(verb, by):
            def decision():
                with tenant(north):
                    return getattr(orders, verb)(order, by=by, comment="My word.")

            return decision

        answers = race(decide("approve", planners[0]), decide("reject", planners[1]))

        with tenant(north):
            kinds = list(Event.objects.about(order).values_list("kind", flat=True))
        assert sorted(isinstance(answer, NotAllowed) for answer in answers) == [False, True]
        assert len({"workorder.approved", "workorder.rejected"} & set(kinds)) == 1
