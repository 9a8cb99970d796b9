"""Splitting a task between people or days: the cut is workorder's, whom the parts go to is decided here."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import NotRequired, TypedDict

from django.db import transaction

from dispatch.actions import assignments
from tenants.models import Department, Member
from workorder.actions import tasks
from workorder.models import WorkOrderTask


class Part(TypedDict):
    """One part of a split. What is left out is as on the task; whoever is named gets it in their department."""

    quantity: Decimal | int
    member: NotRequired[Member | None]
    department: NotRequired[Department | None]
    due_at: NotRequired[datetime.datetime | None]


@transaction.atomic
def split(
    task: WorkOrderTask, *, by: Member | None, parts: Sequence[Part], seen: int | None = None
) -> list[WorkOrderTask]:
    """Cut `task` into it and `parts`, and give those to whom they name, all of it or nothing. Answers the new tasks.

    A part that names nobody is offered by the rules like any other task whose turn has come.
    """
    cut = [dict(part, department=_place(part)) for part in parts]
    made = tasks.split(task, by=by, parts=cut, seen=seen)
    given = [(part, member) for part, row in zip(made, parts, strict=True) if (member := row.get("member"))]
    for part, member in sorted(given, key=lambda pair: pair[1].pk):  # by id: two splits never wait in a ring
        assignments.assign(part, by=by, member=member)
    return made


def _place(part: Part) -> Department | None:
    """The department of a part: the one named, or else that of the member it goes to."""
    member = part.get("member")
    return part.get("department") or (member.department if member else None)
