"""What would happen if nobody reacts: the steps of a policy with the people and the ways, by the code that takes them.

And the nightly question behind it: which steps would reach nobody, whatever they were about.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from notifications.kinds import reaching
from notifications.kinds.specs import Told
from notifications.kinds.watched import Watched, begins_at
from notifications.models import EscalationPolicy, EscalationStep
from notifications.queries.escalations import promised
from notifications.queries.preferences import Route, routes
from notifications.states import Audience, Kind, Transport, Trigger
from tenants.models import Department, Member
from tenants.states import Role

DEPENDS = (Audience.ASSIGNEE, Audience.SUBMITTER)  # on what it would be about
NAMED = (Transport.EMAIL, Transport.PUSH)  # what needs an address


@dataclass(frozen=True)
class Reach:
    """Somebody a step would tell, why it is them, and over which ways when."""

    member: Member
    why: str
    routes: Sequence[Route]


@dataclass(frozen=True)
class Rung:
    """One step as it would be taken. `depends`: whom it tells depends on what it is about, and that was not said."""

    step: Any
    due_at: datetime.datetime
    reaches: Sequence[Reach]
    depends: bool
    falls_through: bool
    """Nobody is there for it: the next step is taken at once, and the last one goes to the admins."""

    @property
    def sequence(self) -> int:
        return int(self.step["sequence"])

    @property
    def nobody(self) -> bool:
        return not self.reaches and not self.depends

    @property
    def audience(self) -> str:
        return str(Audience(self.step["audience"]).label)


def dry_run(policy: EscalationPolicy, *, at: datetime.datetime, thing: Watched | None = None) -> list[Rung]:
    """The steps if it began at `at` and nobody reacted; `thing` is what it would be about, if that is known."""
    start = begins_at(policy.trigger, thing.row, at) if thing else at
    steps = promised(policy, start)
    found: list[Rung] = []
    earlier = start
    for number, step in enumerate(steps):
        due_at = earlier if found and found[-1].falls_through else step["due_at"]
        found.append(_rung(policy, step, due_at, thing, is_last=number == len(steps) - 1))
        earlier = due_at
    return found


def _rung(
    policy: EscalationPolicy, step: dict[str, Any], due_at: datetime.datetime, thing: Watched | None, *, is_last: bool
) -> Rung:
    is_known = thing is not None or step["audience"] not in _open(policy)
    if not is_known:
        return Rung(step, due_at, [], depends=True, falls_through=False)
    about = thing or _nothing(policy)
    found = reaching.reached(step, policy.trigger, about, reaching.everybody())
    taken, to = reaching.taken(step, policy.trigger, about, reaching.everybody(), is_last=is_last)
    ways = _ways(to, due_at, is_urgent=is_last, only=taken["transports"])
    reaches = [Reach(told.member, str(told.why), ways[told.member.pk]) for told in to]
    return Rung(step, due_at, reaches, depends=False, falls_through=not found)


def _open(policy: EscalationPolicy) -> tuple[Audience, ...]:
    """Audiences that depend on what it is about; a department that the policy asks for is known without."""
    return DEPENDS if policy.if_department_id else (*DEPENDS, Audience.SUPERVISOR)


def _nothing(policy: EscalationPolicy) -> Watched:
    here = frozenset({policy.if_department_id}) if policy.if_department_id else frozenset()
    return Watched(None, None, "", "", policy.if_priority, None, here)


def _ways(
    to: Iterable[Told], moment: datetime.datetime, *, is_urgent: bool, only: Iterable[str]
) -> dict[uuid.UUID, list[Route]]:
    named = [Transport(transport) for transport in only] or None
    return routes([told.member for told in to], kind=Kind.ESCALATED, is_urgent=is_urgent, moment=moment, only=named)


# --- which steps reach nobody --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Finding:
    """A step of a policy that would reach nobody today, at least in some department."""

    policy: EscalationPolicy
    sequence: int
    code: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        named = {"policy": self.policy.pk, "name": self.policy.name, "sequence": self.sequence}
        return named | {"code": self.code, "message": self.message}


class _Here:
    """Everybody a step could tell without knowing what it is about, read once for all policies."""

    def __init__(self, policies: Sequence[EscalationPolicy]) -> None:
        named = {step.member_id for policy in policies for step in policy.steps.all() if step.member_id}
        people = reaching.everybody().filter(role__in=(Role.SUPERVISOR, Role.PLANNER, Role.ADMIN))
        here = {one.pk: one for one in people} if policies else {}
        if missing := named - here.keys():
            here |= {one.pk: one for one in reaching.everybody().filter(pk__in=missing)}
        self.people: dict[uuid.UUID, Member] = here
        self.departments = list(Department.objects.order_by("code")) if policies else []
        self.ways = routes(here.values(), kind=Kind.ESCALATED, is_urgent=True, only=NAMED) if here else {}
        self.supervisors: dict[Any, list[Member]] = defaultdict(list)
        for one in here.values():
            if one.role == Role.SUPERVISOR:
                self.supervisors[one.department_id].append(one)

    def of_role(self, role: Role) -> list[Member]:
        return [one for one in self.people.values() if one.role == role]

    def has_way(self, people: Iterable[Member], transports: Iterable[str]) -> bool:
        """Whether one of them can be reached over one of these at all; the live page may always be open."""
        wanted = set(transports)
        if wanted - set(NAMED):
            return True
        ways = [route for one in people for route in self.ways.get(one.pk, ())]
        return any(route.transport in wanted and not route.suppressed_because for route in ways)


def findings(policies: Sequence[EscalationPolicy]) -> list[Finding]:
    """Steps of these policies that would reach nobody now, in as many queries for one policy as for all."""
    here = _Here(policies)
    return [
        Finding(policy, step.sequence, code, f"Step {step.sequence}: {said}")
        for policy in policies
        for step in policy.steps.all()
        for code, said in _of_step(policy, step, here)
    ]


def _of_step(policy: EscalationPolicy, step: EscalationStep, here: _Here) -> list[tuple[str, str]]:
    audience = Audience(step.audience)
    if audience == Audience.ASSIGNEE and policy.trigger == Trigger.NOBODY_ELIGIBLE:
        return [("nobody_has_it", "whoever has it is told, but what nobody can take, nobody has.")]
    if audience in DEPENDS:
        return []
    if audience == Audience.MEMBER:
        member = here.people.get(step.member_id) if step.member_id else None
        if member is None:
            return [("member_gone", "the member it names is no longer here.")]
        return _of_ways(step, [member], here)
    if audience == Audience.SUPERVISOR:
        return _of_supervisors(policy, step, here)
    role = Role.PLANNER if audience == Audience.PLANNERS else Role.ADMIN
    people = here.of_role(role)
    if not people:
        return [(f"no_{role.value}", f"there is no {role.label.lower()}.")]
    return _of_ways(step, people, here)


def _of_supervisors(policy: EscalationPolicy, step: EscalationStep, here: _Here) -> list[tuple[str, str]]:
    asked = [place for place in here.departments if policy.if_department_id in (None, place.pk)]
    empty = [place.name for place in asked if not here.supervisors[place.pk]]
    verb = "has" if len(empty) == 1 else "have"
    found = [("no_supervisor", f"{_in_a_row(empty)} {verb} no supervisor.")] if empty else []
    people = [one for place in asked for one in here.supervisors[place.pk]]
    return found + (_of_ways(step, people, here) if people else [])


def _of_ways(step: EscalationStep, people: Sequence[Member], here: _Here) -> list[tuple[str, str]]:
    if not step.transports or here.has_way(people, step.transports):
        return []
    named = " or ".join(label(transport).lower() for transport in step.transports)
    return [("no_address", f"nobody it tells can be reached by {named}.")]


def label(transport: str) -> str:
    return str(Transport(transport).label)


def _in_a_row(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
