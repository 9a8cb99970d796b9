"""What Celery runs: it is told which row to look at, and decides nothing."""

import uuid
from typing import Any

from celery import shared_task

from tenants import relay


@shared_task(name="tenants.run", queue="default", bind=True, soft_time_limit=10, time_limit=15)
def run(self: Any, label: str, organization_id: str, *row_ids: str) -> bool:
    """Look at leased rows. The rows must agree: an id of another organization is not found."""
    return _look(self, label, organization_id, row_ids)


@shared_task(name="tenants.run_long", queue="bulk", bind=True, soft_time_limit=120, time_limit=150)
def run_long(self: Any, label: str, organization_id: str, *row_ids: str) -> bool:
    """The same for rows that may take minutes: in queues of their own, so that short ones pass them."""
    return _look(self, label, organization_id, row_ids)


def _look(job: Any, label: str, organization_id: str, row_ids: tuple[str, ...]) -> bool:
    has_run = relay.run(label, uuid.UUID(organization_id), *map(uuid.UUID, row_ids))
    if has_run:
        relay.figures.counted.flush(queue=(job.request.delivery_info or {}).get("routing_key") or "default")
    return has_run


@shared_task(name="tenants.tick", queue="default")
def tick() -> int:
    """Beat's ring: see `relay.stand_in`. The relay does the same by itself; this helps when it is away."""
    return relay.stand_in()
