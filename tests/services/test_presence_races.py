"""The time clock and absences under concurrency. Each has a control: with the lock taken out the anomaly appears."""

import datetime
from unittest import mock

import pytest

from dispatch import problems
from dispatch.actions import absences, assignments, attendance
from dispatch.models import Absence, Assignment, Attendance
from tenants import context
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed, Stale
from tests.factories import (
    AbsenceFactory,
    DepartmentFactory,
    OperatorFactory,
    OrganizationFactory,
    SupervisorFactory,
    WorkOrderTaskFactory,
)
from tests.support.racing import Meeting, no_lock, no_version, race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def north():
    return OrganizationFactory(slug="north")


@pytest.fixture
def assembly(north):
    return DepartmentFactory(organization=north)


@pytest.fixture
def omar(north, assembly):
    return OperatorFactory(organization=north, department=assembly)


@pytest.fixture
def sina(north, assembly):
    return SupervisorFactory(organization=north, department=assembly)


def inside(north, act):
    """A racer: `act` in a transaction of its own."""

    def run():
        with tenant(north):
            return act()

    return run


def codes(answers):
    return sorted(
        problem.code for answer in answers if isinstance(answer, (NotAllowed, Invalid)) for problem in answer.problems
    )


class TestTwoPunches:
    """Two phones of one person, or a phone and a badge, at the same moment."""

    @pytest.fixture
    def duel(self, north, omar):
        def come():
            return attendance.punch(omar, by=omar, punch="in")

        def fight():
            met = Meeting(2).after(problems.of_punching)
            with mock.patch.object(problems, "of_punching", met):
                answers = race(inside(north, come), inside(north, come))
            with tenant(north):
                return answers, Attendance.objects.filter(member=omar).count()

        return fight

    def test_control_without_the_lock_somebody_comes_in_twice(self, duel):
        with no_lock():
            _, rows = duel()

        assert rows == 2

    def test_one_is_written_and_the_other_told(self, duel):
        answers, rows = duel()

        assert codes(answers) == ["does_not_follow"]
        assert rows == 1


class TestTwoRequests:
    """The same days, asked for twice at once."""

    @pytest.fixture
    def duel(self, north, omar):
        start = context.now() + datetime.timedelta(days=7)

        def ask():
            return absences.request(omar, by=omar, starts_at=start, ends_at=start + datetime.timedelta(days=1))

        def fight():
            met = Meeting(2).after(problems.of_requesting)
            with mock.patch.object(problems, "of_requesting", met):
                answers = race(inside(north, ask), inside(north, ask))
            with tenant(north):
                return answers, Absence.objects.filter(member=omar).count()

        return fight

    def test_control_without_the_lock_one_time_is_asked_for_twice(self, duel):
        with no_lock():
            _, rows = duel()

        assert rows == 2

    def test_one_is_written(self, duel):
        answers, rows = duel()

        assert codes(answers) == ["overlaps"]
        assert rows == 1


class TestApprovingWhatIsTakenBack:
    """The supervisor says yes while the member thinks better of it."""

    @pytest.fixture
    def duel(self, north, omar, sina):
        row = AbsenceFactory(organization=north, member=omar, starts_at=context.now() + datetime.timedelta(days=7))

        def fight():
            met = Meeting(2)
            with mock.patch.multiple(
                problems,
                of_deciding=met.after(problems.of_deciding),
                of_cancelling=met.after(problems.of_cancelling),
            ):
                answers = race(
                    inside(north, lambda: absences.approve(row, by=sina, seen=1)),
                    inside(north, lambda: absences.cancel(row, by=omar, seen=1)),
                )
            with tenant(north):
                return answers, Absence.objects.get(pk=row.pk)

        return fight

    def test_control_without_lock_and_version_both_are_told_yes(self, duel):
        with no_lock(), no_version():
            answers, _ = duel()

        assert [type(answer).__name__ for answer in answers] == ["Absence", "Absence"]

    def test_one_wins_and_the_other_is_told(self, duel):
        answers, row = duel()
        (refusal,) = [answer for answer in answers if isinstance(answer, Exception)]

        assert isinstance(refusal, Stale)
        assert row.status in ("approved", "cancelled")
        assert row.version == 2


class TestWorkForSomebodyWhoGoes:
    """Leave is granted while they take a task: one of the two sees the other, whoever comes first."""

    def test_nobody_keeps_unstarted_work_over_their_leave(self, north, assembly, omar, sina):
        row = AbsenceFactory(organization=north, member=omar, starts_at=context.now() - datetime.timedelta(hours=1))
        task = WorkOrderTaskFactory(organization=north, department=assembly)

        answers = race(
            inside(north, lambda: absences.approve(row, by=sina)),
            inside(north, lambda: assignments.claim(task, by=omar)),
        )
        with tenant(north):
            absences.hand_over(Absence.objects.get(pk=row.pk))  # what the event of the approval does
            held = Assignment.objects.of_task(task).open().filter(member=omar)

            assert isinstance(answers[0], Absence)
            assert not held.exists()
