"""Absences: those who can grant one, and who asked for it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dispatch.models import Absence
from dispatch.queries import who_may_decide
from dispatch.states import AbsenceStatus
from notifications.kinds import audiences
from notifications.kinds.specs import News, Spec
from notifications.states import Kind, Level
from tenants.models import Event


def requested(event: Event, people: audiences.People) -> News:
    """Those who can grant it, other than who asked."""
    absence = _absence(event)
    may = [member.pk for member in who_may_decide(absence)]
    to = audiences.members(may, people, _("You may grant absences."))
    over = "" if absence.status == AbsenceStatus.REQUESTED else str(_("It has been decided."))
    return _news(event, absence, audiences.merged(to, without=event.actor_id), over=over)


def answered(event: Event, people: audiences.People) -> News:
    """Who is to be away."""
    absence = _absence(event)
    is_granted = event.kind == "absence.approved"
    to = audiences.member(absence.member_id, people, _("You are to be away."))
    level = Level.SUCCESS if is_granted else Level.WARNING
    return _news(event, absence, to, level=level, granted=is_granted, answer=absence.answer)


def _absence(event: Event) -> Absence:
    return Absence.objects.select_related("member__user", "organization").get(pk=event.subject_id)


def _news(
    event: Event,
    absence: Absence,
    to: list[audiences.Told],
    *,
    over: str = "",
    level: Level | None = None,
    **facts: Any,
) -> News:
    """With its span on the organization's wall."""
    start, end = (at.astimezone(absence.organization.zone) for at in (absence.starts_at, absence.ends_at))
    said = {
        "member": absence.member.name,
        "kind": absence.kind,
        "label": absence.get_kind_display(),
        "note": absence.note,
    }
    said |= {"start": start.replace(tzinfo=None), "end": end.replace(tzinfo=None)}
    return News(
        to=to, facts={**said, **facts}, url=reverse("dispatch:absences"), subject=absence, over=over, level=level
    )


SPECS = (
    Spec(Kind.ABSENCE_REQUESTED, {"absence.requested": requested}),
    Spec(Kind.ABSENCE_ANSWERED, {"absence.approved": answered, "absence.rejected": answered}),
)
