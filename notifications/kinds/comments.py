"""What people say about orders, tasks and tickets: to those it names, and to those who care about the thing."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.kinds import audiences
from notifications.kinds.audiences import Told, by
from notifications.kinds.specs import AT_HAND, GATHERED, News, Spec, of_subject
from notifications.states import Kind
from tenants.models import Event
from workorder import queries
from workorder.models import Comment, Ticket, WorkOrder, WorkOrderTask

PAGES = {"workorder": "workorder:order_detail", "task": "workorder:task_detail", "ticket": "workorder:ticket_detail"}


def mentioned(event: Event, people: audiences.People) -> News | None:
    """Whom a comment names, other than who wrote it; nobody once its words are gone."""
    comment = Comment.objects.kept().filter(pk=event.subject_id).first()
    if comment is None or not event.data.get("mentions"):
        return None
    to = audiences.members(event.data["mentions"], people, _("The comment names you."))
    return _news(event, comment, audiences.merged(to, without=comment.member_id))


def added(event: Event, people: audiences.People) -> News | None:
    """Who follows it, has said something about it, asked for it or has it; not who wrote this nor whom it names."""
    comment = Comment.objects.kept().filter(pk=event.subject_id).first()
    if comment is None:
        return None
    news = _news(event, comment, [])
    others = people.exclude(pk__in=[*event.data.get("mentions", []), comment.member_id])
    to = audiences.merged(
        _those_at(news.subject, others),
        audiences.followers(news.things, others),
        audiences.talkers(news.subject, others),
    )
    return _news(event, comment, to, subject=news.subject)


def _those_at(subject: Any, people: audiences.People) -> list[Told]:
    """Who asked for an order, has a task, or reported or takes care of a ticket."""
    if isinstance(subject, WorkOrder):
        return audiences.submitter(subject, people)
    if isinstance(subject, WorkOrderTask):
        return audiences.member(subject.assigned_member_id, people, _("It is yours."))
    taken = audiences.member(subject.assigned_member_id, people, _("You take care of it."))
    return audiences.merged(taken, audiences.member(subject.reported_by_id, people, _("You reported it.")))


def _news(event: Event, comment: Comment, to: list[Told], *, subject: Any = None) -> News:
    subject = subject or queries.subject_of(comment)
    within = [] if isinstance(subject, WorkOrder | Ticket) else [subject.work_order]
    return News(
        to=to,
        facts={"by": by(event), "thing": audiences.named(subject), "text": event.data.get("text", "")},
        url=f"{reverse(PAGES[subject.NOUN], args=[subject.pk])}#comment-{comment.pk}",
        subject=subject,
        within=within,
    )


SPECS = (
    Spec(
        Kind.MENTIONED,
        {"comment.added": mentioned, "comment.edited": mentioned},
        defaults=AT_HAND,
        breaks_mute=True,
        has_html=True,
    ),
    Spec(Kind.COMMENTED, {"comment.added": added}, defaults=GATHERED, coalesce=of_subject, has_html=True),
)
