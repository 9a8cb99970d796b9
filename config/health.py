"""Is it alive, is it ready, and how is it doing: for supervisors and balancers, never for people's data."""

import time

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django_prometheus.exports import ExportToDjangoView
from redis import Redis
from redis.exceptions import RedisError

from tenants import relay

RELAY_LAG_SECONDS = 30.0


def alive(request):
    """The process answers. The database is not asked: a restart would not mend it."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request):
    """Whether this process should get traffic, each dependency by name. Redis costs latency only, so it never says 503."""
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
    """How long the oldest event has waited. What the app role cannot see across organizations, the relay role can."""
    try:
        lag = relay.lag()
    except DatabaseError:
        return "unknown", {}
    return ("ok" if lag["oldest_seconds"] <= RELAY_LAG_SECONDS else "late"), lag


def _broker():
    if not settings.REDIS_URL:
        return "embedded", {}
    try:
        with Redis.from_url(settings.REDIS_URL, **settings.FAIL_FAST) as redis:
            redis.ping()
    except (RedisError, OSError):
        return "away", {}
    return "ok", {}


CHECKS = {"database": _database, "migrations": _migrations, "relay": _relay, "broker": _broker}
NEEDED = ("database", "migrations", "relay")


def metrics(request):
    """Prometheus' text format. It holds no tenant's data; still, keep it inside the house at the proxy."""
    return ExportToDjangoView(request)
