"""A dry run in words: if nobody reacts, Saturday 02:00 reaches Ana by e-mail."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from notifications.queries.dry_runs import NAMED, Reach, Rung
from notifications.queries.preferences import Route
from notifications.states import Transport
from tenants import context
from tenants.words import in_a_row

WEEK_DAYS = 7


@dataclass(frozen=True)
class Line:
    """A rung in words: when on the wall, and what would happen then."""

    rung: Rung
    local: str
    said: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rung, name)


def told(rungs: Sequence[Rung], zone: Any) -> list[Line]:
    """The same for people: "If nobody reacts, Saturday 02:00 reaches Ana by e-mail"."""
    found = []
    for rung in rungs:
        local = wall(rung.due_at, zone)
        found.append(Line(rung, local, f"If nobody reacts, {local} {_outcome(rung, zone)}"))
    return found


def wall(moment: datetime.datetime, zone: Any) -> str:
    """Saturday 02:00, with its date unless that is within a week from now."""
    local = moment.astimezone(zone)
    is_near = abs((local.date() - context.now().astimezone(zone).date()).days) < WEEK_DAYS
    return f"{local:%A %H:%M}" if is_near else f"{local:%A}, {local.day} {local:%B %Y %H:%M}"


def _outcome(rung: Rung, zone: Any) -> str:
    if rung.depends:
        return f"reaches {rung.audience[0].lower()}{rung.audience[1:]}"
    if not rung.reaches:
        return "finds nobody: the next step is taken at once"
    people = in_a_row(f"{reach.member.name} {_by(reach, zone)}" for reach in rung.reaches)
    return f"finds nobody and goes to the admins: {people}" if rung.falls_through else f"reaches {people}"


def _by(reach: Reach, zone: Any) -> str:
    """by e-mail, and by browser push at Monday 07:00 (quiet hours)"""
    ways = [route for route in reach.routes if route.transport in NAMED and not route.suppressed_because]
    said = [f"by {_way(route)}{_held(route, zone)}" for route in ways]
    return in_a_row(said) or "in the inbox only"


def _way(route: Route) -> str:
    return {Transport.EMAIL: "e-mail", Transport.PUSH: "browser push"}[route.transport]


def _held(route: Route, zone: Any) -> str:
    if route.digest_at:
        return f" in the digest of {wall(route.digest_at, zone)}"
    return f" at {wall(route.run_after, zone)} ({route.held_because})" if route.held_because else ""
