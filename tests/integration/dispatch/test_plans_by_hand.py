"""Plans changed by hand before they are published, and taken back afterwards."""

import datetime

import pytest

from dispatch.actions import assignments, plans
from dispatch.models import Assignment, Capacity, Plan
from tenants import context
from tenants.errors import Invalid, NotAllowed
from tenants.models import Event
from tests.integration.dispatch.test_plans import codes, holder_of, item_of, kinds_of
from workorder.actions import tasks


class TestMoving:
    def test_a_task_goes_to_somebody_else_and_the_figures_follow(self, world, north, lea, released, computed):
        """Its time is in the new member's time, and the load of both is counted anew."""
        task = released(minutes=60)
        plan = computed(department=world.assembly)
        was = item_of(plan, task)
        other = lea if was.member_id == world.omar.pk else world.omar
        before = plan.after["load"]

        plan = plans.move(plan, by=world.pia, task=task, member=other)

        item, after = item_of(plan, task), Plan.objects.get(pk=plan.pk).after["load"]
        assert (item.member_id, item.pinned) == (other.pk, True)
        assert item.ends_at - item.starts_at == datetime.timedelta(hours=1)
        assert after[str(other.pk)] == before[str(other.pk)] + 60
        assert after[str(was.member_id)] == before[str(was.member_id)] - 60
        assert kinds_of(plan)[0] == "plan.adjusted"

    def test_who_cannot_take_it_does_not_get_it(self, world, north, released, computed):
        """A plan changed by hand is no way around a skill or a department."""
        task = released()
        plan = computed()

        with pytest.raises(NotAllowed) as refused:
            plans.move(plan, by=world.pia, task=task, member=world.odd, force="I say so")

        assert codes(refused) == ["other_department"]

    def test_more_than_there_is_room_for_needs_a_reason(self, world, north, lea, released, computed):
        """With the reason it is done, remembered, and told when it is published."""
        task = released(minutes=60)
        plan = computed(department=world.assembly)
        other = lea if item_of(plan, task).member_id == world.omar.pk else world.omar
        Capacity.objects.create(member=other, open_minutes=30)

        with pytest.raises(NotAllowed) as refused:
            plans.move(plan, by=world.pia, task=task, member=other)
        plans.move(plan, by=world.pia, task=task, member=other, force="Only they know the press.")
        plans.publish(plan, by=world.pia)

        [made] = Assignment.objects.of_task(task).open()
        assert codes(refused) == ["overloaded"]
        assert made.why == f"Plan 'Monday' gives it to {other.name}, as Pia wanted: Only they know the press."
        assert Event.objects.filter(kind="capacity.exceeded").get().data["because"] == "Only they know the press."

    def test_pinned_in_the_plan_it_is_pinned_on_the_floor(self, world, north, lea, released, computed):
        """The next plan leaves it where this one has put it."""
        task = released()
        plan = computed()
        plans.pin(plan, by=world.pia, task=task)
        plans.publish(plan, by=world.pia)

        again = computed(name="Again")

        assert Assignment.objects.of_task(task).open().get().pinned
        assert item_of(again, task).parts["fixed"]

    def test_a_task_that_is_not_in_it_is_named(self, world, north, released, computed):
        plan = computed()
        late = released()

        with pytest.raises(Invalid) as refused:
            plans.pin(plan, by=world.pia, task=late)

        assert [problem.field for problem in refused.value.problems] == ["task"]


class TestUndoing:
    @pytest.fixture
    def published(self, world, north, lea, released, computed):
        """Omar had the first task and nobody the second; the plan has given the first to Lea by hand."""
        first, second = released(), released()
        assignments.assign(first, by=world.ada, member=world.omar)
        plan = computed(department=world.assembly)
        if item_of(plan, first).member_id != lea.pk:
            plans.move(plan, by=world.pia, task=first, member=lea)
        plans.publish(plan, by=world.pia)
        return plan, first, second

    def test_everything_goes_back_to_who_had_it(self, world, lea, published):
        plan, first, second = published
        assert holder_of(first) == lea

        found = plans.undo(plan, by=world.pia)

        assert (found.status, holder_of(first), holder_of(second)) == ("undone", world.omar, None)
        assert Assignment.objects.of_task(first).open().get().member == world.omar
        assert not Assignment.objects.of_task(second).open().exists()

    def test_what_has_begun_stays_and_says_so(self, world, lea, published):
        """Nobody's work is taken away from under their hands."""
        plan, first, second = published
        tasks.start(first, by=lea)

        plans.undo(plan, by=world.pia)

        assert (holder_of(first), holder_of(second)) == (lea, None)
        assert item_of(plan, first).problem == "The work has begun, or has ended."
        assert Event.objects.about(plan).first().data["stayed"] == 1

    def test_what_has_changed_hands_stays(self, world, lea, published):
        plan, first, second = published
        assignments.decline(Assignment.objects.of_task(first).open().get(), by=lea, reason="No time.")

        plans.undo(plan, by=world.pia)

        assert item_of(plan, first).problem == "It has changed hands since."

    def test_the_time_for_it_runs_out(self, world, published):
        """After an hour people have arranged themselves with it."""
        plan, first, _ = published
        Plan.objects.filter(pk=plan.pk).update(undo_until=context.now() - datetime.timedelta(seconds=1))

        with pytest.raises(NotAllowed) as refused:
            plans.undo(plan, by=world.pia)

        assert codes(refused) == ["undo_over"]

    def test_times_given_by_an_earlier_plan_come_back(self, world, north, released, computed):
        """A kept task is in the timetable of the plan that holds, and in the old one again after the undo."""
        task = released()
        plans.publish(computed(), by=world.pia)
        slot = slot_of(task)
        released(minutes=45, priority="urgent")
        later = computed(name="Later")
        plans.publish(later, by=world.pia)
        assert Assignment.objects.of_task(task).open().get().plan == later

        plans.undo(later, by=world.pia)

        assert slot_of(task) == slot


def slot_of(task):
    made = Assignment.objects.of_task(task).open().get()
    return made.starts_at, made.ends_at, made.plan.name
