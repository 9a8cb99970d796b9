"""From the change to the inbox and to the open page, with relay, worker and Redis as they are deployed.

So many events a second are recorded as verbs record them; the ledger, the inbox and a subscriber of the live channel
say when each got how far. What they cost is more than a moment only if the processes fall behind.
"""

import os
import threading
import time
import uuid
from datetime import UTC, datetime

import orjson
import redis

from notifications.hub.rooms import CHANNEL, LIVE_DATABASE
from notifications.models import Notification
from tenants import events, relay
from tenants.context import tenant
from tenants.models import Event
from tests.factories import AdminFactory, OrganizationFactory, PlannerFactory, WorkOrderFactory
from tests.support import wait
from tests.support.editions import Full
from tests.support.faults.history import percentile
from tests.support.faults.servers import Redis
from tests.support.sinks import MailSink

RATES = [int(rate) for rate in (os.environ.get("PER_SECOND") or "10,100").split(",")]  # a calm floor, and a flood
SECONDS = int(os.environ.get("SECONDS") or 20)
LEFT_SECONDS = 120  # for what the processes are behind with at the end


class Listener(threading.Thread):
    """Hears what the sockets' processes hear: {id of the subject, version: when}."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.heard, self.stopped = {}, threading.Event()
        self.line = redis.Redis.from_url(f"{url}/{LIVE_DATABASE}")
        self.subscription = self.line.pubsub(ignore_subscribe_messages=True)
        self.subscription.subscribe(CHANNEL)

    def run(self):
        while not self.stopped.is_set():
            message = self.subscription.get_message(timeout=0.2)
            if message is not None:
                self._note(message["data"])
        self.subscription.close()
        self.line.close()

    def _note(self, data):
        frame = orjson.loads(orjson.loads(data)[2])
        if frame["type"] == "changed":
            self.heard.setdefault((frame["id"], frame["version"]), datetime.now(UTC))


def measured(urls, settle):
    server = Redis()
    with MailSink() as mail:
        edition = Full(urls, server.url, mail.address[1])
        edition.given |= {"LOG_LEVEL": "ERROR"}
        house, order, planner = floor()
        for name in ("relay", "worker"):
            edition.service(name)
        listener = Listener(server.url)
        listener.start()
        try:
            warm(house, order, planner)
            return {"rates": [at(rate, house, order, planner, listener, edition) for rate in RATES]}
        finally:
            listener.stopped.set()
            listener.join()
            edition.stop()
            server.let_go()


def at(rate, house, order, planner, listener, edition):
    """What came of so many events a second, once all of them have been told."""
    made = recorded(house, order, planner, rate)
    wait.until(lambda: told(house, made) == len(made), within=LEFT_SECONDS, every=0.5, why=edition.told)
    return figures(house, made, listener) | {"per_second": rate}


def floor():
    """Pia submits, Ada is told."""
    house = OrganizationFactory(slug=f"north-{uuid.uuid4().hex[:6]}")
    planner = PlannerFactory(organization=house)
    AdminFactory(organization=house)
    order = WorkOrderFactory(organization=house, at="submitted", at__by=planner)
    relay.relay(house)
    return house, order, planner


def warm(house, order, planner):
    """Nobody measures how long programs take to start."""
    first = record(house, order, planner)
    wait.until(lambda: told(house, [first]) == 1, within=60, every=0.1, why="the first event is told")


def record(house, order, planner):
    order.version += 1
    with tenant(house):
        return events.record(order, "workorder.submitted", by=planner)


def recorded(house, order, planner, rate):
    """So many events a second, at their seconds, whatever became of the earlier ones."""
    begun, made = time.monotonic(), []
    for number in range(rate * SECONDS):
        time.sleep(max(begun + number / rate - time.monotonic(), 0))
        made.append(record(house, order, planner))
    return made


def told(house, made):
    with tenant(house):
        return Notification.objects.filter(event__in=made).values("event").distinct().count()


def figures(house, made, listener):
    with tenant(house):
        entries = list(Notification.objects.filter(event__in=made).values_list("event__recorded_at", "created_at"))
        began, told_at = min(recorded for recorded, _ in entries), max(created for _, created in entries)
        inbox = sorted((created - recorded).total_seconds() for recorded, created in entries)
        numbered = Event.objects.filter(pk__in=[event.pk for event in made]).values_list("recorded_at", "relayed_at")
        relayed = sorted((at - recorded).total_seconds() for recorded, at in numbered)
    heard = [listener.heard.get((str(event.subject_id), event.subject_version)) for event in made]
    frames = sorted((at - event.recorded_at).total_seconds() for at, event in zip(heard, made, strict=True) if at)
    return {
        "events": len(made),
        "told_per_second": round(len(made) / (told_at - began).total_seconds(), 1),
        "frames_heard": len(frames),
        "milliseconds": {
            name: {f"p{int(share * 100)}": round(percentile(found, share) * 1000, 1) for share in (0.5, 0.95, 0.99)}
            for name, found in (("relayed", relayed), ("inbox", inbox), ("frame", frames))
        },
    }
