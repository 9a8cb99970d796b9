"""How steps of a timeline look."""

from django import template

register = template.Library()

ICONS = {
    "happened": "flag",
    "decided": "user",
    "hidden": "ban",
    "suppressed": "ban",
    "held": "clock",
    "parked": "layers",
    "joined": "plus",
    "escalated": "hourglass",
    "stepped": "bell-ring",
    "dead": "circle-alert",
    "replayed": "rotate-ccw",
    "delivered": "send",
    "acknowledged": "check",
    "ended": "flag",
    "read": "check-check",
    "archived": "archive",
    "pending": "hourglass",
}


@register.filter
def icon_of(what):
    return ICONS.get(what, "info")
