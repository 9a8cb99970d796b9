"""What happens to escalations, preferences, follows and webhooks, in words."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, TextChoices, Value
from django.db.models.functions import Concat

from notifications.models import BusinessCalendar, Escalation, EscalationPolicy, PushSubscription, Webhook
from notifications.states import Kind, Transport, Wanted
from tenants.models import ScheduledRun
from tenants.words import Facts, Sentence, edited, in_a_row, quoted


def _stepped(facts: Facts) -> str:
    """A step that told somebody, or found nobody to tell."""
    count = facts.data.get("reached", 0)
    people = "1 person" if count == 1 else f"{count} people"
    step = f"Nobody reacted: step {facts['sequence']} of {facts.what}"
    return f"{step} reached {people}" if count else f"{step} found nobody to tell"


def _ended(facts: Facts) -> str:
    return f"{facts.what} ended: {facts['because']}" if facts.data.get("because") else f"{facts.what} ended"


def _chose(facts: Facts) -> str:
    """Which cells of their grid somebody changed, and how they want them now."""
    cells = [_cell(cell) for cell in facts.data.get("cells", [])]
    return f"{facts.who} chose what {facts['member']} is told: {in_a_row(cells) or 'nothing else'}"


def _chose_default(facts: Facts) -> str:
    return f"{facts.who} chose what everybody is told who did not choose: {_cell(facts.data)}"


def _rescheduled(facts: Facts) -> str:
    return f"{facts.who} changed when {facts['member']} is told: {facts.changes()}"


def _cell(cell: Mapping[str, Any]) -> str:
    """“Task assigned” over e-mail not at all"""
    label = _label(Kind, cell.get("kind"))
    wanted = _label(Wanted, cell.get("to")).lower() if cell.get("to") else "as it comes"
    return f"“{label}” over {_label(Transport, cell.get('transport')).lower()} {wanted}"


def _label(choices: type[TextChoices], value: Any) -> str:
    return str(choices(value).label) if value in choices.values else str(value)


SENTENCES: dict[str, Sentence] = {
    "preference.edited": _chose,
    "default_preference.edited": _chose_default,
    "notification_schedule.edited": lambda facts: (
        f"{facts.who} changed when {facts['member']} is told: {facts.changes()}"
    ),
    "business_calendar.created": "{who} added the business calendar {name}",
    "business_calendar.edited": edited,
    "business_calendar.removed": "{who} removed the business calendar {name}",
    "escalation_policy.created": "{who} added the escalation policy {name}",
    "escalation_policy.edited": edited,
    "escalation_policy.removed": "{who} removed the escalation policy {name}",
    "escalation.started": "{what} began to wait for somebody to react",
    "escalation.stepped": _stepped,
    "escalation.missed": "Step {sequence} of {what} was due on {due_at} and has not happened",
    "scheduled_run.alarmed": "The nightly look at escalations found {found} steps that would reach nobody",
    "escalation.acknowledged": "{who} acknowledged {what}",
    "escalation.ended": _ended,
    "push_subscription.added": "{who} asked a browser to show notifications",
    "push_subscription.renewed": "A browser of {member} got new keys",
    "push_subscription.removed": "{who} told a browser of {member} to show notifications no more",
    "push_subscription.expired": "A browser of {member} shows notifications no more",
    "webhook.created": "{who} added the endpoint {name}",
    "webhook.edited": edited,
    "webhook.removed": "{who} removed the endpoint {name}",
    "webhook.rotated": "{who} changed the secret of {what}; the old one counts until {until}",
    "webhook.tested": "{who} sent {what} a test",
    "webhook.replayed": "{who} sent {what} once more what it had not taken",
}
NAMES = {
    "business_calendar": (BusinessCalendar, quoted("name")),
    "escalation_policy": (EscalationPolicy, quoted("name")),
    "escalation": (Escalation, Concat(Value("the escalation “"), F("policy__name"), Value("”"))),
    "scheduled_run": (ScheduledRun, Value("a scheduled run")),
    "push_subscription": (PushSubscription, Value("a browser")),
    "webhook": (Webhook, Concat(Value("the endpoint “"), F("name"), Value("”"))),
}
KEYS: dict[str, str] = {"policy": "escalation_policy", "escalation": "escalation", "calendar": "business_calendar"}
PLACES: dict[str, str] = {
    "business_calendar": "notifications:calendar_edit",
    "escalation_policy": "notifications:policy_edit",
    "webhook": "notifications:webhook_detail",
}
