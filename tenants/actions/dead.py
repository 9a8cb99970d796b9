"""Giving what is dead another life: somebody has mended the cause, and says so."""

import uuid
from typing import Any

from django.db import transaction

from tenants import context, doorbell, events, problems
from tenants.errors import refuse
from tenants.models import Leased, Member, Replay
from tenants.queries.dead import model_of
from tenants.states import DeliveryState

AT_ONCE = 1000


@transaction.atomic
def replay(row: Leased, *, by: Member | None) -> Leased:
    """Try a dead row again, as if it had just become due. Raises NotAllowed if it is not dead."""
    row = type(row).objects.lock(row)
    refuse(problems.of_replaying(row))
    _revive(type(row), [row], by=by)
    row.refresh_from_db()
    return row


@transaction.atomic
def replay_all(label: str, *, by: Member | None) -> int:
    """Try everything of one kind again that is dead, the oldest first; answers how many rows, a thousand at most."""
    model = model_of(label)
    dead = model.objects.filter(state=DeliveryState.DEAD).order_by("first_due_at", "pk")
    rows = list(dead.select_for_update(of=("self",), no_key=True, skip_locked=True)[:AT_ONCE])
    _revive(model, rows, by=by)
    return len(rows)


def _revive(model: type[Leased], rows: list[Any], *, by: Member | None) -> None:
    """Due now, with all their tries before them; who asked for it stays written down."""
    moment = context.recorded_now()
    ids: list[uuid.UUID] = [row.pk for row in rows]
    label = model._meta.label_lower
    model.objects.filter(pk__in=ids, state=DeliveryState.DEAD).update(
        state=DeliveryState.PENDING, attempts=0, failures=0, run_after=moment, first_due_at=moment, rung_at=None
    )
    replays = Replay.objects.bulk_create(Replay(label=label, row_id=row.pk, error=row.error) for row in rows)
    events.record_all(replays, "replay.requested", by=by, data=lambda one: {"label": one.label, "row": str(one.row_id)})
    doorbell.ring()
