"""The hours in which waiting counts: calendars and their holidays. Steps that are promised already stay as they are."""

import copy
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from notifications.engine.calendars import Calendar
from notifications.models import BusinessCalendar, Holiday
from notifications.models.preferences import DAYS
from notifications.problems import escalations as problems
from notifications.queries.escalations import has_time_for
from tenants import context, events
from tenants.errors import Invalid, Problem, refuse, refuse_input
from tenants.models import Member, Organization
from tenants.transitions import change

HOURS = frozenset({"opens", "closes", *DAYS})
Days = Mapping[datetime.date, str]
"""Holidays: date -> what is celebrated, which may be blank."""


@transaction.atomic
def create(*, by: Member | None, name: str, holidays: Days | None = None, **hours: Any) -> BusinessCalendar:
    """Add a calendar, Monday to Friday from eight to five if nothing else is said."""
    _only(hours)
    days = dict(holidays or {})
    meant = BusinessCalendar(name=name.strip(), **_default() | hours)
    refuse_input(problems.of_calendar_name(name) + _of_hours(meant, days, {}))
    try:
        with transaction.atomic():
            meant.save(force_insert=True)
    except IntegrityError as error:  # somebody was first with this name
        raise Invalid([problems.calendar_name_taken()]) from error
    _write(meant, days)
    events.record(meant, "business_calendar.created", by=by, name=meant.name)
    return meant


@transaction.atomic
def edit(
    calendar: BusinessCalendar,
    *,
    by: Member | None,
    seen: int | None = None,
    name: str | None = None,
    holidays: Days | None = None,
    **hours: Any,
) -> BusinessCalendar:
    """Change what is named; `holidays` replaces all of them. Raises `Invalid` if a policy's steps had no time left."""
    _only(hours)
    calendar = BusinessCalendar.objects.lock(calendar, seen=seen)
    facts = hours | ({"name": name.strip()} if name is not None else {})
    changed = {key: value for key, value in facts.items() if getattr(calendar, key) != value}
    now = dict(calendar.holidays.values_list("date", "name"))
    days = dict(holidays) if holidays is not None else now
    if not changed and days == now:
        return calendar
    found = problems.of_calendar_name(changed["name"], calendar=calendar) if "name" in changed else []
    meant = copy.copy(calendar)
    vars(meant).update(changed)
    refuse_input(found + _of_hours(meant, days, _waits_of(calendar)))
    told = sorted([*changed, *(["holidays"] if days != now else [])])
    try:
        with transaction.atomic():
            change(calendar, "business_calendar.edited", by=by, data={"changed": told}, **changed)
    except IntegrityError as error:
        raise Invalid([problems.calendar_name_taken()]) from error
    if days != now:
        calendar.holidays.all().delete()
        _write(calendar, days)
    return calendar


@transaction.atomic
def remove(calendar: BusinessCalendar, *, by: Member | None, seen: int | None = None) -> None:
    """Take a calendar away that no policy counts by. Raises `NotAllowed` otherwise."""
    calendar = BusinessCalendar.objects.lock(calendar, seen=seen)
    refuse(problems.of_removing_calendar(list(calendar.policies.order_by("name").values_list("name", flat=True))))
    change(calendar, "business_calendar.removed", by=by, data={"name": calendar.name})
    calendar.delete()


def _of_hours(meant: BusinessCalendar, days: Days, policies: Mapping[str, Sequence[int]]) -> list[Problem]:
    found = problems.of_hours(meant.weekdays, meant.opens, meant.closes) + problems.of_holidays(days)
    if found:
        return found
    zone, moment = Organization.objects.get(pk=context.organization_id()).zone, context.now()
    calendar = Calendar(meant.weekdays, meant.opens, meant.closes, frozenset(days), zone)
    if not has_time_for([1], calendar, moment):
        return [problems.never_open("holidays")]
    short = [name for name, waits in policies.items() if not has_time_for(waits, calendar, moment)]
    return [problems.no_time_for(name) for name in short[:1]]


def _waits_of(calendar: BusinessCalendar) -> dict[str, list[int]]:
    """Name of each policy that counts by it -> the minutes its steps wait."""
    rows = calendar.policies.prefetch_related("steps").order_by("name")
    return {policy.name: [step.wait_minutes for step in policy.steps.all()] for policy in rows}


def _write(calendar: BusinessCalendar, days: Days) -> None:
    Holiday.objects.bulk_create(
        Holiday(calendar=calendar, date=day, name=name.strip()) for day, name in sorted(days.items())
    )


def _default() -> dict[str, Any]:
    return {"opens": datetime.time(8), "closes": datetime.time(17)}


def _only(hours: Mapping[str, Any]) -> None:
    if strange := hours.keys() - HOURS:
        raise TypeError(f"Not editable: {sorted(strange)}")
