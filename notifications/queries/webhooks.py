"""Endpoints of other programs: what they may be told of, and how they have been doing."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.module_loading import import_string

from notifications.models import Webhook, WebhookCall
from tenants.models import Delivery, Event
from tenants.states import DeliveryState

TESTED = "webhook.tested"
ANNOUNCER = "notifications.subscribers.announce"  # who writes the calls
RECENT = 30


@dataclass(frozen=True)
class Health:
    """How the newest calls of one endpoint stand, oldest first. Of a log of millions nobody wants the whole to be
    counted before a page is shown."""

    recent: tuple[str, ...] = ()

    @property
    def done(self) -> int:
        return self.recent.count(DeliveryState.DONE)

    @property
    def pending(self) -> int:
        return self.recent.count(DeliveryState.PENDING)

    @property
    def dead(self) -> int:
        return self.recent.count(DeliveryState.DEAD)


def kinds() -> list[str]:
    """Every kind of event an endpoint can be told of."""
    subscriptions = import_string(settings.SUBSCRIPTIONS)
    return sorted(kind for kind, paths in subscriptions.items() if ANNOUNCER in paths)


def wanting(event: Event) -> list[Webhook]:
    """The endpoints that are to hear of an event. A test concerns the tested one alone, whatever it chose."""
    active = list(Webhook.objects.active())
    if event.kind == TESTED:
        return [webhook for webhook in active if webhook.pk == event.subject_id]
    return [webhook for webhook in active if not webhook.kinds or event.kind in webhook.kinds]


def before(call: WebhookCall) -> QuerySet[WebhookCall]:
    """Calls of the same endpoint about earlier versions of the same thing that are still on their way."""
    event = call.event
    return WebhookCall.objects.filter(
        webhook=call.webhook_id,
        state=DeliveryState.PENDING,
        event__subject_type=event.subject_type,
        event__subject_id=event.subject_id,
        event__subject_version__lt=event.subject_version,
    )


def is_announced_before(event: Event) -> bool:
    """Whether an earlier version of the same thing has still to be announced, so that calls about it may yet come."""
    earlier = {"event__subject_id": event.subject_id, "event__subject_version__lt": event.subject_version}
    waiting = Delivery.objects.filter(state=DeliveryState.PENDING, subscriber=ANNOUNCER, **earlier)
    return waiting.filter(event__subject_type=event.subject_type).exists()


def health_of(webhooks: Iterable[Webhook]) -> dict[uuid.UUID, Health]:
    """Dict[webhook id -> how its newest calls stand], in two queries that read no more of a log than is shown of it."""
    ids = [webhook.pk for webhook in webhooks]
    newest = WebhookCall.objects.filter(webhook=OuterRef("pk")).order_by("-pk").values("pk")
    oldest = Subquery(newest[RECENT - 1 : RECENT])
    ends = Webhook.objects.filter(pk__in=ids).order_by().values_list("pk", oldest)
    shown = [Q(webhook=pk, pk__gte=end) if end else Q(webhook=pk) for pk, end in ends]
    recent: dict[uuid.UUID, list[str]] = defaultdict(list)
    calls = WebhookCall.objects.filter(reduce(or_, shown)) if shown else WebhookCall.objects.none()
    for webhook_id, state in calls.order_by("pk").values_list("webhook", "state"):
        recent[webhook_id].append(state)
    return {pk: Health(tuple(recent[pk])) for pk in ids}
