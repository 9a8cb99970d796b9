"""Reads that join nouns: what is on somebody's plate, and what waits in a queue."""

import datetime
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, Max, OuterRef, Q, Sum, UUIDField, When

from tenants import context
from tenants.models import Department, Deputy, Member
from tenants.models.prepared import PreparedHere
from workorder import problems
from workorder.models import (
    Approval,
    Attachment,
    Comment,
    Downtime,
    NumberSeries,
    ReasonCode,
    Ticket,
    WorkOrder,
    WorkOrderTask,
)
from workorder.models.approvals import LEVELS
from workorder.models.orders import WorkOrderQuerySet
from workorder.models.tasks import WorkOrderTaskQuerySet
from workorder.states import Decision, ReasonKind

SUBJECTS: dict[str, Any] = {model.NOUN: model for model in (WorkOrder, WorkOrderTask, Ticket)}

_last_numbers = PreparedHere(lambda: NumberSeries.objects.order_by().values_list("last"))


def orders_ever() -> int:
    """How many orders the organization has: none is ever deleted, and their numbers have no gaps."""
    return sum(last for (last,) in _last_numbers())


def subject_of(row: Comment | Attachment) -> Any:
    """The order, task or ticket a comment or a file is about."""
    return SUBJECTS[row.subject_type].objects.get(pk=row.subject_id)


def load_minutes(members: Iterable[Member | uuid.UUID]) -> dict[uuid.UUID, Decimal]:
    """Load, as minutes per member id: of each open task that is theirs, the share not reported yet. Zero included.

    Tasks of which nothing is reported, as nearly all are, come as one sum per member; the others one by one.
    """
    load = {member.pk if isinstance(member, Member) else member: Decimal(0) for member in members}
    tasks = WorkOrderTask.objects.open().filter(assigned_member__in=list(load)).order_by()
    begun = Case(When(reported_quantity=0, then=None), default=F("pk"), output_field=UUIDField())
    rows = tasks.annotate(begun=begun).values("assigned_member", "begun")
    sums = {"estimate": Sum("estimate_minutes"), "whole": Max("quantity"), "reported": Max("reported_quantity")}
    for member_id, *amounts in rows.annotate(**sums).values_list("assigned_member", *sums):
        load[member_id] += WorkOrderTask.share_left(*map(Decimal, amounts))
    return load


def reasons() -> dict[str, list[ReasonCode]]:
    """The reason codes in use, by kind."""
    found: dict[str, list[ReasonCode]] = {kind.value: [] for kind in ReasonKind}
    for code in ReasonCode.objects.active():
        found[code.kind].append(code)
    return found


def siblings(task: WorkOrderTask) -> WorkOrderTaskQuerySet:
    """The other tasks of its process, with whose they are, those first on which something can still be done."""
    found = WorkOrderTask.objects.siblings_of(task).select_related("assigned_member__user", "assigned_department")
    return found.nearest_to_hand_first()


def standstills(task: WorkOrderTask, moment: datetime.datetime) -> list[dict[str, Any]]:
    """How long a task stood still, by reason, the longest first: `{reason, minutes, times}`; without one, None."""
    found: dict[ReasonCode | None, list[Decimal]] = {}
    for downtime in Downtime.objects.of_task(task).select_related("reason"):
        found.setdefault(downtime.reason, []).append(downtime.minutes(moment))
    rows = [{"reason": reason, "minutes": sum(each), "times": len(each)} for reason, each in found.items()]
    return sorted(rows, key=lambda row: row["minutes"], reverse=True)


def my_tasks(member: Member) -> WorkOrderTaskQuerySet:
    """Open tasks of a member, what is running first, what still waits for its turn last."""
    return WorkOrderTask.objects.open().assigned_to(member).with_order().nearest_to_hand_first()


def queue(department: Department) -> WorkOrderTaskQuerySet:
    """Tasks of a department whose turn it is and that nobody has, the most urgent first."""
    return WorkOrderTask.objects.ready().unassigned().in_department(department).with_order().most_urgent_first()


def who_may_approve(order: WorkOrder, *, level: int) -> list[Member]:
    """Those who decide at a level, and their deputies now, other than who submitted it or agreed before."""
    out = problems.agreed_before(order, level, Approval.objects.of_round(order)) | {order.submitted_by_id}
    holders = Member.objects.active().at_least(LEVELS[level]).exclude(pk__in=out).select_related("user")
    found = {member.pk: member for member in holders}
    deputies = Deputy.objects.in_force(context.now()).filter(
        member__in=list(found), deputy__active=True, deputy__user__is_active=True
    )
    for row in deputies:
        if row.deputy_id not in out and problems.may_stand_in(row.deputy):
            found[row.deputy_id] = row.deputy
    return list(found.values())


def waiting_for(member: Member) -> WorkOrderQuerySet:
    """Submitted orders the member may agree to now, at the level waited for: their own right, or in whose place they
    stand. Says of a whole list what `problems.of_approving` says of one order."""
    own_is_fine, decides = member.organization.may_approve_own, Q(pk__in=[])
    for level in LEVELS:
        if problems.holds(member, level):
            decides |= Q(approval_level=level)
        elif problems.may_stand_in(member):
            behind = [other for other in member.stands_in_for if problems.holds(other, level)]
            for other in behind:
                decides |= Q(approval_level=level) & _free_to_agree(other, own_is_fine)
    return WorkOrder.objects.waiting_for_approval().filter(_free_to_agree(member, own_is_fine), decides)


def _free_to_agree(person: Member, own_is_fine: bool) -> Q:
    """Four eyes: they neither submitted the order nor agreed to it at an earlier level, themselves or by a deputy."""
    theirs = Q(decided_by=person) | Q(on_behalf_of=person)
    before = Approval.objects.filter(theirs, work_order=OuterRef("pk"), round=OuterRef("round"))
    agreed = Exists(before.filter(level__lt=OuterRef("approval_level"), decision=Decision.APPROVED))
    return ~Q(agreed) if own_is_fine else ~Q(agreed) & ~Q(submitted_by=person)
