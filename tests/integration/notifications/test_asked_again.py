"""Whom a message is for is asked again when it goes: no mail to the technician who was just taken off."""

import datetime

import pytest

from dispatch.actions import absences, assignments
from dispatch.models import Assignment
from notifications.models import Message, Notification
from tenants import context, relay
from tenants.context import tenant
from tenants.models import Member
from tenants.states import DeliveryState
from tests.factories import AbsenceFactory, CommentFactory, WorkOrderFactory
from workorder.actions import comments, orders, tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(world):
    """Released; Omar has its one task and was told so."""
    order = WorkOrderFactory(
        organization=world.north, line__department=world.assembly, at="released", priority="normal"
    )
    relay.drain_here(world.north)
    return order


def assignment_of(order):
    return Assignment.objects.open().get(task__work_order=order)


def go(world, kind, member, clock=None):
    """Send the mail of the newest entry of a kind; answers (state, why not)."""
    with tenant(world.north):
        entry = Notification.objects.filter(kind=kind, recipient=member).latest("created_at")
        mail = Message.objects.get(notification=entry, transport="email")
        Message.objects.filter(pk=mail.pk).update(run_after=context.now() - datetime.timedelta(seconds=1))
    relay.run("notifications.message", world.north, mail.pk)
    with tenant(world.north):
        mail.refresh_from_db()
    return mail.state, mail.error


NOT_THEIRS = (DeliveryState.SUPPRESSED, "It is no longer theirs.")
DECIDED = (DeliveryState.SUPPRESSED, "It has been decided.")
SENT = (DeliveryState.DONE, "")


class TestTasks:
    def test_it_goes_to_who_still_has_it(self, world, order, mailoutbox):
        assert go(world, "task_assigned", world.omar) == SENT
        assert [mail.to for mail in mailoutbox] == [["omar@north.example"]]

    def test_it_does_not_go_to_who_was_just_taken_off(self, world, order, mailoutbox):
        with tenant(world.north):
            assignments.withdraw(assignment_of(order), by=world.sina)

        assert go(world, "task_assigned", world.omar) == NOT_THEIRS
        assert mailoutbox == []

    def test_it_does_not_go_for_what_is_done(self, world, order, mailoutbox):
        with tenant(world.north):
            task = order.tasks.get()
            tasks.start(task, by=world.omar)
            tasks.report(task, good=task.quantity, by=world.omar)
            tasks.complete(task, by=world.omar)
        relay.drain_here(world.north)

        assert go(world, "task_assigned", world.omar) == (DeliveryState.SUPPRESSED, "It is done.")

    def test_of_several_one_that_is_still_theirs_is_enough(self, world, mailoutbox):
        with tenant(world.north):
            Member.objects.filter(pk=world.sina.pk).update(department=None)
        several = WorkOrderFactory(
            organization=world.north,
            line__department=world.assembly,
            line__steps=[2],
            at="released",
            priority="normal",
        )
        relay.drain_here(world.north)
        with tenant(world.north):
            first, second = Assignment.objects.open().filter(task__work_order=several).order_by("pk")
            assignments.withdraw(second, by=world.pia)

        assert go(world, "task_assigned", world.omar) == SENT

    def test_nobody_eligible_is_no_news_once_somebody_has_it(self, world, mailoutbox):
        with tenant(world.north):
            Member.objects.filter(pk=world.omar.pk).update(active=False)
            Member.objects.filter(pk=world.sina.pk).update(role="supervisor")
        order = WorkOrderFactory(organization=world.north, line__department=world.assembly, at="released")
        relay.drain_here(world.north)
        with tenant(world.north):
            Member.objects.filter(pk=world.omar.pk).update(active=True)
            assignments.assign(order.tasks.get(), by=world.pia, member=world.omar)

        assert go(world, "nobody_eligible", world.sina) == (DeliveryState.SUPPRESSED, "Somebody has it by now.")


class TestDecisions:
    def test_who_may_not_approve_any_more_is_not_written_to(self, world, mailoutbox):
        WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)
        relay.drain_here(world.north)
        with tenant(world.north):
            Member.objects.filter(pk=world.bea.pk).update(role="operator")

        assert go(world, "order_submitted", world.bea) == NOT_THEIRS
        assert go(world, "order_submitted", world.ada) == SENT

    def test_what_was_decided_meanwhile_is_no_news(self, world, mailoutbox):
        order = WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)
        relay.drain_here(world.north)
        with tenant(world.north):
            orders.approve(order, by=world.ada)

        assert go(world, "order_submitted", world.bea) == DECIDED

    def test_an_absence_that_was_decided_is_no_question_any_more(self, world, mailoutbox):
        absence = AbsenceFactory(organization=world.north, member=world.omar)
        relay.drain_here(world.north)
        with tenant(world.north):
            absences.approve(absence, by=world.sina)

        assert go(world, "absence_requested", world.pia) == DECIDED


class TestWords:
    def test_a_comment_that_was_removed_is_not_sent(self, world, mailoutbox):
        said = CommentFactory(organization=world.north, subject=world.orders["draft"], member=world.omar, text="@pia")
        relay.drain_here(world.north)
        with tenant(world.north):
            comments.remove(said, by=world.omar)

        assert go(world, "mentioned", world.pia) == NOT_THEIRS

    def test_the_entry_stays_as_a_history(self, world, order):
        """Only what leaves the house is asked again: the inbox is what happened."""
        with tenant(world.north):
            assignments.withdraw(assignment_of(order), by=world.sina)
        go(world, "task_assigned", world.omar)

        with tenant(world.north):
            assert Notification.objects.of(world.omar).filter(kind="task_assigned").exists()
