"""Parts of a task find their people: those that are named at once, the others by the rules."""

import pytest

from dispatch.actions import parts
from dispatch.models import Assignment
from tenants import relay
from tenants.context import tenant
from tenants.errors import NotAllowed
from tests.factories import OperatorFactory, WorkOrderTaskFactory
from workorder.actions import tasks
from workorder.models import WorkOrderTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(world):
    """A second operator in Assembly."""
    return OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")


@pytest.fixture
def task(world):
    """Ten pieces in Assembly, nobody's."""
    return WorkOrderTaskFactory(organization=world.north, department=world.assembly)


def holders(world, rows):
    """Who has each task, and what was said about why."""
    with tenant(world.north):
        found = Assignment.objects.open().filter(task__in=rows).order_by("task").select_related("member")
        return [(row.member, row.why) for row in found]


class TestSplit:
    def test_who_is_named_is_offered_the_part_by_whoever_split(self, world, ines, task):
        with tenant(world.north):
            made = parts.split(
                task, by=world.sina, parts=[{"quantity": 3, "member": ines}, {"quantity": 2, "member": world.omar}]
            )

        assert holders(world, made) == [(ines, "Sina gave it to Ines."), (world.omar, "Sina gave it to Omar.")]

    def test_who_was_named_keeps_it_when_the_rules_come_by(self, world, ines, task):
        """The event that a task became ready arrives later: it must find what was decided."""
        with tenant(world.north):
            (part,) = parts.split(task, by=world.sina, parts=[{"quantity": 3, "member": ines}])
        relay.drain_here(world.north)

        assert holders(world, [part]) == [(ines, "Sina gave it to Ines.")]

    def test_a_part_that_names_nobody_is_offered_by_the_rules(self, world, ines, task):
        """As any task whose turn has come."""
        with tenant(world.north):
            (part,) = parts.split(task, by=world.sina, parts=[{"quantity": 3}])
        assert holders(world, [part]) == []

        relay.drain_here(world.north)

        ((member, _),) = holders(world, [part])
        assert member in (world.omar, ines)

    def test_one_who_cannot_have_it_keeps_all_from_being_split(self, world, ines, task):
        before = world.fingerprint()

        with pytest.raises(NotAllowed), tenant(world.north):
            parts.split(
                task, by=world.sina, parts=[{"quantity": 3, "member": ines}, {"quantity": 2, "member": world.ivan}]
            )

        assert world.fingerprint() == before

    def test_a_part_that_was_merged_is_nobodys_any_more(self, world, ines, task):
        """Its offer is withdrawn with it."""
        with tenant(world.north):
            (part,) = parts.split(task, by=world.sina, parts=[{"quantity": 3, "member": ines}])
            tasks.merge(WorkOrderTask.objects.get(pk=task.pk), by=world.sina, parts=[part])
        relay.drain_here(world.north)

        assert holders(world, [part]) == []
