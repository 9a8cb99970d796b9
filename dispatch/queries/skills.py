"""Who can do what: with everything a skill brings along, and with what it is asked for."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Count, Q

from dispatch.engine import Certificate
from dispatch.engine.skills import expanded, with_implied
from dispatch.models import Assignment, MemberSkill, Skill
from tenants import context
from tenants.models import Member, Organization
from workorder.models import Process
from workorder.states import TaskStatus

SOON = datetime.timedelta(days=30)


def today() -> datetime.date:
    """The day it is on the organization's wall."""
    return context.today(Organization.objects.get(pk=context.organization_id()))


def skills_of(ids: Collection[uuid.UUID], *, needed: set[str] | None = None) -> dict[uuid.UUID, dict[str, Certificate]]:
    """Dict[member id -> {code: certificate}], implied skills included; those no longer in use count for nothing.

    With `needed`, of these skills only.
    """
    held: dict[uuid.UUID, dict[str, Certificate]] = defaultdict(dict)
    if needed is not None and not needed:
        return held
    implies = implied()
    rows = MemberSkill.objects.filter(member__in=ids, skill__active=True).order_by()
    if needed is not None:
        bring = {code for code in implies if not needed.isdisjoint(with_implied(code, implies))}
        rows = rows.filter(skill__code__in=bring | needed)
    for member_id, code, level, until in rows.values_list("member_id", "skill__code", "level", "certified_until"):
        held[member_id][code] = Certificate(level, until)
    found = {member_id: expanded(mine, implies) for member_id, mine in held.items()}
    if needed is not None:
        found = {pk: {code: mine[code] for code in needed if code in mine} for pk, mine in found.items()}
    return defaultdict(dict, found)


def implied() -> dict[str, str]:
    """{code: the code it implies}, of skills in use."""
    links = Skill.objects.filter(active=True, implies__active=True).order_by()
    return dict(links.values_list("code", "implies__code"))


def brought_along(codes: Iterable[str]) -> set[str]:
    """These codes and all they imply, whether in use or not: what somebody who loses one of them may have lost."""
    links = dict(Skill.objects.exclude(implies=None).order_by().values_list("code", "implies__code"))
    return {each for code in codes for each in with_implied(code, links)}


def bringing(code: str) -> list[str]:
    """The code, and those of the skills that bring it along."""
    links = dict(Skill.objects.exclude(implies=None).order_by().values_list("code", "implies__code"))
    return [code, *(each for each in links if each != code and code in with_implied(each, links))]


def undefined_skills() -> list[dict[str, Any]]:
    """Skills that processes ask for and nobody has defined: [{code, processes}], in the order of their codes."""
    asked: dict[str, list[str]] = defaultdict(list)
    named = Process.objects.exclude(required_skill="").order_by("code")
    for skill, code in named.values_list("required_skill", "code"):
        asked[skill].append(code)
    known = set(Skill.objects.filter(code__in=asked).values_list("code", flat=True))
    return [{"code": skill, "processes": asked[skill]} for skill in sorted(asked) if skill not in known]


def processes_asking(code: str) -> list[str]:
    """Codes of the processes that ask for a skill."""
    return list(Process.objects.filter(required_skill=code).order_by("code").values_list("code", flat=True))


def with_counts(skills):
    """Each with `people`, how many active members have it themselves, and `ending`, whose certificate is over soon."""
    here = Q(members__member__active=True)
    soon = here & Q(members__certified_until__lte=today() + SOON)
    return skills.annotate(people=Count("members", filter=here), ending=Count("members", filter=soon))


def ending_soon():
    """Certificates of people who are here that have run out or will within 30 days, the first on top."""
    rows = MemberSkill.objects.filter(member__active=True, skill__active=True, certified_until__lte=today() + SOON)
    return rows.select_related("member__user", "skill").order_by("certified_until", "member__user__name", "pk")


def without_skill(codes: Collection[str], *, member_id: uuid.UUID | None = None) -> list[tuple[Member, str]]:
    """Who has unstarted work that needs one of these skills and cannot do it any more: (member, code), each once."""
    work = Assignment.objects.open().filter(
        task__status__in=[TaskStatus.WAITING, TaskStatus.READY], task__process__process__required_skill__in=codes
    )
    if member_id is not None:
        work = work.filter(member=member_id)
    needed = sorted(set(work.order_by().values_list("member_id", "task__process__process__required_skill")))
    has, day = skills_of({member_id for member_id, _ in needed}), today()
    people = Member.objects.in_bulk([member_id for member_id, _ in needed])
    return [(people[member], code) for member, code in needed if not _is_valid(has[member].get(code), day)]


def _is_valid(certificate: Certificate | None, day: datetime.date) -> bool:
    return certificate is not None and (certificate.until is None or certificate.until >= day)
