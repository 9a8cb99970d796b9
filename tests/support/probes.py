"""What a scheduled run may do in a test's worker: look around, and leave things behind."""

import gc
import os

import structlog
from django.db import connection
from django.utils import translation

from tenants import context
from tenants.engine import Schedule


def look(run):
    cause = context.cause()
    found = {
        "process": os.getpid(),
        "server_process": _server_process(),
        "young_objects": gc.get_threshold()[0],
        "organization": context.organization_id_or_none() and str(context.organization_id()),
        "cause": [cause.via, cause.request_id, cause.caused_by and str(cause.caused_by)],
        "language": translation.get_language(),
        "logged": structlog.contextvars.get_contextvars(),
    }
    translation.activate("fr")
    structlog.contextvars.bind_contextvars(shelf="left behind", request_id="left behind")
    return found


def _server_process():
    """Whom the worker's connection to PostgreSQL leads to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def tick(run):
    return {"ran": 1}


SCHEDULES = {
    "probe": Schedule("tests.support.probes.look", "Looks around", at="04:00"),
    "often": Schedule("tests.support.probes.tick", "Often", every=2),
}
