"""What is on somebody's plate, and what waits in a queue."""

from decimal import Decimal

import pytest

from tests.factories import WorkOrderFactory, WorkOrderTaskFactory
from workorder import queries
from workorder.actions import tasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


def task_of(world, member, state="ready", **values):
    return WorkOrderTaskFactory(
        organization=world.north, department=world.assembly, member=member, at=state, at__by=member, **values
    )


class TestLoad:
    """Load is what has been promised and not been done."""

    def test_load_is_the_share_that_is_not_reported(self, world):
        """Thirty minutes for ten pieces: six reported leave twelve."""
        task = task_of(world, world.omar, "in_progress")
        tasks.report(task, by=world.omar, good=5, defect=1)

        assert queries.load_minutes([world.omar]) == {world.omar.pk: Decimal(12)}

    def test_load_counts_open_tasks_only_and_knows_who_has_none(self, world):
        """What has ended weighs nothing, and nobody is missing from the answer."""
        task_of(world, world.omar)
        task_of(world, world.omar, "completed")

        assert queries.load_minutes([world.omar, world.odd]) == {world.omar.pk: Decimal(30), world.odd.pk: Decimal(0)}

    def test_load_is_one_query_however_many_are_asked_about(self, world, django_assert_num_queries):
        """Dispatch weighs a whole department at once."""
        with django_assert_num_queries(1):
            found = queries.load_minutes([world.omar, world.odd, world.sina])

        assert len(found) == 3


class TestPlates:
    """In the order in which hands would reach for them."""

    def test_my_tasks_begin_with_what_is_running(self, world):
        """Then what is paused, then what could be begun; what has ended is gone."""
        made = {state: task_of(world, world.omar, state) for state in ("ready", "completed", "paused", "in_progress")}
        task_of(world, world.odd)

        assert list(queries.my_tasks(world.omar)) == [made["in_progress"], made["paused"], made["ready"]]

    def test_a_queue_holds_what_is_ready_and_nobodys_most_urgent_first(self, world):
        """Not what waits for its turn, not what somebody has, not what another department does."""
        low, urgent = (
            WorkOrderFactory(
                organization=world.north,
                priority=priority,
                line__steps=[1, 1],
                line__department=world.welding,
                at="released",
            )
            for priority in ("low", "urgent")
        )
        WorkOrderTaskFactory(organization=world.north, department=world.welding, member=world.odd)

        assert [task.work_order for task in queries.queue(world.welding)] == [urgent, low]
