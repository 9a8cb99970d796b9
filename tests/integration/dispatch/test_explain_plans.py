"""A plan keeps what it was computed from, so why somebody got a task of it can be found out again."""

import io

import pytest
from django.core.management import call_command

from dispatch.actions import plans
from dispatch.models import Assignment, Plan
from tenants.context import tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(world, north, released, computed):
    """`published()` -> the assignment a published plan of Assembly made; `to` is who it was moved to by hand."""

    def published(to=None):
        task = released()
        plan = computed(department=world.assembly)
        if to:
            plans.move(plan, by=world.pia, task=task, member=to)
        plans.publish(plan, by=world.pia)
        return Assignment.objects.of_task(task).open().get()

    return published


def explained(assignment):
    said = io.StringIO()
    call_command("explain_assignment", str(assignment.pk), stdout=said)
    return said.getvalue()


class TestPlansAreComputedAgain:
    def test_the_same_comes_out(self, published):
        made = published()

        assert f"gives it to {made.member.name} again." in explained(made)

    def test_what_was_moved_by_hand_says_so(self, world, published, lea):
        made = published(to=lea)

        assert "Pia moved it to Lea in the plan by hand." in explained(made)

    def test_a_changed_input_is_found_out(self, world, published):
        """Or the reasons could be made up afterwards."""
        made = published()
        with tenant(world.north):
            plan = Plan.objects.get(pk=made.plan_id)
            Plan.objects.filter(pk=plan.pk).update(snapshot=plan.snapshot | {"jobs": []})

        assert "its hash does not match" in explained(made)
