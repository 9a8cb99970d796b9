"""What happens to escalations, preferences, follows and webhooks, in words."""

from django.db.models import F, Value
from django.db.models.functions import Concat

from notifications.models import BusinessCalendar, Escalation, EscalationPolicy, Webhook
from tenants.words import Facts, Sentence, edited, quoted


def _stepped(facts: Facts) -> str:
    """A step that told somebody, or found nobody to tell."""
    count = facts.data.get("reached", 0)
    people = "1 person" if count == 1 else f"{count} people"
    step = f"Nobody reacted: step {facts['sequence']} of {facts.what}"
    return f"{step} reached {people}" if count else f"{step} found nobody to tell"


def _ended(facts: Facts) -> str:
    return f"{facts.what} ended: {facts['because']}" if facts.data.get("because") else f"{facts.what} ended"


SENTENCES: dict[str, Sentence] = {
    "business_calendar.created": "{who} added the business calendar {name}",
    "business_calendar.edited": edited,
    "business_calendar.removed": "{who} removed the business calendar {name}",
    "escalation_policy.created": "{who} added the escalation policy {name}",
    "escalation_policy.edited": edited,
    "escalation_policy.removed": "{who} removed the escalation policy {name}",
    "escalation.started": "{what} began to wait for somebody to react",
    "escalation.stepped": _stepped,
    "escalation.acknowledged": "{who} acknowledged {what}",
    "escalation.ended": _ended,
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
    "webhook": (Webhook, Concat(Value("the endpoint “"), F("name"), Value("”"))),
}
KEYS: dict[str, str] = {"policy": "escalation_policy", "escalation": "escalation", "calendar": "business_calendar"}
PLACES: dict[str, str] = {"webhook": "notifications:webhook_detail"}
