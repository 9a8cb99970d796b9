"""How plans are put into words and badges."""

from django import template

from dispatch.states import PlanStatus

register = template.Library()

LOOKS = {
    PlanStatus.COMPUTING: ("info", "hourglass"),
    PlanStatus.READY: ("good", "circle-check"),
    PlanStatus.WAITING: ("violet", "hourglass"),
    PlanStatus.PUBLISHING: ("info", "hourglass"),
    PlanStatus.PUBLISHED: ("good", "check-check"),
    PlanStatus.UNDONE: ("warn", "rotate-ccw"),
    PlanStatus.DISCARDED: ("quiet", "ban"),
    PlanStatus.FAILED: ("bad", "circle-alert"),
}


@register.simple_tag
def plan_state(plan):
    """The status as a badge: colour, icon and word, so that no reader needs the colour."""
    tone, icon = LOOKS[plan.status]
    return {"tone": tone, "icon": icon, "label": plan.get_status_display(), "value": plan.status}


SAID = {
    "inactive": "inactive",
    "not_operator": "may only look",
    "other_department": "in another department",
    "skill_missing": "without the skill",
    "certificate_expired": "with an expired certificate",
    "absent": "away",
    "off_shift": "off shift",
    "not_here": "not clocked in",
    "overloaded": "without room",
    "declined": "declined it",
}


@register.filter
def said_of_code(code):
    """What a reason against people is called when they are counted: 3× without the skill."""
    return SAID.get(code, code.replace("_", " "))
