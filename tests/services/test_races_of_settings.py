"""Two admins at the same moment: neither may leave the organization without one, nor its departments in a ring.

Each with a control, as in `test_races`: with the lock taken out the anomaly appears.
"""

from unittest import mock

import pytest

from tenants import problems
from tenants.actions import departments, members
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed
from tenants.models import Department, Member
from tests.factories import AdminFactory, DepartmentFactory, OrganizationFactory
from tests.support.racing import Meeting, race

pytestmark = pytest.mark.django_db(transaction=True)


def unlocked(member):
    """What `members._lock` answers, read and not held."""
    return Member.objects.get(pk=member.pk), list(Member.objects.filter(role="admin", active=True))


class TestLastTwoAdmins:
    """Each sends the other away."""

    @pytest.fixture
    def duel(self):
        north = OrganizationFactory(slug="north")
        first, second = (AdminFactory(organization=north) for _ in range(2))

        def sends_away(by, other):
            def edit():
                with tenant(north):
                    return members.edit(other, by=by, active=False)

            return edit

        def fight():
            met = Meeting(2).after(problems.of_editing_member)
            with mock.patch.object(problems, "of_editing_member", met):
                answers = race(sends_away(first, second), sends_away(second, first))
            with tenant(north):
                return answers, Member.objects.filter(active=True).count()

        return fight

    def test_control_without_the_lock_nobody_is_left(self, duel):
        with mock.patch.object(members, "_lock", unlocked):
            answers, left = duel()

        assert [type(answer).__name__ for answer in answers] == ["Member", "Member"]
        assert left == 0

    def test_one_stays(self, duel):
        answers, left = duel()
        (refusal,) = [answer for answer in answers if isinstance(answer, Exception)]

        assert isinstance(refusal, NotAllowed)
        assert [problem.code for problem in refusal.problems] == ["last_admin"]
        assert left == 1


class TestRingOfDepartments:
    """Each is put under the other."""

    @pytest.fixture
    def knot(self):
        north = OrganizationFactory(slug="north")
        first, second = (DepartmentFactory(organization=north) for _ in range(2))

        def put_under(child, parent):
            def edit():
                with tenant(north):
                    return departments.edit(child, by=None, parent=parent)

            return edit

        def tie():
            met = Meeting(2).after(problems.of_department)
            with mock.patch.object(problems, "of_department", met):
                answers = race(put_under(first, second), put_under(second, first))
            with tenant(north):
                return answers, Department.objects.exclude(parent=None).count()

        return tie

    def test_control_without_the_lock_they_lie_under_each_other(self, knot):
        with mock.patch.object(departments, "_lock_the_tree"):
            answers, under = knot()

        assert [type(answer).__name__ for answer in answers] == ["Department", "Department"]
        assert under == 2

    def test_one_lies_under_the_other(self, knot):
        answers, under = knot()
        (refusal,) = [answer for answer in answers if isinstance(answer, Exception)]

        assert isinstance(refusal, Invalid)
        assert under == 1
