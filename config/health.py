"""Is it alive, is it ready, and how is it doing: for supervisors and balancers, never for people's data."""

import time

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django_prometheus.exports import ExportToDjangoView
from redis import Redis
from redis.exceptions import RedisError

from tenants.models import Heartbeat
from tenants.relay import figures as relay_figures

RELAY_LAG_SECONDS = 30.0
RELAY_SILENT_SECONDS = 20.0


def alive(request):
    """The process answers. The database is not asked: a restart would not mend it."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request):
    """Whether this process should get traffic, each dependency by name. Without Redis things are only slower."""
    checks = {}
    for name, check in CHECKS.items():
        started = time.perf_counter()
        state, detail = check()
        checks[name] = {"state": state, **detail, "ms": round((time.perf_counter() - started) * 1000, 1)}
    is_ready = all(checks[name]["state"] == "ok" for name in NEEDED)
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
        heart = Heartbeat.objects.filter(name=relay_figures.HEART).first()
    except DatabaseError:
        return "unknown", {}
    if heart is None:
        return "silent", {}
    silent = max((timezone.now() - heart.beat_at).total_seconds(), 0.0)
    figures = {"silent_seconds": round(silent, 1), "oldest_seconds": round(heart.oldest_seconds, 1)}
    if silent > RELAY_SILENT_SECONDS:
        return "silent", figures
    return ("ok" if heart.oldest_seconds <= RELAY_LAG_SECONDS else "late"), figures


def _broker():
    if not settings.REDIS_URL:
        return "embedded", {}
    try:
        with Redis.from_url(settings.REDIS_URL, **settings.FAIL_FAST, retry=None) as redis:
            redis.ping()
    except (RedisError, OSError):
        return "away", {}
    return "ok", {}


CHECKS = {"database": _database, "migrations": _migrations, "relay": _relay, "broker": _broker}
NEEDED = ("database", "migrations", "relay")


def metrics(request):
    """Prometheus' text format. It holds no tenant's data; still, keep it inside the house at the proxy."""
    return ExportToDjangoView(request)
