"""What an endpoint may be called and told of, and when a call can be sent again."""

from collections.abc import Collection, Mapping
from typing import Any

from notifications.models import Webhook, WebhookCall
from tenants.errors import Problem
from tenants.problems import longest
from tenants.states import DeliveryState

TEXTS = ("name", "url")


def of_webhook(facts: Mapping[str, Any], *, kinds: Collection[str], webhook: Webhook | None = None) -> list[Problem]:
    """What is said about an endpoint; only what is named is looked at. `kinds` are all there are."""
    found = [problem for name in TEXTS if name in facts for problem in _of_text(name, facts[name])]
    if "name" in facts and not found and _others(webhook).filter(name=facts["name"].strip()).exists():
        found.append(name_taken())
    if "kinds" in facts and (unknown := _unknown(facts["kinds"], kinds)):
        found.append(Problem("invalid_choice", f"There is no kind of event {unknown}.", "kinds"))
    return found


def name_taken() -> Problem:
    return Problem("name_taken", "Another endpoint has this name.", "name")


def of_address(why_not: str) -> list[Problem]:
    """`why_not` is what speaks against calling the address."""
    return [Problem("not_public", why_not, "url")] if why_not else []


def of_testing(webhook: Webhook) -> list[Problem]:
    return [] if webhook.active else [Problem("inactive", "It is turned off: nothing is sent to it.")]


def of_replaying(call: WebhookCall) -> list[Problem]:
    """What is on its way needs no second start, and nothing is sent to what is turned off."""
    if call.state == DeliveryState.PENDING:
        return [Problem("still_pending", "It is still being tried by itself.")]
    return of_testing(call.webhook)


def _others(webhook: Webhook | None) -> Any:
    return Webhook.objects.exclude(pk=webhook.pk) if webhook else Webhook.objects.all()


def _of_text(name: str, text: Any) -> list[Problem]:
    most = longest(Webhook, name)
    if not isinstance(text, str) or "\x00" in text or len(text) > most:
        return [Problem("invalid", f"At most {most} characters.", name)]
    return [] if text.strip() else [Problem("blank", "This is needed.", name)]


def _unknown(given: Any, kinds: Collection[str]) -> str:
    """The first of the given kinds that is none, or an empty text."""
    if not isinstance(given, list):
        return str(given)[:60]
    return next((str(kind)[:60] for kind in given if kind not in kinds), "")
