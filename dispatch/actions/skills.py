"""What people can do: the skills themselves, and who has which, how well, and until when."""

import datetime
import uuid
from typing import Any

from django.db import IntegrityError, transaction

from dispatch import problems, queries
from dispatch.engine.availability import DAY, at_wall
from dispatch.models import CertificateEnd, MemberSkill, Skill
from tenants import context, events
from tenants.context import tenant
from tenants.errors import Invalid, NotYet, Problem, refuse, refuse_input
from tenants.models import Event, Member, Organization
from tenants.problems import code_taken
from tenants.transitions import change

EDITABLE = frozenset({"code", "name", "implies", "active"})


@transaction.atomic
def create(*, by: Member | None, code: str, name: str, implies: Skill | None = None, active: bool = True) -> Skill:
    """Add a skill. Raises `Invalid` if its code is taken."""
    refuse_input(problems.of_given_skill({"code": code, "name": name, "implies": implies}))
    try:
        with transaction.atomic():
            skill = Skill.objects.create(code=code.strip(), name=name.strip(), implies=implies, active=active)
    except IntegrityError as error:  # somebody was first with this code
        raise Invalid([code_taken()]) from error
    events.record(skill, "skill.created", by=by, code=skill.code, name=skill.name)
    return skill


@transaction.atomic
def edit(skill: Skill, *, by: Member | None, seen: int | None = None, **facts: Any) -> Skill:
    """Change what is named. The code stays while a process asks for it (`NotAllowed`); a ring is `Invalid`."""
    if strange := facts.keys() - EDITABLE:
        raise TypeError(f"Not editable: {sorted(strange)}")
    if facts.get("implies") is not None:
        _lock_them_all()
        facts["implies"] = _as_it_is(facts["implies"])
    skill = Skill.objects.lock(skill, seen=seen)
    refuse_input(problems.of_given_skill(facts, skill=skill))
    facts |= {name: facts[name].strip() for name in ("code", "name") if name in facts}
    changed = {name: value for name, value in facts.items() if getattr(skill, name) != value}
    if changed.keys() & {"active", "implies"}:
        _hold_who_has(skill)
    if "code" in changed:
        refuse(problems.of_renaming(skill, queries.processes_asking(skill.code)))
    if changed:
        data = {name: {"from": _plain(getattr(skill, name)), "to": _plain(value)} for name, value in changed.items()}
        try:
            with transaction.atomic():
                change(skill, "skill.edited", by=by, data={"code": skill.code, "changed": data}, **changed)
        except IntegrityError as error:
            raise Invalid([code_taken()]) from error
    return skill


@transaction.atomic
def remove(skill: Skill, *, by: Member | None, seen: int | None = None) -> None:
    """Take a skill away that nobody has and nothing asks for. Raises `NotAllowed`, which says who does."""
    skill = Skill.objects.lock(skill, seen=seen)
    holders = MemberSkill.objects.filter(skill=skill).select_related("member__user").order_by("member__user__name")
    refuse(
        problems.of_removing_skill(
            holders=[row.member.name for row in holders],
            processes=queries.processes_asking(skill.code),
            implied_by=[other.name for other in skill.implied_by.all()],
        )
    )
    change(skill, "skill.removed", by=by, data={"code": skill.code, "name": skill.name})
    skill.delete()


@transaction.atomic
def grant(
    member: Member,
    *,
    by: Member | None,
    skill: Skill,
    level: int = 3,
    certified_until: datetime.date | None = None,
) -> MemberSkill:
    """Write down that somebody can do something; `certified_until` is the last day it counts, None for good."""
    skill = Skill.objects.lock(skill)  # nobody makes it inactive, or takes it away, meanwhile
    facts = {"level": level, "certified_until": certified_until}
    refuse_input(problems.of_granting(member, skill) + problems.of_certificate(facts))
    try:
        with transaction.atomic():
            row = MemberSkill.objects.create(member=member, skill=skill, **facts)
    except IntegrityError as error:  # somebody was first
        raise Invalid([problems.already_held()]) from error
    events.record(row, "member_skill.granted", by=by, **_told(row), level=level, certified_until=certified_until)
    _wait_for_its_end(row)
    return row


@transaction.atomic
def change_certificate(row: MemberSkill, *, by: Member | None, seen: int | None = None, **facts: Any) -> MemberSkill:
    """Change how well somebody can do it, or until when (`level`, `certified_until`)."""
    if strange := facts.keys() - {"level", "certified_until"}:
        raise TypeError(f"Not editable: {sorted(strange)}")
    _hold(row.member_id)
    row = MemberSkill.objects.lock(row, seen=seen)
    refuse_input(problems.of_certificate(facts))
    changed = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if changed:
        data = {name: {"from": getattr(row, name), "to": value} for name, value in changed.items()}
        change(row, "member_skill.edited", by=by, data=_told(row) | {"changed": data}, **changed)
        _wait_for_its_end(row)
    return row


@transaction.atomic
def take_back(row: MemberSkill, *, by: Member | None, seen: int | None = None) -> None:
    """Write down that somebody cannot do it any more. What they have not begun of such work goes to others."""
    _hold(row.member_id)
    row = MemberSkill.objects.lock(row, seen=seen)
    change(row, "member_skill.taken_back", by=by, data=_told(row))
    row.delete()


def run_out(end: CertificateEnd) -> None:
    """Say that a certificate has run out, once, unless it counts for longer by now. Runs a claimed row that is due."""
    with tenant(end.organization_id):
        standing = MemberSkill.objects.filter(pk=end.member_skill_id).first()
        if standing is None:
            return
        _hold(standing.member_id)
        row = MemberSkill.objects.filter(pk=standing.pk).first()  # read again: it may have been renewed meanwhile
        if row is None or row.certified_until != end.day:
            return
        if (over := _over(end.day)) > context.now():  # the organization has moved to where it is earlier
            raise NotYet(over)
        # A worker that died before the row was marked as done leaves it to another one.
        if not Event.objects.about(row).filter(kind="member_skill.expired", data__until=end.day.isoformat()).exists():
            change(row, "member_skill.expired", by=None, data=_told(row) | {"until": end.day})


def _wait_for_its_end(row: MemberSkill) -> None:
    """See to it that its running out is noticed: as soon as the last day is over on the organization's wall."""
    if row.certified_until is None:
        return
    over = _over(row.certified_until)
    if over > context.now():
        end = CertificateEnd(member_skill=row, day=row.certified_until, run_after=over, first_due_at=over)
        CertificateEnd.objects.bulk_create([end], ignore_conflicts=True)  # it may have been that day before


def _over(day: datetime.date) -> datetime.datetime:
    """When a day is over on the organization's wall."""
    return at_wall(day + DAY, datetime.time(), Organization.objects.get(pk=context.organization_id()).zone)


def _hold(member_id: uuid.UUID) -> None:
    """Whoever gives somebody work holds them and looks at what they can do: the one or the other comes first."""
    Member.objects.lock(member_id)


def _hold_who_has(skill: Skill) -> None:
    """Everybody who has it, also with another one: nobody is given work for it while it ceases to count."""
    ids = MemberSkill.objects.filter(skill__code__in=queries.bringing(skill.code)).order_by().values("member")
    list(Member.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True).order_by("pk").values("pk"))


def _lock_them_all() -> None:
    """Two skills that are made to imply each other at the same time would make a ring, each seeing only its half."""
    list(Skill.objects.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def _as_it_is(skill: Skill) -> Skill:
    """The skill read again: what was looked up before the lock may be gone by now."""
    found = Skill.objects.filter(pk=skill.pk).first()
    if found is None:
        raise Invalid([Problem("does_not_exist", "There is no such skill.", "implies")])
    return found


def _told(row: MemberSkill) -> dict[str, Any]:
    return {"member": row.member_id, "skill": row.skill_id, "code": row.skill.code}


def _plain(value: Any) -> Any:
    return getattr(value, "pk", value)
