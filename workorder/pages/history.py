"""What happened, as a page tells it."""

from django.db.models import Q

from tenants.models import Event
from workorder.templatetags.floor import quotation, sentence

HISTORY_LENGTH = 80


# The order's page tells the story of the order: what always comes along with another line is left to the audit log.
TOO_MUCH = ("task.created", "task.made_ready", "process.started", "process.cancelled")


def history(subject, processes=(), tasks=()):
    """What happened to a subject and its parts, newest first: sentences with who and when, and the reasons given."""
    names = {process.pk: str(process.process) for process in processes}
    names |= {task.pk: f"“{task.title}”" for task in tasks}
    where = Q(subject_type=subject.NOUN, subject_id=subject.pk)
    where |= Q(subject_type="process", subject_id__in=[process.pk for process in processes])
    where |= Q(subject_type="task", subject_id__in=[task.pk for task in tasks])
    is_order = subject.NOUN == "workorder"
    if is_order:
        where |= Q(subject_type="approval", subject_id__in=[approval.pk for approval in subject.approvals.all()])
    events = Event.objects.filter(where).select_related("actor__user")
    if is_order:
        events = events.exclude(kind__in=TOO_MUCH)
    return [
        {"event": event, "said": sentence(event, names.get(event.subject_id, "it")), "quoted": quotation(event)}
        for event in events.order_by("-occurred_at", "-recorded_at", "-subject_version", "-id")[:HISTORY_LENGTH]
    ]
