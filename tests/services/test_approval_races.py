"""Two people agree in the same moment, and two browser windows name one deputy: what the locks are for."""

import datetime
from unittest import mock

import pytest

from tenants import context
from tenants import problems as of_tenants
from tenants.actions import deputies
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.models import Deputy, Event
from tests.factories import AdminFactory, OperatorFactory, OrganizationFactory, PlannerFactory, WorkOrderFactory
from tests.services.test_races import no_lock
from tests.support.racing import Meeting, race
from workorder import problems
from workorder.actions import approval_policy, orders
from workorder.models import Approval, WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)


class TestTwoApprovers:
    """Two planners press the same button: one level is given once."""

    @pytest.fixture
    def approve(self):
        north = OrganizationFactory(slug="north")
        with tenant(north):
            approval_policy.edit(by=AdminFactory(organization=north), second_level_priority="low")
        asked = PlannerFactory(organization=north)
        people = [PlannerFactory(organization=north) for _ in range(2)]
        order = WorkOrderFactory(organization=north, at="submitted", at__by=asked)

        def by(member):
            def approve():
                with tenant(north):
                    return orders.approve(order, by=member)

            return approve

        def approve():
            meeting = Meeting(2).after(problems.of_approving)
            with mock.patch.object(problems, "of_approving", meeting):
                answers = race(*map(by, people))
            with tenant(north):
                given = Event.objects.filter(subject_id=order.pk, kind="approval.given").count()
                decided = Approval.objects.filter(work_order=order).exclude(decision="").count()
                return answers, given, decided, WorkOrder.objects.get(pk=order.pk)

        return approve

    def test_control_without_the_lock_the_second_finds_the_order_changed(self, approve):
        """Both have been told that they may: the version is the next guard, and nothing but that."""
        with no_lock():
            answers, given, _, _ = approve()

        assert sorted(type(answer).__name__ for answer in answers) == ["Stale", "WorkOrder"]
        assert isinstance(next(a for a in answers if isinstance(a, Exception)), Stale)
        assert given == 1

    def test_one_gives_the_level_and_the_other_learns_that_it_is_given(self, approve):
        answers, given, decided, order = approve()

        (refusal,) = [answer for answer in answers if isinstance(answer, Exception)]
        assert isinstance(refusal, NotAllowed)
        assert [problem.code for problem in refusal.problems] == ["level_not_held"]
        assert (given, decided, order.status, order.approval_level) == (1, 1, "submitted", 2)


class TestTwoNamings:
    """The same deputy named in two windows stands in once."""

    @pytest.fixture
    def name(self):
        north = OrganizationFactory(slug="north")
        member, deputy = PlannerFactory(organization=north), OperatorFactory(organization=north)
        ends = context.now() + datetime.timedelta(days=7)

        def once():
            with tenant(north):
                return deputies.name(by=member, member=member, deputy=deputy, ends_at=ends)

        def name():
            with mock.patch.object(of_tenants, "of_deputy", Meeting(2).after(of_tenants.of_deputy)):
                answers = race(once, once)
            with tenant(north):
                return answers, Deputy.objects.count()

        return name

    def test_control_without_the_lock_both_are_written(self, name):
        with no_lock():
            answers, rows = name()

        assert [type(answer).__name__ for answer in answers] == ["Deputy", "Deputy"]
        assert rows == 2

    def test_the_second_is_refused(self, name):
        answers, rows = name()

        (refusal,) = [answer for answer in answers if isinstance(answer, Exception)]
        assert isinstance(refusal, Invalid)
        assert [problem.code for problem in refusal.problems] == ["overlaps"]
        assert rows == 1
