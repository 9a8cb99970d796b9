"""Whatever is told, muted, sent, refused, gathered, replayed and forgotten, in any order: all of it is accounted for.

A failure comes back as the shortest sequence that leads to it. `PROPERTY_EXAMPLES=500` looks longer, and elsewhere.
"""

import collections
import datetime
import os
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from notifications.actions import digests, inbox, messages, retention, telling
from notifications.models import Digest, Follow, Message, Notification, Preference
from notifications.queries.conservation import figures
from notifications.states import Kind, Transport, Wanted
from tenants import context, events, relay
from tenants.actions import dead
from tenants.context import tenant
from tenants.errors import Permanent, Suppressed
from tenants.models.inserting import insert_all
from tenants.states import DeliveryState
from tests.factories import DepartmentFactory, ScheduledRunFactory

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "0"))
SETTINGS = settings(
    max_examples=EXAMPLES or 10,
    stateful_step_count=30,
    derandomize=not EXAMPLES,  # named by hand it looks for what nobody has seen; otherwise it is the same every time
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
KINDS = [Kind.TASK_ASSIGNED, Kind.COMMENTED, Kind.ORDER_HELD, Kind.TICKET_CHANGED]
PEOPLE = ("omar", "sina", "pia")
OFTEN = {"told", "sent", "failed", "refused", "not wanted", "gathered", "died", "replayed", "read", "forgotten"}
WEATHER = {
    "sent": None,
    "failed": ConnectionError("The mail server is away."),
    "refused": Permanent("There is no such person."),
    "not wanted": Suppressed("turned off"),
}
someone = st.sampled_from(PEOPLE)


ACTS = []


def act(**drawn):
    """One of the things that may happen. No rules of their own: Hypothesis would leave some out of each run."""

    def named(function):
        ACTS.append((function.__name__, st.fixed_dictionaries(drawn)))
        return function

    return named


class Telling(RuleBasedStateMachine):
    """`world` is set for each run; `seen` counts what really happened."""

    world = None
    seen = collections.Counter()

    @initialize()
    def begin(self):
        self._undone = transaction.atomic()
        self._undone.__enter__()
        self._inside = tenant(self.world.north)
        self._inside.__enter__()
        self.created = 0
        self.things = [DepartmentFactory(organization=self.world.north) for _ in range(2)]

    def teardown(self):
        self._inside.__exit__(None, None, None)
        transaction.set_rollback(True)
        self._undone.__exit__(None, None, None)

    @rule(data=st.data())
    def something_happens(self, data):
        name, values = data.draw(st.sampled_from(ACTS))
        getattr(self, name)(**data.draw(values))

    @act(to=st.sets(someone, min_size=1), kind=st.sampled_from(KINDS), thing=st.integers(0, 1), urgent=st.booleans())
    def tell(self, to, kind, thing, urgent):
        event = events.record(DepartmentFactory(organization=self.world.north), "department.created", by=None)
        about = {"subject": self.things[thing], "urgent": urgent, "coalesce": str(thing)}
        for _ in range(2):  # a worker may die after telling and before saying so
            telling.tell(event, to=[getattr(self.world, name) for name in to], kind=kind, title="News", **about)
        self.seen["told"] += 1

    @act(who=someone, thing=st.integers(0, 1), muted=st.booleans())
    def mute(self, who, thing, muted):
        about = {"subject_type": "department", "subject_id": self.things[thing].pk}
        Follow.objects.update_or_create(member=getattr(self.world, who), **about, defaults={"muted": muted})

    @act(who=someone, kind=st.sampled_from(KINDS), wanted=st.sampled_from(Wanted.values))
    def prefer(self, who, kind, wanted):
        cell = {"member": getattr(self.world, who), "kind": kind, "transport": Transport.EMAIL}
        Preference.objects.update_or_create(**cell, defaults={"wanted": wanted})

    @act(weather=st.sampled_from(sorted(WEATHER)))
    def send(self, weather):
        self._due(Message)
        with mock.patch.dict(messages.SENDERS, dict.fromkeys(Transport, mock.Mock(side_effect=WEATHER[weather]))):
            self.seen[weather] += self._run("notifications.message", Message)

    @act(weather=st.sampled_from(["sent", "failed"]))
    def gather(self, weather):
        self._due(Digest)
        with mock.patch.dict(digests.SENDERS, {Transport.EMAIL: mock.Mock(side_effect=WEATHER[weather])}):
            self.seen["gathered"] += self._run("notifications.digest", Digest)

    @act()
    def die(self):
        """A worker that ends without a word, five times over one message."""
        row = Message.objects.filter(state=DeliveryState.PENDING).order_by("pk").first()
        if row:
            Message.objects.filter(pk=row.pk).update(attempts=relay.MAX_DEATHS, failures=0, run_after=context.now())
            relay.run("notifications.message", self.world.north, row.pk)
            self.seen["died"] += Message.objects.filter(pk=row.pk, state=DeliveryState.DEAD).count()

    @act()
    def replay(self):
        self.seen["replayed"] += dead.replay_all("notifications.message", by=self.world.ada)

    @act(who=someone)
    def read(self, who):
        self.seen["read"] += inbox.read_all(by=getattr(self.world, who))

    @act(who=someone)
    def archive(self, who):
        member = getattr(self.world, who)
        if entry := Notification.objects.of(member).in_inbox().first():
            inbox.archive(entry, by=member)

    @act()
    def forget(self):
        """Half a year later."""
        later = context.now() + datetime.timedelta(days=200)
        with mock.patch.object(retention.context, "now", return_value=later):
            self.seen["forgotten"] += retention.run(ScheduledRunFactory(organization=self.world.north))["entries"]

    @invariant()
    def it_adds_up(self):
        if self.world is None or not hasattr(self, "things"):
            return
        found = figures()["messages"]
        states = ("delivered", "pending", "parked", "dead", "suppressed")
        assert found["created"] == sum(found[state] for state in states), found
        assert (found["missing"], found["stranded"]) == (0, 0)
        assert found["created"] >= self.created, "What was forgotten still was created."
        self.created = found["created"]

    @staticmethod
    def _due(model):
        moment = context.now()
        model.objects.filter(state=DeliveryState.PENDING).update(run_after=moment, first_due_at=moment)

    def _run(self, label, model):
        ids = model.objects.filter(state=DeliveryState.PENDING).values_list("pk", flat=True)
        return sum(relay.run(label, self.world.north, pk) for pk in list(ids))


def all_but_the_last(model, columns, rows, **more):
    return insert_all(model, columns, rows[:-1] if model is Message else rows, **more)


def nothing(*said, **more):
    return None


BROKEN = {
    "a message is not written": (telling, "insert_all", all_but_the_last),
    "what a digest brought stays parked": (digests, "_bring", nothing),
    "retention keeps no numbers": (retention, "_keep", nothing),
}


@pytest.mark.slow
@pytest.mark.timeout(0 if EXAMPLES else 240)
@pytest.mark.django_db
class TestConservation:
    @pytest.fixture(autouse=True)
    def machine(self, world):
        Telling.world, Telling.seen = world, collections.Counter()

    def test_any_sequence_adds_up(self, record_property):
        run_state_machine_as_test(Telling, settings=SETTINGS)

        told = ", ".join(f"{what} {count}" for what, count in sorted(Telling.seen.items()))
        record_property("figures", f"conservation of messages: {told}")
        assert OFTEN - {what for what, count in Telling.seen.items() if count} == set(), told

    @pytest.mark.parametrize("broken", BROKEN)
    def test_control_a_broken_guard_is_found(self, broken):
        """An invariant that never fails may be one that never looks."""
        owner, name, instead = BROKEN[broken]
        with mock.patch.object(owner, name, instead), pytest.raises(AssertionError):
            run_state_machine_as_test(Telling, settings=settings(SETTINGS, max_examples=60, phases=[Phase.generate]))
