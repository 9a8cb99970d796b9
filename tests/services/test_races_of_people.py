"""Two planners at the same moment: nobody is put on two shifts at once, and no ring of skills is closed by halves.

Each with a control, as in `test_races`: with the lock taken out the anomaly appears.
"""

import contextlib
import datetime
from unittest import mock

import pytest

from dispatch import problems, queries, subscribers
from dispatch.actions import assignments, shifts, skills
from dispatch.models import Assignment, MemberShift, MemberSkill, Skill
from tenants.context import tenant
from tenants.errors import Invalid
from tenants.models import Event
from tests.factories import (
    MemberShiftFactory,
    MemberSkillFactory,
    OperatorFactory,
    OrganizationFactory,
    ShiftFactory,
    SkillFactory,
    WorkOrderTaskFactory,
)
from tests.support.racing import PATIENCE_SECONDS, Meeting, no_lock, race
from workorder.models import Process

pytestmark = pytest.mark.django_db(transaction=True)

SINCE = datetime.date(2031, 3, 3)


@pytest.fixture
def north():
    return OrganizationFactory(slug="north")


def inside(north, act, *args, **facts):
    """A racer: it does `act` in a transaction of its own."""

    def run():
        with tenant(north):
            return act(*args, by=None, **facts)

    return run


class TestRingOfSkills:
    """Each is made to imply the other."""

    @pytest.fixture
    def knot(self, north):
        first, second = (SkillFactory(organization=north) for _ in range(2))

        def tie():
            met = Meeting(2).after(problems.of_given_skill)
            with mock.patch.object(problems, "of_given_skill", met):
                answers = race(
                    inside(north, skills.edit, first, implies=second), inside(north, skills.edit, second, implies=first)
                )
            with tenant(north):
                return answers, Skill.objects.exclude(implies=None).count()

        return tie

    def test_control_without_the_lock_they_imply_each_other(self, knot):
        with mock.patch.object(skills, "_lock_them_all"):
            answers, implying = knot()

        assert [type(answer).__name__ for answer in answers] == ["Skill", "Skill"]
        assert implying == 2

    def test_one_implies_the_other(self, knot):
        answers, implying = knot()
        (refusal,) = [answer for answer in answers if isinstance(answer, Exception)]

        assert isinstance(refusal, Invalid)
        assert [problem.code for problem in refusal.problems] == ["skill_ring"]
        assert implying == 1


class TestTwoShiftsForOne:
    """Both overlap, and each planner sees an empty roster."""

    @pytest.fixture
    def fight(self, north):
        member = OperatorFactory(organization=north)
        early = ShiftFactory(organization=north, starts=datetime.time(6), ends=datetime.time(14))
        late = ShiftFactory(organization=north, starts=datetime.time(13), ends=datetime.time(21))

        def both():
            met = Meeting(2).after(queries.clashes)
            with mock.patch.object(queries, "clashes", met):
                answers = race(
                    inside(north, shifts.assign, member, shift=early, since=SINCE),
                    inside(north, shifts.assign, member, shift=late, since=SINCE),
                )
            with tenant(north):
                return answers, MemberShift.objects.filter(member=member).count()

        return both

    def test_control_without_the_lock_they_work_both(self, fight):
        with no_lock():
            answers, rows = fight()

        assert [type(answer).__name__ for answer in answers] == ["MemberShift", "MemberShift"]
        assert rows == 2

    def test_they_work_one(self, fight):
        answers, rows = fight()
        (refusal,) = [answer for answer in answers if isinstance(answer, Exception)]

        assert isinstance(refusal, Invalid)
        assert [problem.code for problem in refusal.problems] == ["shifts_overlap"]
        assert rows == 1


class TestHoursBesideARoster:
    """Early is made longer while somebody who works it is put on Late."""

    @pytest.fixture
    def fight(self, north):
        member = OperatorFactory(organization=north)
        early = ShiftFactory(organization=north, starts=datetime.time(6), ends=datetime.time(14))
        late = ShiftFactory(organization=north, starts=datetime.time(14), ends=datetime.time(22))
        MemberShiftFactory(organization=north, member=member, shift=early, since=SINCE)

        def both():
            met = Meeting(2).after(queries.clashes)
            with mock.patch.object(queries, "clashes", met):
                answers = race(
                    inside(north, shifts.edit, early, ends=datetime.time(15)),
                    inside(north, shifts.assign, member, shift=late, since=SINCE),
                )
            with tenant(north):
                roster = list(MemberShift.objects.filter(member=member).select_related("shift").order_by("pk"))
                return answers, sum(bool(queries.clashes([member.pk], row=row)) for row in roster)

        return both

    def test_control_without_holding_the_people_they_are_in_two_places(self, fight):
        with _nobody_is_held():
            answers, overlapping = fight()

        assert [isinstance(answer, Exception) for answer in answers] == [False, False]
        assert overlapping == 2

    def test_one_of_the_two_is_refused(self, fight):
        answers, overlapping = fight()

        assert sum(isinstance(answer, Invalid) for answer in answers) == 1
        assert overlapping == 0


class TestWorkForASkillThatGoes:
    """Omar is given a task for a skill while it is taken back from him: the task does not stay with him."""

    @pytest.fixture
    def fight(self, north):
        task = WorkOrderTaskFactory(organization=north)
        with tenant(north):
            Process.objects.filter(pk=task.process.process_id).update(required_skill="TIG")
        omar = OperatorFactory(organization=north, department=task.assigned_department)
        tig = SkillFactory(organization=north, code="TIG")
        row = MemberSkillFactory(organization=north, member=omar, skill=tig)

        def both():
            judged, gone = Meeting(2, patience=PATIENCE_SECONDS), Meeting(2)

            def take_back():
                judged.before(bool)()
                with tenant(north):
                    skills.take_back(row, by=None)
                with tenant(north):
                    subscribers.reoffer_without_skill(Event.objects.get(kind="member_skill.taken_back"))
                gone.before(bool)()

            asked = iter([gone.after(judged.after(queries.judge))])  # the first who asks is whoever gives it to Omar
            real = queries.judge

            def judge(*pair, **how):
                return next(asked, real)(*pair, **how)

            with mock.patch.object(queries, "judge", judge):
                answers = race(inside(north, assignments.assign, task, member=omar), take_back)
            with tenant(north):
                return answers, Assignment.objects.of_task(task).open().filter(member=omar).exists()

        return both

    def test_control_without_holding_him_he_keeps_it(self, fight):
        with mock.patch.object(skills, "_hold"):
            answers, is_his = fight()

        assert [type(answer).__name__ for answer in answers] == ["WorkOrderTask", "NoneType"]
        assert is_his

    def test_he_loses_both(self, fight):
        answers, is_his = fight()

        assert answers[1] is None
        assert not is_his


class TestSameSkillTwice:
    """Two supervisors write down the same thing: there is one row, and the second is told."""

    def test_there_is_one(self, north):
        member, skill = OperatorFactory(organization=north), SkillFactory(organization=north)

        answers = race(*[inside(north, skills.grant, member, skill=skill) for _ in range(4)])

        refusals = [answer for answer in answers if isinstance(answer, Exception)]
        assert [type(refusal) for refusal in refusals] == [Invalid] * 3
        with tenant(north):
            assert MemberSkill.objects.filter(member=member, skill=skill).count() == 1

    def test_skill_is_not_taken_away_while_it_is_given(self, north):
        """Either it is gone and nobody has it, or somebody has it and it stays: never a 500."""
        member, skill = OperatorFactory(organization=north), SkillFactory(organization=north)
        MemberSkillFactory(organization=north)  # somebody else's: not in the way

        answers = race(inside(north, skills.grant, member, skill=skill), inside(north, skills.remove, skill))

        with tenant(north):
            is_there = Skill.objects.filter(pk=skill.pk).exists()
            assert MemberSkill.objects.filter(member=member).exists() == is_there
        assert sum(isinstance(answer, Exception) for answer in answers) == 1


@contextlib.contextmanager
def _nobody_is_held():
    """The guard out: people are read and not locked, neither one by one nor together."""
    with no_lock(), mock.patch("django.db.models.query.QuerySet.select_for_update", lambda rows, **how: rows.all()):
        yield
