"""From an event to the people who must know: the right ones, and once."""

import datetime

import pytest

from dispatch.actions import assignments
from notifications.models import Notification
from tenants import context, relay
from tenants.context import tenant
from tenants.models import Delivery, Member
from tenants.states import DeliveryState
from tests.factories import ProcessFactory, SupervisorFactory, WorkOrderFactory
from workorder.actions import orders, tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(world):
    """A draft of Pia's with one task for Assembly."""
    process = ProcessFactory(organization=world.north, department=world.assembly)
    with tenant(world.north):
        return orders.create(
            by=world.pia,
            customer=world.customer,
            title="Posters",
            due_at=context.now() + datetime.timedelta(days=3),
            processes=[{"process": process, "quantity": 1}],
        )


@pytest.fixture
def told(world):
    """`told(kind)`: first names of those who were told, after everything that happened was delivered."""
    relay.drain_here(world.north)
    with tenant(world.north):
        Notification.objects.all().delete()

    def told(kind):
        relay.drain_here(world.north)
        with tenant(world.north):
            rows = Notification.objects.filter(kind=kind).select_related("recipient__user")
            return sorted(row.recipient.name for row in rows)

    return told


class TestCreation:
    """Each kind of news has its audience."""

    def test_submitted_goes_to_those_who_can_approve(self, world, draft, told):
        """Not to who asked: they know, and may not agree to it themselves."""
        with tenant(world.north):
            orders.submit(draft, by=world.pia)

        assert told("order_submitted") == ["Ada", "Bea"]

    def test_approved_goes_to_who_asked(self, world, draft, told):
        with tenant(world.north):
            orders.submit(draft, by=world.pia)
            orders.approve(draft, by=world.ada, comment="Go ahead")

        assert told("order_approved") == ["Pia"]

    def test_rejected_goes_to_who_asked_with_the_comment(self, world, draft, told):
        """What has to change is the point of the message."""
        with tenant(world.north):
            orders.submit(draft, by=world.pia)
            orders.reject(draft, by=world.ada, comment="Too cheap")

        assert told("order_rejected") == ["Pia"]
        with tenant(world.north):
            entry = Notification.objects.get(kind="order_rejected")
        assert entry.content == "Ada rejected “Posters”. They wrote: Too cheap"
        assert (entry.level, entry.url) == ("warning", f"/work-orders/{draft.pk}/")

    def test_who_approves_their_own_is_not_told_so(self, world, draft, told):
        """Where an organization allows it, the mail would only repeat what they just clicked."""
        world.pia.organization.may_approve_own = True
        with tenant(world.north):
            orders.submit(draft, by=world.pia)
            orders.approve(draft, by=world.pia)

        assert told("order_approved") == []

    def test_offered_task_goes_to_the_member_with_the_reason(self, world, draft, told):
        self._release(world, draft)

        assert told("task_assigned") == ["Omar"]
        with tenant(world.north):
            entry = Notification.objects.get(kind="task_assigned")
        assert entry.title.endswith("is yours")
        assert "Omar is the only one who can take it" in entry.content

    def test_claimed_task_is_no_news_to_who_claimed_it(self, world, draft, told):
        self._release(world, draft)
        with tenant(world.north):
            assignments.claim(draft.tasks.get(), by=world.omar)

        assert told("task_assigned") == []

    def test_completed_goes_to_who_asked(self, world, draft, told):
        self._complete(world, draft)

        assert told("order_completed") == ["Pia"]

    def test_completed_goes_to_the_planners_when_who_asked_has_left(self, world, draft, told):
        """Somebody has to tell the customer."""
        with tenant(world.north):
            Member.objects.filter(pk=world.pia.pk).update(active=False)
        self._complete(world, draft)

        assert told("order_completed") == ["Ada", "Bea"]

    def _release(self, world, draft):
        with tenant(world.north):
            orders.submit(draft, by=world.pia)
            orders.approve(draft, by=world.ada)
            orders.release(draft, by=world.pia)

    def _complete(self, world, draft):
        self._release(world, draft)
        with tenant(world.north):
            task = draft.tasks.get()
            tasks.start(task, by=world.sina)
            tasks.report(task, good=1, by=world.sina)
            tasks.complete(task, by=world.sina)


class TestNobodyEligible:
    """Work nobody can take is a supervisor's problem, so it is the supervisor who hears of it."""

    @pytest.fixture(autouse=True)
    def without_omar(self, world):
        with tenant(world.north):
            Member.objects.filter(pk=world.omar.pk).update(active=False)

    def test_supervisors_of_the_department_are_told(self, world, draft, told):
        SupervisorFactory(organization=world.north, department=world.welding, user__name="Wim")

        self._release(world, draft)

        assert told("nobody_eligible") == ["Sina"]

    def test_without_a_supervisor_the_planners_are_told(self, world, draft, told):
        """A message nobody gets is worse than one too many."""
        with tenant(world.north):
            Member.objects.filter(pk=world.sina.pk).update(active=False)

        self._release(world, draft)

        assert told("nobody_eligible") == ["Ada", "Bea", "Pia"]

    def test_planned_queue_is_no_alarm(self, world, draft, told):
        """A task sent to a department to be claimed is where it should be."""
        self._release(world, draft)
        with tenant(world.north):
            assignments.assign(draft.tasks.get(), by=world.pia, department=world.welding)

        assert told("nobody_eligible") == []

    def _release(self, world, draft):
        with tenant(world.north):
            orders.submit(draft, by=world.pia)
            orders.approve(draft, by=world.ada)
            orders.release(draft, by=world.pia)


class TestOnce:
    """One event tells one person one time, whatever is delivered again."""

    def test_repeated_delivery_tells_nobody_twice(self, world, draft, told):
        """A worker may die after telling and before saying so."""
        with tenant(world.north):
            orders.submit(draft, by=world.pia)
        assert told("order_submitted") == ["Ada", "Bea"]
        with tenant(world.north):
            again = Delivery.objects.filter(event__subject_id=draft.pk, subscriber="notifications.subscribers.tell")
            again.update(state=DeliveryState.PENDING, done_at=None, rung_at=None)

        relay.run_due(world.north)

        assert told("order_submitted") == ["Ada", "Bea"]

    def test_next_round_tells_again(self, world, draft, told):
        """A second submission is a second event: silence would lose it."""
        with tenant(world.north):
            orders.submit(draft, by=world.pia)
            orders.reject(draft, by=world.ada, comment="Again")
            orders.revise(draft, by=world.pia)
            orders.submit(draft, by=world.pia)

        assert told("order_submitted") == ["Ada", "Ada", "Bea", "Bea"]

    def test_other_organization_is_not_told(self, world, draft, told):
        """Bea plans in both houses; what north submits is in her inbox of north only."""
        with tenant(world.south):
            before = list(Notification.objects.all())
        with tenant(world.north):
            orders.submit(draft, by=world.pia)
        relay.drain_here(world.north)

        with tenant(world.south):
            assert list(Notification.objects.all()) == before

    def test_telling_costs_the_same_for_few_and_many(self, world, told, query_counter):
        """An event for a whole department must not run one query per person."""
        order = WorkOrderFactory(organization=world.north, at="draft")
        with tenant(world.north):
            orders.submit(order, by=world.pia)
        with query_counter() as few:
            relay.drain_here(world.north)
        for _ in range(20):
            SupervisorFactory(organization=world.north, role="planner")
        other = WorkOrderFactory(organization=world.north, at="draft")
        with tenant(world.north):
            orders.submit(other, by=world.pia)

        with query_counter(exact=len(few)):
            relay.drain_here(world.north)

        assert len(told("order_submitted")) == 2 + 2 + 20
