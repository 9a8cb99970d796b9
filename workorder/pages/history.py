"""What happened, as a page and the API tell it."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Q, TextField, Value
from django.urls import reverse

from tenants.access import contributed
from tenants.models import Event
from tenants.words import Said, said
from workorder.models import Attachment, Comment, WorkOrderTask

PAGE_LENGTH = 30
HISTORIES = {"workorder": "order_history", "task": "task_history", "ticket": "ticket_history"}
# The page tells the story of the order: what always comes along with another line is left to the audit log.
TOO_MUCH = ("task.created", "task.made_ready", "task.assigned", "process.started", "process.cancelled")


@dataclass(frozen=True)
class Line:
    event: Event
    said: Said


def history_url(subject):
    return reverse(f"workorder:{HISTORIES[subject.NOUN]}", args=[subject.pk])


def events_of(subject):
    """What happened to an order, a task or a ticket and to all that belongs to it, in no order."""
    ids = defaultdict(list, {subject.NOUN: [subject.pk]})
    first, *rest = [
        rows.order_by().annotate(its_noun=Value(noun, TextField())).values_list("its_noun", "pk")
        for noun, rows in _belonging(subject)
    ]
    for noun, pk in first.union(*rest, all=True):
        ids[noun].append(pk)
    about = Q(pk__in=[])
    for noun, found in ids.items():  # ids rather than subqueries: each noun is looked up in the index
        about |= Q(subject_type=noun, subject_id__in=found)
    return Event.objects.filter(about)


def _belonging(subject):
    """(noun, rows) of what has a history of its own that is part of the subject's."""
    about = Q(subject_type=subject.NOUN, subject_id=subject.pk)
    tasks = None
    if subject.NOUN == "workorder":
        tasks = WorkOrderTask.objects.of_order(subject)
        about |= Q(subject_type="task", subject_id__in=tasks.order_by().values("pk"))
        yield "process", subject.processes.all()
        yield "task", tasks
        yield "approval", subject.approvals.all()
    elif subject.NOUN == "task":
        tasks = WorkOrderTask.objects.filter(pk=subject.pk)
    for model in (Comment, Attachment):
        yield model.NOUN, model.objects.filter(about)
    if tasks is not None:
        for more in contributed("task", "history"):
            yield more(tasks)


def history(subject, number=1):
    """A page of what happened to it, newest first: sentences with who and when, and the reasons given.

    Answers a page of `Line`s; the first holds what fits on the subject's own page.
    """
    found = events_of(subject)
    if subject.NOUN == "workorder":
        found = found.exclude(kind__in=TOO_MUCH)
    elif subject.NOUN == "task":
        found = found.exclude(kind="task.assigned")  # the offer says the same, and to whom
    ordered = found.order_by("-occurred_at", "-recorded_at", "-subject_version", "-id")
    shown = Paginator(ordered, PAGE_LENGTH).get_page(number)
    shown.object_list = list(shown.object_list)
    words = said(shown.object_list, it={subject.pk})
    shown.object_list = [Line(event, words[event.pk]) for event in shown.object_list]
    return shown
