"""Two looks at escalations that the clock asks for: did each promised step happen, and would each reach somebody.

Neither decides that a step is taken: a step is a row that is due by itself. These only raise an alarm.
"""

import datetime
import logging
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from notifications.actions import telling
from notifications.kinds import reaching
from notifications.models import Escalation, Promise
from notifications.queries import dry_runs
from notifications.queries.escalations import policies
from notifications.states import EscalationStatus, Kind
from tenants import context, events
from tenants.context import tenant
from tenants.models import Event, ScheduledRun
from tenants.states import DeliveryState
from tenants.transitions import change

log = logging.getLogger(__name__)

PATIENCE = datetime.timedelta(minutes=2)
AT_ONCE = 200
LINES = 20  # of an alarm: the page shows all
UNKEPT = (DeliveryState.PENDING, DeliveryState.DEAD)


def watch(run: ScheduledRun) -> dict[str, int]:
    """Raise an alarm for promised steps that are overdue and have not happened, once for each of them."""
    with tenant(run.organization_id):
        missed = [event for promise in _overdue()[:AT_ONCE] if (event := _alarm(promise))]
        if missed:
            log.error("%s promised steps of escalations have not happened.", len(missed))
            _tell_of_missed(missed)
        return {"alarmed": len(missed), "overdue": _overdue(alarmed=True).count()}


def _overdue(*, alarmed: bool = False) -> Any:
    """Steps that should have happened by now. One that was promised late, since its event came late, gets as long."""
    moment = context.now() - PATIENCE
    late = Promise.objects.filter(state__in=UNKEPT, due_at__lt=moment, escalation__created_at__lt=moment)
    return (late if alarmed else late.filter(alarmed_at=None)).order_by("due_at", "id")


@transaction.atomic
def _alarm(promise: Promise) -> Event | None:
    """Write down that a step was missed; None if it happened at this moment, or somebody else said so already."""
    escalation = Escalation.objects.lock(promise.escalation_id)
    still = Promise.objects.filter(pk=promise.pk, alarmed_at=None, state__in=UNKEPT)
    if escalation.status != EscalationStatus.OPEN or not still.update(alarmed_at=context.now()):
        return None
    told = {
        "policy": escalation.policy_id,
        "trigger": escalation.trigger,
        "subject_type": escalation.subject_type,
        "subject_id": escalation.subject_id,
    }
    data = told | {"sequence": promise.sequence, "due_at": promise.due_at}
    change(escalation, "escalation.missed", by=None, data=data)
    return events.newest(escalation)


def _tell_of_missed(missed: list[Event]) -> None:
    """One alarm for all that a look found: after an hour without a relay these are hundreds."""
    title = ngettext_lazy(
        "%(count)d promised escalation has not happened", "%(count)d promised escalations have not happened", "count"
    )
    telling.tell(
        missed[0],
        to=reaching.admins(reaching.everybody()),
        kind=Kind.ALARM,
        title=title % {"count": len(missed)},
        content=_("Somebody should have been told and was not. Is the relay running?"),
        url=reverse("notifications:escalation_list"),
        urgent=True,
    )


def lint(run: ScheduledRun) -> dict[str, Any]:
    """Look for steps that would reach nobody today, and tell the admins of them in one alarm."""
    with tenant(run.organization_id):
        found = dry_runs.findings(policies())
        if found:
            lines = [f"{finding.policy.name}. {finding.message}" for finding in found]
            event = events.newest(run) or _said(run, len(found))
            telling.tell(
                event,
                to=reaching.admins(reaching.everybody()),
                kind=Kind.ALARM,
                title=_("Some escalations would reach nobody"),
                content="\n".join([*lines[:LINES], *(["…"] if len(lines) > LINES else [])]),
                url=reverse("notifications:policy_list"),
            )
        return {"findings": [finding.as_dict() for finding in found]}


def _said(run: ScheduledRun, found: int) -> Event:
    return events.record(run, "scheduled_run.alarmed", by=None, schedule=run.schedule, found=found)
