"""What Celery runs: it is told which row to look at, and decides nothing."""

import uuid

from celery import shared_task

from tenants import relay


@shared_task(name="tenants.run", queue="default", soft_time_limit=10, time_limit=15)
def run(label: str, organization_id: str, row_id: str) -> bool:
    """Look at one leased row. The row must agree: an id of another organization is not found."""
    return relay.run(label, uuid.UUID(organization_id), uuid.UUID(row_id))


@shared_task(name="tenants.run_long", queue="bulk", soft_time_limit=120, time_limit=150)
def run_long(label: str, organization_id: str, row_id: str) -> bool:
    """The same for rows that say they may take minutes: in a queue of their own, so that short ones pass them."""
    return relay.run(label, uuid.UUID(organization_id), uuid.UUID(row_id))


@shared_task(name="tenants.tick", queue="default")
def tick() -> int:
    """Beat's ring: drain whatever is due. The relay does the same by itself; this helps when it is away."""
    return sum(relay.drain(organization_id) for organization_id in relay.due())
