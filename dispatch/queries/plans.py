"""What plans say, for those who look at them: who gains and loses what, and how several compare."""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dispatch.models import Plan, PlanItem
from tenants.models import Member

FEWEST_COMPARED, MOST_COMPARED = 2, 4


def gains_of(plan: Plan) -> list[dict[str, Any]]:
    """A row per member the plan is about, who changes most first; the sums of its items, in three statements."""
    rows = PlanItem.objects.filter(plan=plan).order_by().values_list("member_before_id", "member_id")
    before: Counter[uuid.UUID] = Counter()
    after: Counter[uuid.UUID] = Counter()
    gained: Counter[uuid.UUID] = Counter()
    lost: Counter[uuid.UUID] = Counter()
    for had, has in rows:
        before[had] += 1
        after[has] += 1
        if had != has:
            lost[had] += 1
            gained[has] += 1
    loads_before, loads_after = plan.before.get("load", {}), plan.after.get("load", {})
    wanted = {*loads_before, *loads_after, *(str(pk) for pk in (*before, *after) if pk)}
    members = Member.objects.filter(pk__in=wanted).select_related("user")
    found = [
        {
            "member": member.pk,
            "name": member.name,
            "tasks_before": before[member.pk],
            "tasks_after": after[member.pk],
            "gained": gained[member.pk],
            "lost": lost[member.pk],
            "minutes_before": loads_before.get(str(member.pk), 0),
            "minutes_after": loads_after.get(str(member.pk), 0),
        }
        for member in members
    ]
    return sorted(found, key=lambda row: (-row["gained"] - row["lost"], row["name"], row["member"]))


def plans_named(ids: Sequence[str]) -> list[uuid.UUID] | None:
    """Ids as they were sent, without repetitions; None if one of them is no id."""
    try:
        return list(dict.fromkeys(uuid.UUID(one) for one in ids))
    except ValueError:
        return None


def compared(ids: Sequence[uuid.UUID]) -> list[Plan]:
    """Those plans in the order they were named. Raises `DoesNotExist` where one is not there."""
    by_id = {plan.pk: plan for plan in Plan.objects.filter(pk__in=ids).select_related("member__user", "department")}
    if len(by_id) < len(ids):
        raise Plan.DoesNotExist
    return [by_id[pk] for pk in ids]
