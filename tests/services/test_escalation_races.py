"""A promised step happens once, whoever takes it and whoever dies of it. Each guard has a control without it.

The lease alone does not do: a worker that was thought dead comes back. So what a step says to whom, and that it is
done, commit together, and only for the worker the row belongs to.
"""

import datetime
import threading
from unittest import mock

import pytest

from notifications.actions import escalations, telling
from notifications.models import Escalation, Notification, Promise
from tenants import context, relay
from tenants.context import tenant
from tenants.models import Event
from tests.factories import EscalationFactory, EscalationPolicyFactory, OrganizationFactory, PlannerFactory
from tests.support.racing import Meeting, no_lock, race

pytestmark = pytest.mark.django_db(transaction=True)
LABEL, WORKERS = "notifications.promise", 4


@pytest.fixture
def promise(monkeypatch):
    """A step that is due now, in a house where every lease has run out as soon as it was taken."""
    north = OrganizationFactory(slug="north")
    PlannerFactory(organization=north)
    policy = EscalationPolicyFactory(organization=north, steps=[{"wait_minutes": 0}])
    escalation = EscalationFactory(organization=north, policy=policy)
    monkeypatch.setattr(relay, "LEASE", datetime.timedelta(seconds=-1))
    with tenant(north):
        return escalation.promised.get()


def run(promise):
    return relay.run(LABEL, promise.organization_id, promise.pk)


def run_by_all(promise):
    """Four workers take the row over from each other, one after the other, and only then begin to work on it."""
    claim, turn = relay.claim, threading.Lock()

    def in_turn(*args):
        with turn:
            return claim(*args)

    with mock.patch.object(relay, "claim", Meeting(WORKERS).after(in_turn)):
        return race(*[lambda: run(promise)] * WORKERS)


def steps_taken(promise):
    """How often the step was taken, and how many entries that made."""
    with tenant(promise.organization_id):
        told = Notification.objects.filter(kind="escalated")
        return Event.objects.filter(kind="escalation.stepped").count(), told.count()


def without_fence():
    """Whoever has begun may finish, whosever the row is by now, and the relay closes it afterwards."""
    return mock.patch.object(escalations, "_kept", return_value=None)


class TestTakenOver:
    def test_control_without_the_fence_it_is_told_more_than_once(self, promise):
        with without_fence():
            run_by_all(promise)

        steps, entries = steps_taken(promise)
        assert steps > 1
        assert entries == steps

    def test_four_workers_take_a_step_once(self, promise):
        """Three of them hold a lease that has run out: what they did is rolled back."""
        run_by_all(promise)

        assert steps_taken(promise) == (1, 1)
        with tenant(promise.organization_id):
            assert Promise.objects.get().state == "done"


class TestWorkerDies:
    """Between telling and the end of it lies every moment at which a process can be killed."""

    @staticmethod
    def dying(*args, **kwargs):
        raise KeyboardInterrupt  # no `except Exception` hears it: nothing is written down about this end

    def die_after_the_commit(self, promise):
        closing = mock.patch.object(relay, "_done", self.dying)
        counting = mock.patch.object(relay.figures.counted, "ran", self.dying)  # where it has closed itself
        with closing, counting, pytest.raises(KeyboardInterrupt):
            run(promise)

    def test_control_without_the_fence_the_next_one_tells_again(self, promise):
        with without_fence():
            self.die_after_the_commit(promise)
            again = run(promise)

        assert again is True
        assert steps_taken(promise) == (2, 2)

    def test_after_the_commit_there_is_nothing_left_to_do(self, promise):
        self.die_after_the_commit(promise)
        again = run(promise)

        assert again is False
        assert steps_taken(promise) == (1, 1)

    def test_before_the_commit_nothing_was_told(self, promise):
        """The next worker takes the whole step."""

        def told_and_died(*args, **kwargs):
            real(*args, **kwargs)
            raise KeyboardInterrupt

        real = telling.tell
        with mock.patch.object(telling, "tell", told_and_died), pytest.raises(KeyboardInterrupt):
            run(promise)
        before = steps_taken(promise)
        again = run(promise)

        assert before == (0, 0)
        assert again is True
        assert steps_taken(promise) == (1, 1)


class TestAcknowledgedMeanwhile:
    """Somebody says "I take care" while a step is being taken: one of them is first, and the other one sees it."""

    def both_at_once(self, promise):
        with tenant(promise.organization_id):
            escalation, member = Escalation.objects.get(), PlannerFactory(organization=promise.organization)

        def acknowledge():
            with tenant(promise.organization_id):
                escalations.acknowledge(escalation, by=member)

        with (
            mock.patch.object(escalations, "_why_over", Meeting(2).after(escalations._why_over)),
            mock.patch.object(escalations, "wrong_state", Meeting(2).after(escalations.wrong_state)),
        ):
            race(lambda: run(promise), acknowledge)
        with tenant(promise.organization_id):
            kinds = Event.objects.filter(subject_type="escalation").order_by("subject_version")
            return list(kinds.values_list("kind", flat=True))[1:]

    def test_control_without_the_lock_one_of_them_fails(self, promise):
        """Both have looked before either has written: the version refuses the second, which has to come again."""
        with no_lock():
            assert len(self.both_at_once(promise)) == 1

    def test_what_comes_second_knows_of_the_first(self, promise):
        kinds = self.both_at_once(promise)

        assert kinds in (["escalation.stepped", "escalation.acknowledged"], ["escalation.acknowledged"])
        assert context.organization_id_or_none() is None
