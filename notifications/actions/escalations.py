"""Waiting for somebody to react: an escalation begins, takes the steps it promised, is acknowledged, and ends.

Each promised step is a row of its own: it is due by its own time, and that it is done commits together with what it
says to whom. Nothing scans for what should have happened but the watchdog, which only raises an alarm.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from notifications.actions import telling
from notifications.kinds import reaching
from notifications.kinds.watched import SUBJECTS, Watched, begins_at, is_due, waits, watched
from notifications.models import Escalation, EscalationPolicy, Promise
from notifications.queries import escalations as queries
from notifications.states import EscalationStatus, Kind, Level, Trigger
from tenants import context, events
from tenants.context import tenant
from tenants.errors import Suppressed, refuse
from tenants.models import Event, Member
from tenants.states import DeliveryState, wrong_state
from tenants.transitions import change, move, was_said

_in_words = lazy(date_format, str)

BEGINS: dict[str, Trigger] = {
    "assignment.offered": Trigger.ASSIGNMENT_UNANSWERED,
    "workorder.submitted": Trigger.APPROVAL_WAITING,
    "workorder.approved": Trigger.ORDER_LATE,
    "workorder.released": Trigger.ORDER_LATE,
    "workorder.rescheduled": Trigger.ORDER_LATE,
    "workorder.reopened": Trigger.ORDER_LATE,
    "ticket.created": Trigger.TICKET_OPEN,
    "ticket.reopened": Trigger.TICKET_OPEN,
    "task.queued": Trigger.NOBODY_ELIGIBLE,
}
ENDS: dict[str, tuple[Trigger, ...]] = {
    "assignment.accepted": (Trigger.ASSIGNMENT_UNANSWERED,),
    "assignment.declined": (Trigger.ASSIGNMENT_UNANSWERED,),
    "assignment.withdrawn": (Trigger.ASSIGNMENT_UNANSWERED,),
    "assignment.finished": (Trigger.ASSIGNMENT_UNANSWERED,),
    "workorder.approved": (Trigger.APPROVAL_WAITING,),
    "workorder.rejected": (Trigger.APPROVAL_WAITING,),
    "workorder.cancelled": (Trigger.APPROVAL_WAITING, Trigger.ORDER_LATE),
    "workorder.completed": (Trigger.ORDER_LATE,),
    "workorder.closed": (Trigger.ORDER_LATE,),
    "workorder.rescheduled": (Trigger.ORDER_LATE,),  # and begins anew, counted from the new date
    "ticket.resolved": (Trigger.TICKET_OPEN,),
    "ticket.converted": (Trigger.TICKET_OPEN,),
    "ticket.closed": (Trigger.TICKET_OPEN,),
    "task.assigned": (Trigger.NOBODY_ELIGIBLE,),
    "task.started": (Trigger.NOBODY_ELIGIBLE,),
    "task.cancelled": (Trigger.NOBODY_ELIGIBLE,),
}
TITLES: dict[str, Any] = {
    Trigger.ASSIGNMENT_UNANSWERED: _("Nobody has accepted {name}"),
    Trigger.ORDER_LATE: _("{name} is late"),
    Trigger.APPROVAL_WAITING: _("{name} still waits for approval"),
    Trigger.TICKET_OPEN: _("Nobody has resolved “{name}”"),
    Trigger.NOBODY_ELIGIBLE: _("Nobody can take {name}"),
}
CONTENT = _("Waiting since {since}. This is step {step} of {steps} of “{policy}”; nobody has taken care of it yet.")


@transaction.atomic
def begin(event: Event) -> Escalation | None:
    """Promise the steps of the policy that fits what an event begins; None if nobody has to react, or none fits.

    Harmless twice and harmless late: the thing is held while it is looked at, so that whoever reacts at this moment
    finds the escalation, and one that somebody has reacted to already is not begun.
    """
    trigger = BEGINS[event.kind]
    if event.kind == "task.queued" and not event.data.get("nobody_eligible"):
        return None
    if not EscalationPolicy.objects.filter(trigger=trigger, active=True).exists():
        return None  # most organizations watch little: they pay one query, and no lock
    row = SUBJECTS[trigger].objects.lock(event.subject_id)
    if not waits(trigger, row) or _running(trigger, row.pk).exists():
        return None
    thing = watched(trigger, [row.pk])[row.pk]
    policy = queries.policy_for(trigger, thing)
    return promise(policy, event, thing) if policy else None


@transaction.atomic
def promise(policy: EscalationPolicy, event: Event, thing: Watched) -> Escalation | None:
    """Promise the steps of a policy, as they are now, for a thing; None if somebody did at this moment."""
    start = begins_at(policy.trigger, thing.row, event.occurred_at)
    steps = queries.promised(policy, start)
    try:
        with transaction.atomic():
            escalation = Escalation.objects.create(
                policy=policy,
                trigger=policy.trigger,
                subject_type=thing.row.NOUN,
                subject_id=thing.row.pk,
                event=event,
                steps=steps,
                started_at=start,
            )
    except IntegrityError:  # two events of one thing at once, and the other one was first
        return None
    events.record(escalation, "escalation.started", by=None, **_told(escalation))
    # Giving up counts from `first_due_at`: a step that waits for days must not count as having failed for days.
    Promise.objects.bulk_create(
        Promise(
            escalation=escalation,
            sequence=step["sequence"],
            due_at=step["due_at"],
            run_after=step["due_at"],
            first_due_at=step["due_at"],
        )
        for step in steps
    )
    return escalation


@transaction.atomic
def stop(event: Event) -> list[Escalation]:
    """End what an event brings to an end: somebody has reacted, or the thing is no more."""
    because = event.kind.partition(".")[2].replace("_", " ")
    triggers = ENDS.get(event.kind, ())
    if event.kind == "task.queued" and not event.data.get("nobody_eligible"):
        triggers, because = (Trigger.NOBODY_ELIGIBLE,), "somebody can take it now"
    running = Escalation.objects.filter(subject_id=event.subject_id, trigger__in=triggers) if triggers else None
    if running is None:
        return []
    rows = list(running.exclude(status=EscalationStatus.ENDED).order_by("pk"))
    return [end(row, by=event.actor, because=because) for row in rows]


@transaction.atomic
def end(escalation: Escalation, *, by: Member | None, because: str) -> Escalation:
    """Nobody is waited for any more. What was promised and has not happened keeps its row, which says why."""
    escalation = Escalation.objects.lock(escalation)
    if escalation.status != EscalationStatus.ENDED:
        move(escalation, "end", by=by, data=_told(escalation) | {"because": because}, ended_because=because)
        _drop(escalation, because)
    return escalation


@transaction.atomic
def acknowledge(escalation: Escalation, *, by: Member | None, seen: int | None = None) -> Escalation:
    """Say "I take care of it": nobody else is told. It ends when what it waits for has happened."""
    escalation = Escalation.objects.lock(escalation)
    if was_said(escalation, "acknowledge", by=by, seen=seen):
        return escalation
    refuse(wrong_state(escalation, "acknowledge"))
    said: dict[str, Any] = {"acknowledged_at": context.now(), "acknowledged_by": by}
    move(escalation, "acknowledge", by=by, data=_told(escalation), **said)
    _drop(escalation, f"{by} takes care of it" if by else "acknowledged")
    return escalation


def keep(promise: Promise) -> None:
    """Take a promised step, once: runs a claimed row that is due.

    Under the escalation's lock it is asked again whether anybody still has to react. Whom to tell is looked up now.
    Whoever is told, the event and that the promise is kept commit together, and only for the worker that still holds
    the promise: one that was thought dead finds that it is somebody else's, and its transaction leaves nothing.
    A step that finds nobody makes the next one due at once, and the last one goes to the admins then.
    """
    with tenant(promise.organization_id):
        escalation = Escalation.objects.lock(promise.escalation_id)
        over = _why_over(escalation)
        if not over:
            _step(escalation, promise)
    if over:
        raise Suppressed(over)


def _why_over(escalation: Escalation) -> str:
    """Why no further step is taken, blank if it is. What has ended and nobody said so yet is ended here."""
    if escalation.status != EscalationStatus.OPEN:
        return escalation.ended_because or "acknowledged"
    row = SUBJECTS[Trigger(escalation.trigger)].objects.filter(pk=escalation.subject_id).first()
    if row is not None and is_due(escalation.trigger, row):
        return ""
    over = "nobody has to react any more"
    end(escalation, by=None, because=over)
    return over


def _step(escalation: Escalation, promise: Promise) -> None:
    step = next(each for each in escalation.steps if each["sequence"] == promise.sequence)
    thing = watched(escalation.trigger, [escalation.subject_id])[escalation.subject_id]
    later = escalation.promised.filter(sequence__gt=promise.sequence, state=DeliveryState.PENDING)
    is_last = not later.exists()
    step, to = reaching.taken(step, escalation.trigger, thing, reaching.everybody(), is_last=is_last)
    _kept(promise, reached=len(to))
    change(
        escalation,
        "escalation.stepped",
        by=None,
        data=_told(escalation)
        | {"sequence": promise.sequence, "audience": step["audience"], "reached": len(to), "is_last": is_last},
    )
    if not to:
        moment = context.now()
        following = later.order_by("sequence").values_list("pk", flat=True)[:1]
        Promise.objects.filter(pk__in=list(following)).update(run_after=moment, first_due_at=moment, rung_at=None)
        return
    stepped = events.newest(escalation)
    assert stepped is not None  # noqa: S101 - written just above
    local = escalation.started_at.astimezone(escalation.organization.zone)
    telling.tell(
        stepped,
        to=to,
        kind=Kind.ESCALATED,
        title=format_lazy(TITLES[escalation.trigger], name=thing.name),
        content=format_lazy(
            CONTENT,
            since=_in_words(local, "l, j F, H:i"),
            step=promise.sequence,
            steps=len(escalation.steps),
            policy=escalation.policy.name,
        ),
        level=Level.ERROR if is_last else Level.WARNING,
        url=thing.url,
        subject=thing.shown,
        urgent=is_last,
        only=step["transports"] or None,
    )


def _kept(promise: Promise, *, reached: int) -> None:
    """Close the promise if it is still this worker's. `relay` closes rows after they ran; that would be too late."""
    mine = Promise.objects.filter(pk=promise.pk, owner=promise.owner, state=DeliveryState.PENDING)
    done = {"state": DeliveryState.DONE, "done_at": context.now(), "reached": reached}
    if not mine.update(lease_until=None, error="", **done):
        raise LostPromise(f"Step {promise.sequence} is somebody else's by now.")
    for name, value in done.items():
        setattr(promise, name, value)


class LostPromise(Exception):
    """The lease ran out while the step was being taken, and somebody else takes it."""


def _drop(escalation: Escalation, because: str) -> None:
    left = escalation.promised.filter(state=DeliveryState.PENDING)
    left.update(state=DeliveryState.SUPPRESSED, error=because, lease_until=None, owner=None)


def _running(trigger: Trigger, subject_id: Any) -> Any:
    running = Escalation.objects.filter(trigger=trigger, subject_id=subject_id)
    return running.exclude(status=EscalationStatus.ENDED)


def _told(escalation: Escalation) -> dict[str, Any]:
    return {
        "policy": escalation.policy_id,
        "trigger": escalation.trigger,
        "subject_type": escalation.subject_type,
        "subject_id": escalation.subject_id,
    }
