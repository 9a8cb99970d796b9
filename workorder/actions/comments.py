"""What people say about an order, a task or a ticket. Whoever is named with an @ is told."""

import re
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from tenants import context, events
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.transitions import change
from workorder import problems, queries
from workorder.models import Comment
from workorder.models.conversation import order_id_of

MOST_MENTIONS = 20
EXCERPT = 200
HANDLE = re.compile(r"(?<![\w@.+-])@([\w.+-]*\w(?:@[\w-]+(?:\.[\w-]+)+)?)")
"""`@ana`, or `@ana@acme.example` where two share what is before the sign. What ends a sentence is no part of it."""


@transaction.atomic
def add(subject: Any, *, by: Member, text: str, client_id: uuid.UUID | None = None) -> Comment:
    """Say something about an order, a task or a ticket. A `client_id` known already answers what it came with."""
    if known := sent_before(client_id):
        return known
    refuse_input(problems.of_given_comment(text))
    said = text.strip()
    facts = {"subject_type": subject.NOUN, "subject_id": subject.pk, "member": by, "client_id": client_id}
    try:
        with transaction.atomic():
            comment = Comment.objects.create(text=said, mentions=_ids(mentioned_in(said).values()), **facts)
    except IntegrityError:
        if known := sent_before(client_id):  # the same request came twice at once
            return known
        raise
    events.record(comment, "comment.added", by=by, **_told(subject, said), mentions=comment.mentions)
    return comment


def sent_before(client_id: uuid.UUID | None) -> Comment | None:
    """The comment that was made of the same message before, if one was."""
    return Comment.objects.filter(client_id=client_id).first() if client_id else None


@transaction.atomic
def edit(comment: Comment, *, by: Member, text: str, seen: int | None = None) -> Comment:
    """Put it in other words. The event names only those who are mentioned for the first time: the others know."""
    comment = Comment.objects.lock(comment, seen=seen)
    refuse(problems.of_editing_comment(comment))
    refuse_input(problems.of_given_comment(text))
    said = text.strip()
    if said == comment.text:
        return comment
    mentions = _ids(mentioned_in(said).values())
    fresh = [pk for pk in mentions if pk not in comment.mentions]
    told = _told(queries.subject_of(comment), said) | {"mentions": fresh}
    change(comment, "comment.edited", by=by, data=told, text=said, mentions=mentions)
    return comment


@transaction.atomic
def remove(comment: Comment, *, by: Member, seen: int | None = None) -> None:
    """Take its words away. Its place stays, and who emptied it: an answer to nothing would puzzle people."""
    comment = Comment.objects.lock(comment, seen=seen)
    if comment.removed_at and comment.removed_by_id == by.pk:
        return
    refuse(problems.of_removing(comment))
    told = _told(queries.subject_of(comment))
    gone = {"text": "", "mentions": [], "removed_at": context.now(), "removed_by": by}
    change(comment, "comment.removed", by=by, data=told, **gone)


def mentioned_in(text: str) -> dict[str, Member]:
    """The active members a text names, by the handle as it is written. One that fits two or nobody stays text."""
    handles = list(dict.fromkeys(HANDLE.findall(text)))[:MOST_MENTIONS]
    if not handles:
        return {}
    wanted = Q(pk__in=[])
    for handle in handles:
        wanted |= Q(user__email__iexact=handle) if "@" in handle else Q(user__email__istartswith=f"{handle}@")
    members = list(Member.objects.active().filter(wanted).select_related("user").order_by("pk"))
    found = {handle: [member for member in members if is_named(member, handle)] for handle in handles}
    return {handle: fitting[0] for handle, fitting in found.items() if len(fitting) == 1}


def is_named(member: Member, handle: str) -> bool:
    email = member.user.email.lower()
    return handle.lower() in (email, email.partition("@")[0])


def _ids(members: Iterable[Member]) -> list[str]:
    return sorted({str(member.pk) for member in members})


def _told(subject: Any, text: str = "") -> dict[str, Any]:
    excerpt = text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1]}…"
    told = {"subject_type": subject.NOUN, "subject_id": subject.pk, "work_order": order_id_of(subject)}
    return told | {"text": excerpt} if text else told
