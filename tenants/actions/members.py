"""Who belongs to the organization, in which role, and where. People are never deleted: what they did names them."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from tenants import events, problems
from tenants.actions import tokens
from tenants.errors import Invalid, refuse, refuse_input, refuse_stale
from tenants.models import Department, Member, User
from tenants.states import Role
from tenants.transitions import change

EDITABLE = frozenset({"role", "department", "active"})


@transaction.atomic
def add(
    *, by: Member | None, email: str, role: str = Role.VIEWER, name: str = "", department: Department | None = None
) -> Member:
    """Let somebody in, by the address they sign in with. Whoever is new has no password yet: they ask for a reset.

    A name is for somebody new; people who have an account keep the name they have.
    """
    refuse_input(problems.of_given_member({"email": email, "name": name, "role": role, "department": department}))
    user = _user_with(email.strip().lower(), name.strip())
    known = Member.objects.filter(user=user).first()
    if known is not None:
        raise Invalid([problems.already_member(known)])
    try:
        with transaction.atomic():
            member = Member.objects.create(user=user, role=role, department=department)
    except IntegrityError as error:  # two admins thought of the same person
        raise Invalid([problems.already_member(None)]) from error
    events.record(member, "member.added", by=by, role=role, department=department.pk if department else None)
    return member


@transaction.atomic
def edit(member: Member, *, by: Member | None, seen: int | None = None, **facts: Any) -> Member:
    """Change role, department, or whether they may come in. Whoever is sent away loses their API tokens for good."""
    if strange := facts.keys() - EDITABLE:
        raise TypeError(f"Not editable: {sorted(strange)}")
    member, admins = _lock(member)
    refuse_stale(member, seen)
    changed = {name: value for name, value in facts.items() if getattr(member, name) != value}
    refuse_input(problems.of_given_member(changed))
    refuse(problems.of_editing_member(member, changed, by=by, other_admins=[a for a in admins if a.pk != member.pk]))
    if not changed:
        return member
    before = {name: _plain(getattr(member, name)) for name in changed}
    after = {name: _plain(value) for name, value in changed.items()}
    change(member, "member.edited", by=by, data={"from": before, "to": after}, **changed)
    if not member.active:
        tokens.revoke_all_of(member, by=by)
    return member


@transaction.atomic
def speak(member: Member, *, by: Member | None, language: str) -> Member:
    """Say what a member is told in; blank for the organization's language."""
    member = Member.objects.lock(member)
    refuse_input(problems.of_language(language))
    if member.language != language:
        said = {"from": {"language": member.language}, "to": {"language": language}}
        change(member, "member.edited", by=by, data=said, language=language)
    return member


def _lock(member: Member) -> tuple[Member, list[Member]]:
    """The member and the active admins, held together and in one order: of two admins who send each other away, the
    second finds the first gone."""
    those = Q(pk=member.pk) | Q(role=Role.ADMIN, active=True)
    rows = Member.objects.filter(those).select_for_update(of=("self",), no_key=True).order_by("pk")
    held = {row.pk: row for row in rows}
    working = User.objects.filter(is_active=True, pk__in=[row.user_id for row in held.values()])
    users = set(working.values_list("pk", flat=True))
    admins = [row for row in held.values() if row.role == Role.ADMIN and row.active and row.user_id in users]
    return held[member.pk], admins


def _plain(value: Any) -> Any:
    return getattr(value, "pk", value)


def _user_with(email: str, name: str) -> User:
    """The account with this address; a new one, without a password, if there is none."""
    if user := User.objects.filter(email__iexact=email).first():
        return user
    try:
        with transaction.atomic():
            return User.objects.create_user(email, None, name=name)
    except IntegrityError:  # another organization was first
        return User.objects.get(email__iexact=email)
