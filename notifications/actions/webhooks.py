"""Endpoints of other programs: making, changing and ending them, and sending them once more what they missed."""

import datetime
from typing import Any

from django.db import IntegrityError, transaction

from notifications.models import Webhook, WebhookAttempt, WebhookCall
from notifications.problems import webhooks as problems
from notifications.queries import webhooks as queries
from notifications.transports import outbound
from notifications.transports import webhook as transport
from tenants import context, doorbell, events
from tenants.errors import Invalid, Problem, refuse, refuse_input
from tenants.models import Member
from tenants.states import DeliveryState
from tenants.transitions import change

EDITABLE = frozenset({"name", "url", "kinds", "active"})
BOTH_VALID = datetime.timedelta(hours=24)
AWAKE: dict[str, Any] = {"failures_in_a_row": 0, "silent_until": None}


@transaction.atomic
def create(
    *, by: Member | None, name: str, url: str, kinds: list[str] | None = None, active: bool = True
) -> tuple[Webhook, str]:
    """Add an endpoint and answer `(webhook, secret)`. Nobody is shown the secret again. No `kinds`: all."""
    refuse_input(_problems({"name": name, "url": url, "kinds": kinds or []}))
    secret = transport.new_secret()
    try:
        with transaction.atomic():
            webhook = Webhook.objects.create(
                name=name.strip(), url=url.strip(), kinds=_in_order(kinds or []), active=active, secret=secret
            )
    except IntegrityError as error:  # somebody was first with this name
        raise Invalid([problems.name_taken()]) from error
    events.record(webhook, "webhook.created", by=by, name=webhook.name)
    return webhook, secret


@transaction.atomic
def edit(webhook: Webhook, *, by: Member | None, seen: int | None = None, **facts: Any) -> Webhook:
    """Change what is named (`name`, `url`, `kinds`, `active`). Another address or a new start wakes a silent one."""
    if strange := facts.keys() - EDITABLE:
        raise TypeError(f"Not editable: {sorted(strange)}")
    webhook = Webhook.objects.lock(webhook, seen=seen)
    refuse_input(_problems(facts, webhook=webhook))
    facts |= {name: facts[name].strip() for name in ("name", "url") if name in facts}
    if "kinds" in facts:
        facts["kinds"] = _in_order(facts["kinds"])
    changed = {name: value for name, value in facts.items() if getattr(webhook, name) != value}
    if not changed:
        return webhook
    told = {"name": changed.get("name", webhook.name), "changed": sorted(changed)}
    awake = AWAKE if changed.keys() & {"url", "active"} else {}
    try:
        with transaction.atomic():
            change(webhook, "webhook.edited", by=by, data=told, **changed, **awake)
    except IntegrityError as error:
        raise Invalid([problems.name_taken()]) from error
    return webhook


@transaction.atomic
def remove(webhook: Webhook, *, by: Member | None, seen: int | None = None) -> None:
    """Take an endpoint away, and with it the log of its calls. What is on its way to it is not sent."""
    webhook = Webhook.objects.lock(webhook, seen=seen)
    change(webhook, "webhook.removed", by=by, data={"name": webhook.name})
    WebhookAttempt.objects.filter(call__webhook=webhook).delete()
    WebhookCall.objects.filter(webhook=webhook).delete()
    webhook.delete()


@transaction.atomic
def rotate_secret(webhook: Webhook, *, by: Member | None, seen: int | None = None) -> tuple[Webhook, str]:
    """Answer `(webhook, secret)` with a new secret. For a day the old one signs as well: receivers need time."""
    webhook = Webhook.objects.lock(webhook, seen=seen)
    secret = transport.new_secret()
    until = context.now() + BOTH_VALID
    change(
        webhook,
        "webhook.rotated",
        by=by,
        data={"name": webhook.name, "until": until},
        secret=secret,
        previous_secret=webhook.secret,
        previous_until=until,
    )
    return webhook, secret


@transaction.atomic
def try_out(webhook: Webhook, *, by: Member | None, seen: int | None = None) -> Webhook:
    """Send an endpoint an event of its own, whatever kinds it chose. What came back is in its log."""
    webhook = Webhook.objects.lock(webhook, seen=seen)
    refuse(problems.of_testing(webhook))
    change(webhook, "webhook.tested", by=by, data={"name": webhook.name})
    return webhook


@transaction.atomic
def replay(call: WebhookCall, *, by: Member | None, seen: int | None = None) -> WebhookCall:
    """Send a call once more under its old id, so that who has it can tell. Raises `NotAllowed` while it is tried.

    `seen` is the version of its endpoint, whose history has the replay.
    """
    webhook = Webhook.objects.lock(call.webhook_id, seen=seen)
    call = WebhookCall.objects.select_related("webhook").lock(call)
    refuse(problems.of_replaying(call))
    moment = context.now()
    again = {"state": DeliveryState.PENDING, "attempts": 0, "failures": 0, "error": "", "done_at": None}
    times = {"run_after": moment, "first_due_at": moment, "asked_at": moment, "rung_at": None, "lease_until": None}
    WebhookCall.objects.filter(pk=call.pk).update(**again, **times, owner=None)
    change(webhook, "webhook.replayed", by=by, data={"name": webhook.name, "event": call.event_id})
    doorbell.ring()
    call.refresh_from_db()
    return call


def _problems(facts: dict[str, Any], *, webhook: Webhook | None = None) -> list[Problem]:
    found = problems.of_webhook(facts, kinds=queries.kinds(), webhook=webhook)
    if "url" in facts and not any(problem.field == "url" for problem in found):
        found += problems.of_address(outbound.why_not(facts["url"].strip()))
    return found


def _in_order(kinds: list[str]) -> list[str]:
    return sorted(set(kinds))
