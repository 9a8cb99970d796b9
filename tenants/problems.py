"""Why something about the organization itself may not be done."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from tenants import context
from tenants.errors import Problem
from tenants.models import ApiToken, Department, Deputy, Leased, Member, User
from tenants.states import LANGUAGES, DeliveryState, Role

DECIDES = Role.PLANNER  # whoever is less has nothing that somebody else could decide for them


def of_department(*, code: str, parent: Department | None, department: Department | None = None) -> list[Problem]:
    """A code stands for one department, and no department lies under itself."""
    found = []
    others = Department.objects.exclude(pk=department.pk) if department else Department.objects.all()
    if others.filter(code=code).exists():
        found.append(code_taken())
    above = parent
    while above is not None and department is not None:
        if above.pk == department.pk:
            found.append(Problem("under_itself", "A department cannot lie under itself.", "parent"))
            break
        above = above.parent
    return found


def code_taken() -> Problem:
    return Problem("code_taken", "Something else has this code.", "code")


def of_given_member(facts: Mapping[str, Any]) -> list[Problem]:
    """What is said about a member; only what is named is looked at."""
    found = []
    if "email" in facts and not _is_email(facts["email"]):
        found.append(Problem("invalid", "Give an e-mail address.", "email"))
    if "name" in facts:
        found += _of_name(facts["name"], longest(User, "name"))
    if "role" in facts and facts["role"] not in Role.values:
        found.append(Problem("invalid_choice", f"It is one of {', '.join(Role.values)}.", "role"))
    department = facts.get("department")
    if department is not None and department.organization_id != context.organization_id():
        found.append(Problem("does_not_exist", "There is no such department.", "department"))
    return found


def of_editing_member(
    member: Member, changed: Mapping[str, Any], *, by: Member | None, other_admins: Sequence[Member]
) -> list[Problem]:
    """Nobody saws off the branch they sit on, nor the last one: an organization without an admin is lost."""
    ends = member.role == Role.ADMIN and changed.get("role", Role.ADMIN) != Role.ADMIN
    ends = ends or changed.get("active") is False
    if by is not None and by.pk == member.pk and ends:
        return [Problem("own_role", "Another admin has to do that: you would lock yourself out.")]
    if ends and member.role == Role.ADMIN and member.active and not other_admins:
        return [Problem("last_admin", "This is the last admin: make somebody else an admin first.")]
    return []


def of_language(language: Any) -> list[Problem]:
    """Blank stands for the organization's."""
    known = [code for code, _ in LANGUAGES]
    if language in ("", *known):
        return []
    return [Problem("invalid_choice", f"It is one of {', '.join(known)}.", "language")]


def already_member(member: Member | None) -> Problem:
    """`member` is the one that is there already, None if somebody was first just now."""
    if member is not None and not member.active:
        return Problem("already_member", "This person was here before: let them in again instead.", "email")
    return Problem("already_member", "This person belongs to the organization already.", "email")


def of_given_token(*, name: str, expires_at: datetime.datetime | None) -> list[Problem]:
    found = []
    if not name.strip():
        found.append(Problem("blank", "Give the token a name you will recognise.", "name"))
    elif len(name) > longest(ApiToken, "name") or "\x00" in name:
        found.append(Problem("invalid", f"A name of at most {longest(ApiToken, 'name')} characters.", "name"))
    if expires_at is not None and expires_at <= context.now():
        found.append(Problem("in_the_past", "It would have ended already.", "expires_at"))
    return found


def longest(model: type[models.Model], name: str) -> int:
    """How many characters a column holds."""
    return cast(models.CharField, model._meta.get_field(name)).max_length or 0


def _of_name(name: Any, most: int) -> list[Problem]:
    if isinstance(name, str) and len(name) <= most and "\x00" not in name:
        return []
    return [Problem("invalid", f"A name of at most {most} characters.", "name")]


def _is_email(text: Any) -> bool:
    try:
        validate_email(text.strip())
    except (ValidationError, AttributeError):
        return False
    return len(text) <= longest(User, "email")


def of_deputy(
    *,
    member: Member,
    deputy: Member,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    row: Deputy | None = None,
) -> list[Problem]:
    """A time that lies ahead, somebody else who works here, and nobody twice at once; `row` is the one changed."""
    found = []
    if not member.is_at_least(DECIDES):
        found.append(Problem("decides_nothing", "Only who decides something needs a deputy.", "member"))
    if deputy.pk == member.pk:
        found.append(Problem("oneself", "Nobody stands in for themselves.", "deputy"))
    elif not (deputy.active and deputy.user.is_active):
        found.append(Problem("inactive", f"{deputy} is no longer here.", "deputy"))
    elif not deputy.is_at_least(Role.OPERATOR):
        found.append(Problem("only_looks_on", f"{deputy} is a viewer, and viewers decide nothing.", "deputy"))
    if ends_at <= context.now():
        found.append(Problem("in_the_past", "That is over already: choose a later end.", "ends_at"))
    elif ends_at <= starts_at:
        found.append(Problem("ends_before_start", "It has to end after it starts.", "ends_at"))
    if found:
        return found
    others = Deputy.objects.of_member(member).of_deputy(deputy).between(starts_at, ends_at)
    if others.exclude(pk=row.pk if row else None).exists():
        found.append(Problem("overlaps", f"{deputy} stands in for {member} in that time already.", "starts_at"))
    return found


def of_replaying(row: Leased) -> list[Problem]:
    """Only what nobody tries any more is given another life."""
    if row.state == DeliveryState.DEAD:
        return []
    return [Problem("not_dead", f"It is not dead, but {DeliveryState(row.state).label.lower()}.")]
