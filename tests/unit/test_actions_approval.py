"""Agreeing to an order: one level or two, by whom, in whose place, and how long somebody may think about it."""

import datetime
from decimal import Decimal

import pytest

from tenants import context, events
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.models import Event
from tests.factories import AdminFactory, DeputyFactory, ViewerFactory, WorkOrderFactory
from tests.golden.events import TELLS
from tests.support.reasons import codes, named
from workorder.actions import approval_policy, orders
from workorder.models import Approval, ApprovalDeadline, ApprovalPolicy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


@pytest.fixture
def two_levels(world):
    """From now on every order of north needs two."""
    return approval_policy.edit(by=world.ada, second_level_priority="low")


def submitted(world, **values):
    """An order Pia has submitted."""
    return WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia, **values)


def other_than(priority):
    return "low" if priority == "urgent" else "urgent"


def trail(order):
    """(round, level, decision, by, in whose place) of every approval."""
    rows = Approval.objects.filter(work_order=order)
    return [(row.round, row.level, row.decision, row.decided_by, row.on_behalf_of) for row in rows]


def refused(verb, order, *, by, **words):
    with pytest.raises(NotAllowed) as refusal:
        verb(order, by=by, **words)
    return codes(refusal)


class TestLevels:
    """What an order costs and how much it matters say how many people have to agree."""

    @pytest.mark.parametrize(
        ("budget", "priority", "levels"),
        [
            (None, "normal", 1),
            (Decimal("4999.99"), "normal", 1),
            (Decimal("5000"), "normal", 2),
            (None, "high", 2),
            (Decimal("1"), "urgent", 2),
        ],
    )
    def test_levels_follow_from_the_budget_and_the_priority(self, world, budget, priority, levels):
        """From the amount on and from the priority on, whichever comes first."""
        approval_policy.edit(by=world.ada, second_level_budget=Decimal("5000"), second_level_priority="high")

        order = submitted(world, budget=budget, priority=priority)

        assert (order.approval_levels, order.approval_level) == (levels, 1)

    def test_without_a_policy_one_level_is_enough(self, world):
        order = submitted(world, budget=Decimal("9000000"), priority="urgent")

        assert order.approval_levels == 1
        assert orders.approve(order, by=world.ada).status == "approved"

    def test_the_first_of_two_levels_asks_the_second(self, world, two_levels):
        """It is still submitted: half an agreement is none."""
        order = orders.approve(submitted(world), by=world.bea, comment=" Price agreed. ")

        assert (order.status, order.approval_level) == ("submitted", 2)
        assert trail(order) == [(1, 1, "approved", world.bea, None), (1, 2, "", None, None)]
        event = events.newest(order)
        assert (event.kind, event.subject_version) == ("approval.given", order.version)
        assert event.data == {"level": 1, "comment": "Price agreed.", "on_behalf_of": None}
        assert set(event.data) == TELLS["approval.given"]

    def test_the_last_level_moves_the_order(self, world, two_levels):
        order = orders.approve(submitted(world), by=world.bea)

        order = orders.approve(order, by=world.ada)

        assert (order.status, order.approval_level) == ("approved", 0)
        assert trail(order) == [(1, 1, "approved", world.bea, None), (1, 2, "approved", world.ada, None)]

    def test_the_second_level_needs_an_admin(self, world, two_levels):
        order = orders.approve(submitted(world), by=world.ada)

        assert refused(orders.approve, order, by=world.bea) == ["level_not_held"]

    def test_nobody_agrees_at_both_levels(self, world, two_levels):
        """Two levels by one person would be one."""
        order = orders.approve(submitted(world), by=world.ada)
        orders.prioritize(order, by=world.pia, priority=other_than(order.priority))  # so that it is no mere retry

        assert refused(orders.approve, order, by=world.ada) == ["approved_before"]

    def test_a_level_said_again_by_the_same_member_is_a_retry(self, world, two_levels):
        """The answer was lost on the way: it was given once, and level 2 still waits for somebody else."""
        order = orders.approve(submitted(world), by=world.bea)

        again = orders.approve(order, by=world.bea)

        assert (again.version, trail(again)) == (order.version, trail(order))

    def test_reject_at_the_second_level_sends_it_back(self, world, two_levels):
        """Both rounds stay on record, and the next one begins at the first level again."""
        order = orders.approve(submitted(world), by=world.bea)

        order = orders.reject(order, by=world.ada, comment="Too dear.")
        order = orders.submit(orders.revise(order, by=world.pia), by=world.pia)

        assert (order.round, order.approval_level) == (2, 1)
        assert trail(order) == [
            (1, 1, "approved", world.bea, None),
            (1, 2, "rejected", world.ada, None),
            (2, 1, "", None, None),
        ]

    def test_who_agreed_in_an_earlier_round_may_agree_at_another_level_of_this_one(self, world, two_levels):
        """It is another order by now."""
        order = orders.approve(submitted(world), by=world.ada)
        order = orders.reject(order, by=AdminFactory(organization=world.north), comment="Not like this.")
        order = orders.submit(orders.revise(order, by=world.pia), by=world.pia)
        order = orders.approve(order, by=world.bea)

        assert orders.approve(order, by=world.ada).status == "approved"


class TestFourEyes:
    """Whoever asked may not agree, neither themselves nor by a deputy."""

    def test_the_submitter_may_where_the_organization_allows_it(self, world):
        order = submitted(world)
        world.pia.organization.may_approve_own = True

        assert orders.approve(order, by=world.pia).status == "approved"

    def test_the_submitter_may_not_at_the_second_level_either(self, world, two_levels):
        order = WorkOrderFactory(organization=world.north, at="submitted", at__by=world.ada)
        order = orders.approve(order, by=world.bea)

        assert refused(orders.approve, order, by=world.ada) == ["approved_by_submitter"]

    def test_the_submitter_may_reject_their_own(self, world):
        """Second thoughts need nobody's leave."""
        assert orders.reject(submitted(world), by=world.pia, comment="Wrong paper.").status == "rejected"


class TestDeputies:
    """Somebody who may meanwhile; every decision says in whose place."""

    def test_a_deputy_agrees_in_somebodys_place(self, world):
        """Omar works at a machine, and stands in for Bea this week."""
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)

        order = orders.approve(submitted(world), by=world.omar, comment="Bea said so.")

        assert trail(order) == [(1, 1, "approved", world.omar, world.bea)]
        assert events.newest(order).data == {"comment": "Bea said so.", "on_behalf_of": str(world.bea.pk)}

    def test_a_deputy_rejects_in_somebodys_place(self, world):
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)

        order = orders.reject(submitted(world), by=world.omar, comment="No paper.")

        assert trail(order) == [(1, 1, "rejected", world.omar, world.bea)]

    def test_whose_own_role_is_enough_stands_in_for_nobody(self, world):
        """Bea is a planner: she agrees in her own name although she is Ada's deputy."""
        DeputyFactory(organization=world.north, member=world.ada, deputy=world.bea)

        assert trail(orders.approve(submitted(world), by=world.bea)) == [(1, 1, "approved", world.bea, None)]

    def test_a_deputy_reaches_the_level_of_the_member(self, world, two_levels):
        DeputyFactory(organization=world.north, member=world.ada, deputy=world.sina)
        order = orders.approve(submitted(world), by=world.bea)

        order = orders.approve(order, by=world.sina)

        assert order.status == "approved"
        assert trail(order)[1] == (1, 2, "approved", world.sina, world.ada)

    def test_a_deputy_of_a_planner_does_not_reach_the_second_level(self, world, two_levels):
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.sina)
        order = orders.approve(submitted(world), by=world.ada)

        assert refused(orders.approve, order, by=world.sina) == ["level_not_held"]

    def test_a_deputy_of_the_submitter_alone_is_refused_like_the_submitter(self, world):
        """Otherwise everybody could agree to their own by naming somebody."""
        DeputyFactory(organization=world.north, member=world.pia, deputy=world.omar)

        assert refused(orders.approve, submitted(world), by=world.omar) == ["approved_by_submitter"]

    def test_a_deputy_of_the_submitter_and_another_agrees_for_the_other(self, world):
        DeputyFactory(organization=world.north, member=world.pia, deputy=world.omar)
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)

        assert trail(orders.approve(submitted(world), by=world.omar)) == [(1, 1, "approved", world.omar, world.bea)]

    def test_the_submitter_may_not_as_somebodys_deputy(self, world):
        DeputyFactory(organization=world.north, member=world.ada, deputy=world.pia)

        assert refused(orders.approve, submitted(world), by=world.pia) == ["approved_by_submitter"]

    def test_whom_a_deputy_agreed_for_has_agreed(self, world, two_levels):
        """Omar said yes for Ada at the first level, so Ada is no second pair of eyes at the next."""
        DeputyFactory(organization=world.north, member=world.ada, deputy=world.omar)
        order = orders.approve(submitted(world), by=world.omar)

        assert refused(orders.approve, order, by=world.ada) == ["approved_before"]

    def test_a_deputy_may_not_agree_for_who_has_agreed(self, world, two_levels):
        DeputyFactory(organization=world.north, member=world.ada, deputy=world.omar)
        order = orders.approve(submitted(world), by=world.ada)

        assert refused(orders.approve, order, by=world.omar) == ["approved_before"]

    def test_a_deputy_of_a_deputy_is_nobody(self, world):
        """Ada trusts Sina, and was not asked about Omar."""
        DeputyFactory(organization=world.north, member=world.ada, deputy=world.bea)
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
        approval_policy.edit(by=world.ada, second_level_priority="low")
        order = orders.approve(submitted(world), by=AdminFactory(organization=world.north))

        assert refused(orders.approve, order, by=world.omar) == ["level_not_held"]

    @pytest.mark.parametrize(("days", "in_force"), [(-1, True), (1, False)], ids=["begun", "not-yet"])
    def test_a_deputy_counts_from_the_day_it_begins(self, world, days, in_force):
        begins = context.now() + datetime.timedelta(days=days)
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar, starts_at=begins)
        order = submitted(world)

        if in_force:
            assert orders.approve(order, by=world.omar).status == "approved"
        else:
            assert refused(orders.approve, order, by=world.omar) == ["level_not_held"]

    def test_a_deputy_counts_no_longer_than_agreed(self, world, frozen_clock):
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
        order = submitted(world)
        frozen_clock.shift(days=7)

        assert refused(orders.approve, order, by=world.omar) == ["level_not_held"]

    def test_a_member_who_left_has_no_deputy(self, world):
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
        type(world.bea).objects.filter(pk=world.bea.pk).update(active=False)

        assert refused(orders.approve, submitted(world), by=world.omar) == ["level_not_held"]

    def test_a_deputy_who_was_made_a_viewer_decides_nothing(self, world):
        vera = ViewerFactory(organization=world.north)
        row = DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
        type(row).objects.filter(pk=row.pk).update(deputy=vera)

        assert refused(orders.approve, submitted(world), by=vera) == ["level_not_held"]


class TestDeadlines:
    """A decision that takes too long is an event, once."""

    def deadline(self, order):
        return ApprovalDeadline.objects.get(approval=Approval.objects.pending().of_round(order).get())

    def said(self, approval_id):
        return Event.objects.filter(subject_id=approval_id, kind="approval.overdue")

    def test_a_question_comes_with_its_deadline(self, world, frozen_clock):
        """Giving up counts from the day it is due: a long deadline must not look like three days of failing."""
        approval_policy.edit(by=world.ada, overdue_hours=100)

        row = self.deadline(submitted(world))

        due = context.now() + datetime.timedelta(hours=100)
        assert (row.run_after, row.first_due_at) == (due, due)
        assert row.approval.overdue_at == due

    def test_each_level_has_its_own(self, world, two_levels, frozen_clock):
        order = submitted(world)
        frozen_clock.shift(hours=20)

        order = orders.approve(order, by=world.bea)

        assert self.deadline(order).run_after == context.now() + datetime.timedelta(hours=24)

    def test_nobody_minds_where_the_policy_says_never(self, world):
        approval_policy.edit(by=world.ada, overdue_hours=0)

        order = submitted(world)

        assert not ApprovalDeadline.objects.filter(approval__work_order=order).exists()
        assert order.approvals.get().overdue_at is None

    def test_overdue_is_said_once(self, world):
        """A worker that died after saying it is followed by another one."""
        order = submitted(world)
        row = self.deadline(order)

        orders.remind(row)
        orders.remind(row)

        event = self.said(row.approval_id).get()
        assert event.data == {"work_order": str(order.pk), "number": order.number, "level": 1}
        assert (event.actor, event.subject_type, set(event.data)) == (None, "approval", TELLS["approval.overdue"])

    @pytest.mark.parametrize("verb", ["approve", "reject", "cancel"])
    def test_what_is_decided_is_not_overdue(self, world, verb):
        order = submitted(world)
        row = self.deadline(order)
        words = {"reject": {"comment": "No."}, "cancel": {"reason": "No."}}.get(verb, {})
        getattr(orders, verb)(order, by=world.ada, **words)

        orders.remind(row)

        assert not self.said(row.approval_id).exists()

    def test_a_decision_after_the_reminder_is_a_decision(self, world):
        order = submitted(world)
        orders.remind(self.deadline(order))

        assert orders.approve(order, by=world.ada).status == "approved"


class TestPolicy:
    """One row per organization, there from the first change on."""

    def test_without_a_row_there_are_defaults(self, world):
        policy = ApprovalPolicy.objects.current()

        assert (policy.second_level_budget, policy.second_level_priority, policy.overdue_hours) == (None, "", 24)
        assert not ApprovalPolicy.objects.exists()

    def test_a_change_tells_from_what_to_what(self, world):
        policy = approval_policy.edit(by=world.ada, overdue_hours=12)

        event = events.newest(policy)
        assert (event.kind, event.subject_version) == ("approval_policy.edited", policy.version)
        assert event.data == {"changed": {"overdue_hours": {"from": 24, "to": 12}}}

    def test_the_same_again_is_no_change(self, world):
        policy = approval_policy.edit(by=world.ada, overdue_hours=12)

        assert approval_policy.edit(by=world.ada, overdue_hours=12).version == policy.version

    def test_what_somebody_else_changed_meanwhile_is_stale(self, world):
        seen = ApprovalPolicy.objects.current().version
        approval_policy.edit(by=world.ada, seen=seen, overdue_hours=12)

        with pytest.raises(Stale):
            approval_policy.edit(by=world.ada, seen=seen, overdue_hours=6)

    def test_wrong_values_are_all_named(self, world):
        with pytest.raises(Invalid) as refusal:
            approval_policy.edit(
                by=world.ada, second_level_budget=Decimal("NaN"), second_level_priority="soon", overdue_hours=-1
            )

        assert named(refusal) == [
            ("second_level_budget", "not_a_number"),
            ("second_level_priority", "invalid_choice"),
            ("overdue_hours", "out_of_range"),
        ]

    def test_orders_that_wait_keep_their_levels(self, world):
        order = submitted(world)
        approval_policy.edit(by=world.ada, second_level_priority="low")

        assert orders.approve(order, by=world.ada).status == "approved"

    def test_a_column_that_is_not_for_people_is_a_mistake_of_the_caller(self, world):
        with pytest.raises(TypeError):
            approval_policy.edit(by=world.ada, version=7)
