"""How steps of a timeline, and what became of messages, look and are called."""

from django import template

from tenants.states import DeliveryState

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


STATES = {
    DeliveryState.DONE: ("sent", "tone-good"),
    DeliveryState.PENDING: ("on its way", "tone-info"),
    DeliveryState.PARKED: ("waits for the digest", "tone-info"),
    DeliveryState.DEAD: ("given up", "tone-bad"),
    DeliveryState.SUPPRESSED: ("not sent", "tone-quiet"),
}


@register.filter
def state_label(state):
    return STATES[DeliveryState(state)][0]


@register.filter
def tone_of(state):
    return STATES[DeliveryState(state)][1]


@register.filter
def verdict_label(code):
    return {"told": "Told", "hidden": "Muted"}.get(code, "Not told")
