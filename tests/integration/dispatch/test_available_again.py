"""What nobody could take goes to the first who can again, and nobody is told a second time that nobody can."""

import datetime
from unittest import mock

import pytest

from config.schedules import SCHEDULES
from dispatch.actions import assignments, attendance, capacity, looking_again, policy, skills
from dispatch.models import MemberSkill
from tenants import context, relay
from tenants.actions import members
from tenants.models import Event, Organization, ScheduledRun
from tests.factories import (
    AbsenceFactory,
    CapacityFactory,
    MemberShiftFactory,
    ProcessFactory,
    ShiftFactory,
    SkillFactory,
)
from workorder.models import WorkOrderTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


@pytest.fixture
def stranded(world, released):
    """A task of Assembly that nobody could take, since `hinder` was said before it was released."""

    def stranded(**values):
        task = released(department="assembly", **values)
        relay.drain_here(world.north)
        assert "Nobody there can take it." in Event.objects.about(task).first().data["why"]
        return task

    return stranded


def holder(task):
    return WorkOrderTask.objects.get(pk=task.pk).assigned_member_id


def times_queued(task):
    return Event.objects.about(task).filter(kind="task.queued").count()


class TestSomebodyCanAgain:
    def test_who_clocks_in_is_asked(self, world, stranded):
        policy.edit(by=world.ada, time_clock=True)
        task = stranded()

        attendance.punch(world.omar, by=world.omar, punch="in", method="page")
        relay.drain_here(world.north)

        assert holder(task) == world.omar.pk

    def test_who_learned_it_is_asked(self, world, stranded):
        skill = SkillFactory(organization=world.north)
        task = stranded(
            process=ProcessFactory(organization=world.north, department=world.assembly, required_skill=skill.code)
        )

        skills.grant(by=world.ada, member=world.omar, skill=skill)
        relay.drain_here(world.north)

        assert (holder(task), MemberSkill.objects.count()) == (world.omar.pk, 1)

    def test_who_has_room_again_is_asked(self, world, stranded):
        CapacityFactory(organization=world.north, member=world.omar, open_minutes=0)
        task = stranded()

        capacity.set_for(world.omar, by=world.ada, open_minutes=None)
        relay.drain_here(world.north)

        assert holder(task) == world.omar.pk

    def test_who_is_active_again_is_asked(self, world, stranded):
        members.edit(world.omar, by=world.ada, active=False)
        task = stranded()

        members.edit(world.omar, by=world.ada, active=True)
        relay.drain_here(world.north)

        assert holder(task) == world.omar.pk


class TestNobodySaysAnything:
    """A shift begins, a leave is over: no event tells of it, so the clock looks again."""

    def look(self):
        return looking_again.look(ScheduledRun(organization=Organization.objects.get(pk=context.organization_id())))

    def test_whose_shift_begins_is_asked(self, world, stranded, frozen_clock):
        begins = context.now().astimezone(world.north.zone) + datetime.timedelta(hours=2)
        shift = ShiftFactory(
            organization=world.north,
            starts=begins.time(),
            ends=(begins + datetime.timedelta(hours=8)).time(),
            saturday=True,
            sunday=True,
        )
        MemberShiftFactory(organization=world.north, member=world.omar, shift=shift)
        task = stranded()
        frozen_clock.shift(minutes=119)
        early = self.look(), holder(task)
        frozen_clock.shift(minutes=1)

        assert early == ({"offered": 0}, None)
        assert self.look() == {"offered": 1}
        assert (holder(task), times_queued(task)) == (world.omar.pk, 1)

    def test_whose_leave_is_over_is_asked(self, world, stranded, frozen_clock):
        AbsenceFactory(
            organization=world.north,
            member=world.omar,
            at="approved",
            starts_at=context.now() - datetime.timedelta(hours=1),
            ends_at=context.now() + datetime.timedelta(hours=3),
        )
        task = stranded()
        frozen_clock.shift(hours=3)

        assert (self.look(), holder(task)) == ({"offered": 1}, world.omar.pk)

    def test_what_still_nobody_can_is_neither_held_nor_told(self, world, stranded):
        """Every few minutes: it must cost nobody a lock, and say nothing twice."""
        CapacityFactory(organization=world.north, member=world.omar, open_minutes=0)
        task = stranded()

        with mock.patch.object(looking_again.assignments, "offer_stranded") as offered:
            assert self.look() == {"offered": 0}

        offered.assert_not_called()
        assert times_queued(task) == 1

    def test_the_clock_asks_for_it_when_shifts_begin(self):
        """On every full and half hour, that is, in whatever zone."""
        schedule = SCHEDULES["look_again"]

        assert schedule.run == "dispatch.actions.looking_again.look"
        assert 1800 % schedule.every == 0


class TestWhatIsLeftAlone:
    def test_what_still_nobody_can_is_no_news(self, world, stranded):
        """Each arrival would otherwise tell the supervisor the same again."""
        skill = SkillFactory(organization=world.north)
        task = stranded(
            process=ProcessFactory(organization=world.north, department=world.assembly, required_skill=skill.code)
        )

        for _ in range(2):
            assignments.offer_stranded(world.assembly)

        assert (holder(task), times_queued(task)) == (None, 1)

    def test_what_a_supervisor_took_back_stays_in_the_queue(self, world, given):
        """It waits on purpose."""
        his = given(world.omar)
        assignments.withdraw(his, by=world.ada)

        assert assignments.offer_stranded(world.assembly) == []
        assert holder(his.task) is None
