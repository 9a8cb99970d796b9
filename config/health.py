"""Is it alive, is it ready, and how is it doing: for supervisors and balancers, never for people's data."""

import time

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from redis import Redis
from redis.exceptions import RedisError

from tenants.models import Heartbeat, Tally
from tenants.relay import figures

RELAY_LAG_SECONDS = 30.0
RELAY_SILENT_SECONDS = 20.0
WORKERS_SILENT_SECONDS = 30.0


def alive(request):
    """The process answers. The database is not asked: a restart would not mend it."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request):
    """Whether this process should get traffic, each dependency by name. Without Redis things are only slower.

    `?needs=workers` asks instead whether these are well: the supervisor of a worker restarts it over nothing else.
    """
    needed = request.GET["needs"].split(",") if "needs" in request.GET else NEEDED
    if strange := set(needed) - CHECKS.keys():
        return JsonResponse({"detail": f"Nothing is called {min(strange)[:40]!r} here."}, status=400)
    checks = {}
    for name, check in CHECKS.items():
        started = time.perf_counter()
        state, detail = check()
        checks[name] = {"state": state, **detail, "ms": round((time.perf_counter() - started) * 1000, 1)}
    is_ready = all(checks[name]["state"] in WELL for name in needed)
    return JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)


def _database():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down", {}
    return "ok", {}


def _migrations():
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unknown", {}
    return ("ok", {}) if not missing else ("pending", {"missing": len(missing)})


def _relay():
    """The relay says how it is by its heartbeat: the app role cannot look across organizations, and need not."""
    try:
        heart = Heartbeat.objects.filter(name=figures.HEART).first()
    except DatabaseError:
        return "unknown", {}
    if heart is None:
        return "silent", {}
    silent = max((timezone.now() - heart.beat_at).total_seconds(), 0.0)
    dead = sum(states.get("dead", 0) for states in heart.figures.get("rows", {}).values())
    seen = {"silent_seconds": round(silent, 1), "oldest_seconds": round(heart.oldest_seconds, 1), "dead": dead}
    if silent > RELAY_SILENT_SECONDS:
        return "silent", seen
    return ("ok" if heart.oldest_seconds <= RELAY_LAG_SECONDS else "late"), seen


def _broker():
    if not settings.REDIS_URL:
        return "embedded", {}
    try:
        with Redis.from_url(settings.REDIS_URL, **settings.FAIL_FAST, retry=None) as redis:
            redis.ping()
    except (RedisError, OSError):
        return "away", {}
    return "ok", {}


def _workers():
    """Whether they get on: told by the rows they finish, since a worker that hangs still answers a ping.

    The relay says when it last rang and when it last found that nobody had come; a worker says when it last finished
    something.
    """
    if not settings.REDIS_URL:
        return "embedded", {}
    try:
        hearts = {heart.name: heart for heart in Heartbeat.objects.all()}
    except DatabaseError:
        return "unknown", {}
    told = hearts[figures.HEART].figures if figures.HEART in hearts else {}
    rung, unheard = (_since(told.get(name)) for name in ("rung_at", "unheard_at"))
    ages = [_since(heart.beat_at) for name, heart in hearts.items() if name.startswith(figures.WORKER)]
    worked = min(ages, default=None)
    seconds = {"worked_seconds_ago": worked, "rung_seconds_ago": rung, "unheard_seconds_ago": unheard}
    seen = {name: round(value, 1) for name, value in seconds.items() if value is not None}
    if worked is not None and worked <= WORKERS_SILENT_SECONDS:
        return "ok", seen
    if unheard is None or unheard > WORKERS_SILENT_SECONDS:
        return "idle", seen
    return ("none" if worked is None else "stuck"), seen


def _since(moment):
    """Seconds since a moment, None if there was none."""
    if isinstance(moment, str):
        moment = parse_datetime(moment) if moment else None
    return max((timezone.now() - moment).total_seconds(), 0.0) if moment else None


CHECKS = {
    "database": _database,
    "migrations": _migrations,
    "relay": _relay,
    "broker": _broker,
    "workers": _workers,
}
NEEDED = ("database", "migrations", "relay")
WELL = ("ok", "idle", "embedded")


def metrics(request):
    """Prometheus' text format. It holds no tenant's data; still, keep it inside the house at the proxy.

    What this process knows of its requests, and what all processes wrote down about the work behind them.
    """
    answer = ExportToDjangoView(request)
    house = CollectorRegistry(auto_describe=False)
    house.register(House())
    answer.content += generate_latest(house)
    return answer


class House:
    """Figures out of the database, the same whichever process is asked."""

    def collect(self):
        try:
            hearts = {heart.name: heart for heart in Heartbeat.objects.all()}
            tallies = list(Tally.objects.order_by("label"))
        except DatabaseError:
            return
        if heart := hearts.get(figures.HEART):
            yield from _of_the_relay(heart)
        worked = GaugeMetricFamily(
            "workfloor_worker_progress_age_seconds",
            "Since a worker last finished a row of a queue.",
            labels=["queue"],
        )
        for name, heart in hearts.items():
            if name.startswith(figures.WORKER):
                worked.add_metric([name.removeprefix(figures.WORKER)], _since(heart.beat_at))
        yield worked
        run = CounterMetricFamily("workfloor_rows_run", "Rows that were run, by all processes.", labels=["label"])
        failed = CounterMetricFamily("workfloor_rows_failed", "Runs of rows that failed.", labels=["label"])
        for tally in tallies:
            run.add_metric([tally.label], tally.run)
            failed.add_metric([tally.label], tally.failed)
        yield from (run, failed)


def _of_the_relay(heart):
    told = heart.figures
    yield GaugeMetricFamily(
        "workfloor_relay_beat_age", "Since the relay last gave a sign of life.", _since(heart.beat_at)
    )
    yield GaugeMetricFamily(
        "workfloor_outbox_oldest_seconds", "How long the oldest unrelayed event had waited.", heart.oldest_seconds
    )
    late = told.get("schedules_late_seconds", 0.0)
    yield GaugeMetricFamily("workfloor_schedule_late_seconds", "How long the longest overdue run has waited.", late)
    rows = GaugeMetricFamily(
        "workfloor_rows", "Rows that wait, and rows nobody tries any more.", labels=["label", "state"]
    )
    for label, states in sorted(told.get("rows", {}).items()):
        for state, count in sorted(states.items()):
            rows.add_metric([label, state], count)
    yield rows
    waited = GaugeMetricFamily(
        "workfloor_row_late_seconds", "How long the row that is overdue the longest has waited.", labels=["label"]
    )
    for label, seconds in sorted(told.get("late_seconds", {}).items()):
        waited.add_metric([label], seconds)
    yield waited
    dead = sum(states.get("dead", 0) for states in told.get("rows", {}).values())
    yield GaugeMetricFamily("workfloor_dead_total", "Rows nobody tries any more.", dead)
