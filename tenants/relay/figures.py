"""What the relay and the workers write down about themselves, for health checks and dashboards.

Web processes may not look across organizations, and need not: they read these few rows. All of it is numbers of the
whole house; nothing here belongs to anybody.
"""

import datetime
import threading
import time
from collections import Counter
from typing import Any

from django.apps import apps
from django.db.models import Count, F, Min
from django.utils import timezone

from tenants.models import Event, Heartbeat, ScheduledRun, Tally
from tenants.states import DeliveryState

HEART = "relay"
WORKER = "worker:"
FLUSH_SECONDS = 5.0
SILENT_AFTER = datetime.timedelta(seconds=20)


class Counted:
    """What this process has run since it last wrote it down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._run: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._next = 0.0

    def ran(self, label: str, *, failed: bool) -> None:
        with self._lock:
            self._run[label] += 1
            self._failed[label] += failed

    def flush(self, *, queue: str = "", now: bool = False) -> bool:
        """Add the counts to everybody's, at most every few seconds; a worker says by `queue` that it is getting on.

        What a process had counted and not yet written when it died is missing: figures, not a ledger.
        """
        if not now and time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + FLUSH_SECONDS
        with self._lock:
            run, failed = self._run, self._failed
            self._run, self._failed = Counter(), Counter()
        for label, times in run.items():
            more = {"run": F("run") + times, "failed": F("failed") + failed[label]}
            if not Tally.objects.filter(label=label).update(**more):
                Tally.objects.get_or_create(label=label)
                Tally.objects.filter(label=label).update(**more)
        if queue:
            Heartbeat.objects.update_or_create(name=f"{WORKER}{queue}", defaults={"beat_at": timezone.now()})
        return True


counted = Counted()


class Heard:
    """When this process last rang for a worker, and when it last found that nobody had come."""

    def __init__(self) -> None:
        self.rung_at = self.unheard_at = ""

    def rang(self) -> None:
        self.rung_at = timezone.now().isoformat()

    def unheard(self) -> None:
        self.unheard_at = timezone.now().isoformat()


heard = Heard()


def beat(labels: Any = ()) -> None:
    """Leave a sign of life, with how long the oldest event has waited and how many rows wait or are dead."""
    moment = timezone.now()
    recorded = Event.everywhere.filter(relayed_at=None).aggregate(first=Min("recorded_at"))["first"]
    waited = (moment - recorded).total_seconds() if recorded else 0.0
    before = Heartbeat.objects.filter(name=HEART).values_list("figures", flat=True).first() or {}
    found = {
        "rows": {label: _rows(label) for label in labels},
        "late_seconds": {label: _late(label, moment) for label in labels},
        "schedules_late_seconds": _lateness(moment),
        # Of several relays: the newest that any of them has seen.
        "rung_at": max(heard.rung_at, before.get("rung_at", "")),
        "unheard_at": max(heard.unheard_at, before.get("unheard_at", "")),
    }
    defaults = {"beat_at": moment, "oldest_seconds": max(waited, 0.0), "figures": found}
    Heartbeat.objects.update_or_create(name=HEART, defaults=defaults)


def is_served() -> bool:
    """Whether a relay gave a sign of life lately."""
    return Heartbeat.objects.filter(name=HEART, beat_at__gt=timezone.now() - SILENT_AFTER).exists()


def _rows(label: str) -> dict[str, int]:
    """How many rows wait and how many are dead, in the whole house. What is done is nobody's worry, and not counted."""
    rows = apps.get_model(label).everywhere
    return {
        state.value: rows.filter(state=state).aggregate(count=Count("pk"))["count"]
        for state in (DeliveryState.PENDING, DeliveryState.DEAD)
    }


def _late(label: str, moment: Any) -> float:
    """How long the row that is overdue the longest has waited: a promised step that nobody took, say."""
    rows = apps.get_model(label).everywhere.filter(state=DeliveryState.PENDING, run_after__lte=moment)
    first = rows.aggregate(first=Min("run_after"))["first"]
    return max((moment - first).total_seconds(), 0.0) if first else 0.0


def _lateness(moment: Any) -> float:
    """How long the longest overdue run of a schedule has waited for somebody to begin."""
    waiting = ScheduledRun.everywhere.filter(state=DeliveryState.PENDING, attempts=0, run_after__lte=moment)
    first = waiting.aggregate(first=Min("run_after"))["first"]
    return max((moment - first).total_seconds(), 0.0) if first else 0.0
