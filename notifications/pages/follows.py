"""The buttons with which somebody follows or mutes an order, a task or a ticket, on its page."""

from django.template.loader import render_to_string
from django.urls import reverse

from notifications.queries.follows import of_member

PLACES = {"workorder": "order_detail", "task": "task_detail", "ticket": "ticket_detail"}


def follow_panels(things, *, request, brief=False, **_):
    """Dict[id -> HTML]; a list of cards has no room for them."""
    if brief or not things:
        return {}
    said = of_member(things, request.member)
    return {
        thing.pk: render_to_string(
            "notifications/_follow.html", follow_values(thing, said.get(thing.pk)), request=request
        )
        for thing in things
    }


def follow_values(thing, said):
    return {
        "thing": thing,
        "said": said,
        "follow_url": reverse(f"notifications:follow_{thing.NOUN}", args=[thing.pk]),
        "thing_url": reverse(f"workorder:{PLACES[thing.NOUN]}", args=[thing.pk]),
    }
