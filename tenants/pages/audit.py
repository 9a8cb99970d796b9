"""Events as lines of the audit log: when, what in words, and where to look at it."""

from dataclasses import dataclass

from django.urls import reverse

from tenants.access import contributed
from tenants.models import Event
from tenants.words import Said, said


@dataclass(frozen=True)
class Line:
    event: Event
    said: Said
    url: str


def told(events):
    """A `Line` for each event; what was said and brought leads to what it is about."""
    words, places = said(events), {}
    for part in contributed("event", "places"):
        places |= part
    return [Line(event, words[event.pk], _url(event, places)) for event in events]


def _url(event, places):
    noun, pk = event.subject_type, event.subject_id
    if noun not in places and "subject_type" in event.data:
        noun, pk = event.data["subject_type"], event.data.get("subject_id")
    if noun not in places:
        noun, pk = "workorder", event.data.get("work_order")
    return reverse(places[noun], args=[pk]) if pk and noun in places else ""
