"""How the board is put into words and badges: where people are, and which cards can be moved."""

from django import template

from workorder.states import TaskStatus

register = template.Library()

PLACES = {  # tone and icon by presence; the words come with it
    "here": ("good", "circle-check"),
    "on_break": ("warn", "circle-pause"),
    "away": ("quiet", "circle-pause"),
    "off_shift": ("quiet", "moon"),
    "absent": ("warn", "calendar-clock"),
}


@register.simple_tag
def whereabouts(colleague):
    """Where somebody is, as a badge: colour, icon and words, so that no reader needs the colour."""
    tone, icon = PLACES.get(colleague.presence, ("quiet", "clock"))
    said = colleague.said
    return {"tone": tone, "icon": icon, "label": said[:1].upper() + said[1:]}


@register.simple_tag
def may_move(task, of, led):
    """Whether a card can be given to somebody else by whoever leads these departments: what runs stays."""
    is_loose = bool(of) or task.assigned_member_id is None
    return is_loose and task.status != TaskStatus.IN_PROGRESS and task.assigned_department_id in (led or ())


@register.filter
def unlocalized(number):
    """A number as SVG reads it, whatever the language of the page."""
    return f"{number:g}"
