"""Calling endpoints: who is to hear of an event, one call, and what becomes of an endpoint that does not answer.

Everything that decides is in rows: the breaker too, so that all workers leave a broken endpoint alone together. After
five failures in a row it is silent for 1, 2, 4 … 60 minutes; then one call tries it, and the others wait for how that
ends. A call is tried for three days. Calls about one thing go in the order of its versions.
"""

import datetime
import email.utils
from typing import Any, cast

from django.conf import settings
from django.urls import reverse

from notifications.models import Webhook, WebhookAttempt, WebhookCall
from notifications.queries import webhooks as queries
from notifications.transports import outbound
from notifications.transports import webhook as transport
from tenants import context, doorbell
from tenants.access import contributed
from tenants.context import tenant
from tenants.errors import NotYet, Permanent, Suppressed
from tenants.models import Event, ScheduledRun
from tenants.states import DeliveryState
from tenants.transitions import change

PATIENCE = 5  # failures in a row
LONGEST_SILENCE = datetime.timedelta(minutes=60)
PROBE = datetime.timedelta(seconds=15)  # how long others wait for the one that tries
IN_LINE = datetime.timedelta(seconds=1)
GIVE_UP_AFTER = datetime.timedelta(days=3)
LONGEST_WISH = datetime.timedelta(hours=24)  # of a Retry-After
KEPT = datetime.timedelta(days=30)
GONE = 410
COME_LATER = frozenset({429, 503})


class Failed(Exception):
    """An endpoint that did not take a call; it is tried again."""


def expect(event: Event) -> None:
    """Write down a call for each endpoint that is to hear of an event. Harmless twice: one call per endpoint and
    event."""
    calls = [WebhookCall(webhook=webhook, event=event) for webhook in queries.wanting(event)]
    if calls:
        WebhookCall.objects.bulk_create(calls, ignore_conflicts=True)
        doorbell.ring()


def call(row: WebhookCall) -> None:
    """Make one claimed call, outside any transaction, and write down how it went.

    Raises `NotYet` where it has to wait, `Suppressed` for an endpoint that was turned off, `Permanent` where nothing
    will help, `Failed` for what is tried again.
    """
    with tenant(row.organization_id):
        ready = _ready(row)
    answer: outbound.Answer | None = None
    sent: dict[str, str] = {}
    error = ""
    outcome: Exception | None = None
    try:
        answer, sent = transport.send(ready, url=_page_of(ready.event))
    except outbound.Refused as refusal:
        outcome = Permanent(error := str(refusal))
    except outbound.NoAnswer as refusal:
        outcome = Failed(error := str(refusal))
    else:
        outcome = _judged(answer, since=ready.asked_at)
    with tenant(row.organization_id):
        _write_down(ready, answer, sent, error, outcome)
    if outcome:
        raise outcome


def _ready(row: WebhookCall) -> WebhookCall:
    loaded = WebhookCall.objects.select_related("webhook", "event__actor__user").filter(pk=row.pk).first()
    if loaded is None:
        raise Suppressed("The endpoint was taken away.")
    webhook, moment = loaded.webhook, context.now()
    if not webhook.active:
        raise Suppressed("The endpoint is turned off.")
    if moment - loaded.asked_at > GIVE_UP_AFTER:
        raise Permanent(f"Given up after three days. {row.error}".strip())
    if earlier := queries.before(loaded).order_by("-run_after").first():
        raise NotYet(max(earlier.run_after, moment + IN_LINE), "An earlier change of the same thing goes first.")
    if queries.is_announced_before(loaded.event):
        raise NotYet(moment + IN_LINE, "An earlier change of the same thing goes first.")
    _knock(webhook, moment)
    return loaded


def _knock(webhook: Webhook, moment: datetime.datetime) -> None:
    """Let a call through to a healthy endpoint, and one alone to a broken one whose silence is over."""
    if webhook.silent_until is None:
        return
    if webhook.silent_until > moment:
        raise NotYet(webhook.silent_until, "The endpoint does not answer: it is left alone for a while.")
    if webhook.failures_in_a_row < PATIENCE:  # it had asked for a pause, and that is over
        return
    as_seen = Webhook.objects.filter(pk=webhook.pk, silent_until=webhook.silent_until)
    if not as_seen.update(silent_until=moment + PROBE):
        raise NotYet(moment + PROBE, "Another call tries whether the endpoint answers again.")


def _judged(answer: outbound.Answer, *, since: datetime.datetime) -> Exception | None:
    """What an answer means for its call: None if it was taken."""
    if 200 <= answer.status < 300:
        return None
    if answer.status == GONE:
        return Permanent("The endpoint is gone (410), so it was turned off.")
    said = f"The endpoint answered {answer.status}."
    if 300 <= answer.status < 400:
        said = f"The endpoint leads elsewhere ({answer.status}); that is not followed."
    wish = _wished(answer) if answer.status in COME_LATER else None
    return NotYet(wish, f"{said} It asked for a pause.") if wish else Failed(said)


def _wished(answer: outbound.Answer) -> datetime.datetime | None:
    """The moment a Retry-After names, in seconds or as a date (RFC 9110 10.2.3); a day from now at most."""
    moment, said = context.now(), answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        wish = moment + datetime.timedelta(seconds=min(int(said[:9]), LONGEST_WISH.total_seconds()))
    else:
        try:
            wish = email.utils.parsedate_to_datetime(said)
        except (ValueError, TypeError):
            return None
        wish = wish if wish.tzinfo else wish.replace(tzinfo=datetime.UTC)
    return min(max(wish, moment + IN_LINE), moment + LONGEST_WISH)


def _write_down(
    done: WebhookCall,
    answer: outbound.Answer | None,
    sent: dict[str, str],
    error: str,
    outcome: Exception | None,
) -> None:
    """One line in the log, and what it means for the endpoint. Signatures are not kept: they open doors."""
    webhook = Webhook.objects.filter(pk=done.webhook_id).select_for_update(of=("self",), no_key=True).first()
    if webhook is None:
        raise Suppressed("The endpoint was taken away.")
    WebhookAttempt.objects.create(
        call=done,
        http_status=answer.status if answer else None,
        milliseconds=answer.milliseconds if answer else 0,
        error=(error or str(outcome or ""))[:300],
        answer=answer.text if answer else "",
        headers={name: value for name, value in sent.items() if name != transport.SIGNATURE},
    )
    moment = context.now()
    if outcome is None:
        health: dict[str, Any] = {"failures_in_a_row": 0, "silent_until": None, "succeeded_at": moment}
    elif isinstance(outcome, NotYet):
        health = {"silent_until": outcome.until}
    else:
        now, seen = webhook.failures_in_a_row, done.webhook.failures_in_a_row
        count = max(now, min(now, seen) + 1)  # calls that began together and failed together are one failure
        health = {"failures_in_a_row": count, "silent_until": moment + silence_after(count) if silent(count) else None}
    Webhook.objects.filter(pk=webhook.pk).update(**health)
    if answer and answer.status == GONE and webhook.active:
        told = {"name": webhook.name, "changed": ["active"], "because": "410"}
        change(webhook, "webhook.edited", by=None, data=told, active=False)


def silent(failures: int) -> bool:
    return failures >= PATIENCE


def silence_after(failures: int) -> datetime.timedelta:
    """1, 2, 4 … 60 minutes."""
    return min(datetime.timedelta(minutes=2 ** min(failures - PATIENCE, 6)), LONGEST_SILENCE)


def _page_of(event: Event) -> str:
    """Where people look at what an event is about; empty where nothing shows it."""
    places: dict[str, str] = {}
    for part in contributed("event", "places"):
        places.update(cast(dict[str, str], part))
    if event.subject_type not in places:
        return ""
    return settings.SITE_URL.rstrip("/") + reverse(places[event.subject_type], args=[event.subject_id])


def forget(run: ScheduledRun) -> dict[str, int]:
    """Take calls out of the log that ended long ago; answers how many."""
    with tenant(run.organization_id):
        old = WebhookCall.objects.exclude(state__in=[DeliveryState.PENDING, DeliveryState.DEAD])
        ids = list(old.filter(asked_at__lt=context.now() - KEPT).order_by("pk").values_list("pk", flat=True)[:5000])
        WebhookAttempt.objects.filter(call__in=ids).delete()
        count, _ = WebhookCall.objects.filter(pk__in=ids).delete()
    return {"calls": count}
