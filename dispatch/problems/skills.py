"""Why a skill, or what somebody is said to be able to do, cannot be as it was sent."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dispatch.models import MemberSkill, Skill
from tenants.errors import Problem
from tenants.models import Member
from tenants.problems import code_taken, longest
from workorder.problems import of_words

LEVELS = range(1, 6)
FIRST_DAY, LAST_DAY = datetime.date(2000, 1, 1), datetime.date(2100, 12, 31)
MOST_NAMES = 3


def of_given_skill(facts: Mapping[str, Any], *, skill: Skill | None = None) -> list[Problem]:
    """A code nobody else has, a name, and no ring of skills that imply each other; only what is named is looked at.

    The organization's skills are locked by whoever asks about `implies`: two edits could close a ring together.
    """
    found: list[Problem] = []
    for name in ("code", "name"):
        if name in facts:
            found += of_words(facts[name], name, most=longest(Skill, name))
    if "code" in facts and not found:
        others = Skill.objects.exclude(pk=skill.pk) if skill else Skill.objects.all()
        found += [code_taken()] if others.filter(code=facts["code"].strip()).exists() else []
    if facts.get("implies") is not None and skill is not None and _leads_back(skill, facts["implies"]):
        found.append(
            Problem("skill_ring", f"{facts['implies']} implies {skill} already, by itself or by others.", "implies")
        )
    return found


def _leads_back(skill: Skill, implied: Skill) -> bool:
    """Whether the chain that begins with `implied` arrives at `skill`."""
    implies = dict(Skill.objects.order_by().values_list("pk", "implies"))
    seen: set[uuid.UUID] = set()
    step: uuid.UUID | None = implied.pk
    while step is not None and step not in seen:
        if step == skill.pk:
            return True
        seen.add(step)
        step = implies.get(step)
    return False


def of_renaming(skill: Skill, processes: Sequence[str]) -> list[Problem]:
    """Processes name a skill by its code, so they would ask for something nobody has any more."""
    if not processes:
        return []
    return [Problem("skill_in_use", f"It is asked for by {_some(processes)}: the code stays.", "code")]


def of_removing_skill(*, holders: Sequence[str], processes: Sequence[str], implied_by: Sequence[str]) -> list[Problem]:
    """By whom it is used, in names: members who have it, processes that ask for it, skills that imply it."""
    found = []
    if holders:
        found.append(Problem("skill_held", f"Held by {_some(holders)}. Make it inactive instead."))
    if processes:
        found.append(Problem("skill_in_use", f"Asked for by {_some(processes)}. Make it inactive instead."))
    if implied_by:
        found.append(Problem("skill_implied", f"Implied by {_some(implied_by)}. Take it out there first."))
    return found


def of_granting(member: Member, skill: Skill) -> list[Problem]:
    found = []
    if not member.active:
        found.append(Problem("inactive", f"{member} is no longer here.", "member"))
    if not skill.active:
        found.append(Problem("inactive", f"{skill} is no longer in use.", "skill"))
    if MemberSkill.objects.filter(member=member, skill=skill).exists():
        found.append(already_held())
    return found


def already_held() -> Problem:
    return Problem("already_held", "They have this one already: change that.", "skill")


def of_certificate(facts: Mapping[str, Any]) -> list[Problem]:
    found = []
    level = facts.get("level", 3)
    if isinstance(level, bool) or level not in LEVELS:
        found.append(Problem("out_of_range", "From 1 (learns it) to 5 (teaches it).", "level"))
    if facts.get("certified_until") is not None:
        found += of_day(facts["certified_until"], "certified_until")
    return found


def of_day(day: Any, field: str) -> list[Problem]:
    """A plain date of this century; a slip of the finger would be planned for."""
    if not isinstance(day, datetime.date) or isinstance(day, datetime.datetime):
        return [Problem("invalid", "Give a date.", field)]
    if not FIRST_DAY <= day <= LAST_DAY:
        return [Problem("out_of_range", f"Name a year from {FIRST_DAY.year} to {LAST_DAY.year}.", field)]
    return []


def _some(names: Iterable[str]) -> str:
    """Ada, Omar, Pia and 4 more"""
    known = list(names)
    shown, more = known[:MOST_NAMES], len(known) - MOST_NAMES
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
