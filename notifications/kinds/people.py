"""What happens to people: a certificate that ran out, more work than there is room for."""

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from dispatch.models import MemberSkill
from notifications.kinds import audiences
from notifications.kinds.audiences import by
from notifications.kinds.specs import News, Spec, of_subject
from notifications.states import Kind, Level
from tenants.models import Event, Member
from tenants.states import Role


def certificate_ended(event: Event, people: audiences.People) -> News | None:
    """Who had it, and who supervises them: the work that needs it goes to others from now on."""
    found = MemberSkill.objects.select_related("skill", "member__user", "member__department")
    skill = found.filter(pk=event.subject_id).first()
    if skill is None:  # it was taken from them since
        return None
    holder = skill.member
    to = audiences.merged(
        audiences.member(holder.pk, people, _("It is yours.")), audiences.supervisors(holder.department, people)
    )
    facts = {"member": holder.name, "skill": skill.skill.name, "until": parse_date(event.data.get("until") or "")}
    return News(to=to, facts=facts, url=reverse("dispatch:skill_detail", args=[skill.skill_id]), subject=skill)


def overloaded(event: Event, people: audiences.People) -> News:
    """Who supervises them, and those who plan; not who gave them that much, knowing it."""
    member = Member.objects.select_related("user", "department").get(pk=event.data["member"])
    planning = audiences.planners(people.exclude(role=Role.ADMIN))
    to = audiences.merged(audiences.supervisors(member.department, people), planning, without=event.actor_id)
    facts = {
        "member": member.name,
        "by": by(event),
        "load": round(float(event.data["load_minutes"])),
        "room": round(float(event.data["room_minutes"])),
        "because": event.data.get("because", ""),
    }
    return News(to=to, facts=facts, url=reverse("dispatch:load"), subject=member)


SPECS = (
    Spec(Kind.SKILL_EXPIRED, {"member_skill.expired": certificate_ended}, level=Level.WARNING),
    Spec(Kind.OVERLOADED, {"capacity.exceeded": overloaded}, level=Level.WARNING, coalesce=of_subject),
)
