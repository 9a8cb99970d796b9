"""The stretch of time a plan wants a task done in, as it is kept with an item and given back by an undo."""

import datetime
import uuid
from typing import Any

Slot = tuple[datetime.datetime | None, datetime.datetime | None, uuid.UUID | None]
NONE: Slot = (None, None, None)


def kept(slot: Any) -> list[str | None]:
    """Begin, end and the plan that said so, as JSON keeps them."""
    starts_at, ends_at, plan = slot
    return [starts_at.isoformat(), ends_at.isoformat(), str(plan) if plan else None]


def given_back(values: list[str | None] | None) -> Slot:
    if not values or not values[0] or not values[1]:
        return NONE
    starts_at, ends_at = (datetime.datetime.fromisoformat(value) for value in (values[0], values[1]))
    return starts_at, ends_at, uuid.UUID(values[2]) if values[2] else None
