"""Naming who decides in somebody's place for a time. The member is locked first, so that no two namings overlap."""

import datetime
from typing import Any

from django.db import transaction

from tenants import context, events, problems
from tenants.errors import refuse_input
from tenants.models import Deputy, Member
from tenants.transitions import change


@transaction.atomic
def name(
    *,
    by: Member | None,
    member: Member,
    deputy: Member,
    ends_at: datetime.datetime,
    starts_at: datetime.datetime | None = None,
) -> Deputy:
    """Let `deputy` decide in the place of `member`, from now on or from `starts_at`. Raises `Invalid`."""
    member = Member.objects.lock(member)
    starts_at = starts_at or context.now()
    refuse_input(problems.of_deputy(member=member, deputy=deputy, starts_at=starts_at, ends_at=ends_at))
    row = Deputy.objects.create(member=member, deputy=deputy, starts_at=starts_at, ends_at=ends_at)
    events.record(row, "deputy.named", by=by, **_told(row))
    return row


@transaction.atomic
def edit(
    row: Deputy,
    *,
    by: Member | None,
    seen: int | None = None,
    starts_at: datetime.datetime | None = None,
    ends_at: datetime.datetime | None = None,
) -> Deputy:
    """Change the time; what is not named stays. Another person is another naming."""
    member = Member.objects.lock(row.member_id)
    row = Deputy.objects.lock(row, seen=seen)
    wanted = {"starts_at": starts_at or row.starts_at, "ends_at": ends_at or row.ends_at}
    changed = {column: moment for column, moment in wanted.items() if getattr(row, column) != moment}
    if not changed:
        return row
    refuse_input(problems.of_deputy(member=member, deputy=row.deputy, **wanted, row=row))
    change(row, "deputy.edited", by=by, data=_told(row) | wanted, **changed)
    return row


@transaction.atomic
def end(row: Deputy, *, by: Member | None, seen: int | None = None) -> None:
    """Take it back, begun or not. What was decided meanwhile stays decided, and says in whose place."""
    row = Deputy.objects.lock(row, seen=seen)
    change(row, "deputy.ended", by=by, data=_told(row))
    row.delete()


def _told(row: Deputy) -> dict[str, Any]:
    return {"member": row.member_id, "deputy": row.deputy_id, "starts_at": row.starts_at, "ends_at": row.ends_at}
