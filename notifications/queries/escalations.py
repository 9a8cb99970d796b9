"""Reads of escalations: which policy takes care of something, what it promises, and who may say "I take care"."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from notifications.engine.calendars import Calendar, NeverOpen, add_minutes
from notifications.kinds.watched import Watched, watched
from notifications.models import BusinessCalendar, Escalation, EscalationPolicy, EscalationStep, Notification
from tenants.models import Member
from tenants.states import Role


def policy_for(trigger: str, thing: Watched) -> EscalationPolicy | None:
    """The active policy with the lowest rank whose conditions hold, or None: then nobody is told."""
    for policy in policies(trigger):
        if policy.if_department_id and policy.if_department_id not in thing.departments:
            continue
        if policy.if_priority and policy.if_priority != thing.priority:
            continue
        return policy
    return None


def policies(trigger: str | None = None) -> list[EscalationPolicy]:
    """Active policies, the one asked first on top, with their steps and the calendar they count by."""
    found = EscalationPolicy.objects.filter(active=True).order_by("rank", "name", "id")
    found = found.select_related("calendar", "organization", "if_department")
    return list((found.filter(trigger=trigger) if trigger else found).prefetch_related("steps", "calendar__holidays"))


def calendar_of(calendar: BusinessCalendar | None, zone: Any) -> Calendar | None:
    """What the engine counts by."""
    if calendar is None:
        return None
    holidays = frozenset(holiday.date for holiday in calendar.holidays.all())
    return Calendar(calendar.weekdays, calendar.opens, calendar.closes, holidays, zone)


def promised(policy: EscalationPolicy, start: datetime.datetime) -> list[dict[str, Any]]:
    """The steps of a policy with the moments they are due, counted from `start`.

    If the calendar is never open again, waiting counts at every hour: better told at night than not at all.
    """
    return promised_by(list(policy.steps.all()), start, calendar_of(policy.calendar, policy.organization.zone))


def promised_by(
    steps: Sequence[EscalationStep], start: datetime.datetime, calendar: Calendar | None
) -> list[dict[str, Any]]:
    found, moment = [], start
    for step in sorted(steps, key=lambda step: step.sequence):
        try:
            moment = add_minutes(moment, step.wait_minutes, calendar)
        except NeverOpen:
            moment = add_minutes(moment, step.wait_minutes, None)
        found.append(frozen(step) | {"due_at": moment})
    return found


def has_time_for(waits: Iterable[int], calendar: Calendar | None, moment: datetime.datetime) -> bool:
    """Whether a calendar leaves the time to wait for all of these minutes, each within a year of the one before."""
    try:
        for minutes in waits:
            moment = add_minutes(moment, max(minutes, 1), calendar)
    except NeverOpen:
        return False
    return True


def frozen(step: EscalationStep) -> dict[str, Any]:
    """A step as an escalation keeps it, whatever becomes of its policy."""
    return {
        "sequence": step.sequence,
        "wait_minutes": step.wait_minutes,
        "audience": step.audience,
        "member": str(step.member_id) if step.member_id else None,
        "transports": list(step.transports),
    }


def watched_by(escalations: Iterable[Escalation]) -> dict[uuid.UUID, Watched]:
    """Dict[escalation id -> what it is about], a few queries per trigger."""
    by_trigger: dict[str, list[Escalation]] = {}
    for escalation in escalations:
        by_trigger.setdefault(escalation.trigger, []).append(escalation)
    found = {}
    for trigger, rows in by_trigger.items():
        things = watched(trigger, {row.subject_id for row in rows})
        found |= {row.pk: things[row.subject_id] for row in rows if row.subject_id in things}
    return found


def who_may_acknowledge(
    escalations: Sequence[Escalation], member: Member, *, things: dict[uuid.UUID, Watched] | None = None
) -> set[uuid.UUID]:
    """Ids of those the member may take care of: as planner, in their department, as theirs, or since they were told."""
    if member.is_at_least(Role.PLANNER):
        return {row.pk for row in escalations}
    things = watched_by(escalations) if things is None else things
    found = {row.pk for row in escalations if row.pk in things and _concerns(member, things[row.pk])}
    left = [row.pk for row in escalations if row.pk not in found]
    if left:
        told = Notification.objects.filter(recipient=member, event__subject_id__in=left).order_by()
        found |= set(told.values_list("event__subject_id", flat=True))
    return found


def _concerns(member: Member, thing: Watched) -> bool:
    is_theirs = member.pk in thing.holders
    return is_theirs or member.role == Role.SUPERVISOR and member.department_id in thing.departments
