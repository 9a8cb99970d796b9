"""Reads that join nouns: what is on somebody's plate, and what waits in a queue."""

import uuid
from collections.abc import Iterable
from decimal import Decimal

from tenants import context
from tenants.models import Department, Deputy, Member
from workorder import problems
from workorder.models import Approval, WorkOrder, WorkOrderTask
from workorder.models.approvals import LEVELS
from workorder.models.tasks import WorkOrderTaskQuerySet


def load_minutes(members: Iterable[Member]) -> dict[uuid.UUID, Decimal]:
    """Load, as minutes per member id: of each open task that is theirs, the share not reported yet. Zero included."""
    load = {member.pk: Decimal(0) for member in members}
    tasks = WorkOrderTask.objects.open().filter(assigned_member__in=list(load))
    columns = ("assigned_member", "estimate_minutes", "quantity", "reported_quantity")
    for member_id, *amounts in tasks.order_by().values_list(*columns):
        load[member_id] += WorkOrderTask.share_left(*amounts)
    return load


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
