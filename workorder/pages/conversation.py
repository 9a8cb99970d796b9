"""What people say about an order, a task or a ticket, and the files they bring."""

import re
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

from tenants.ids import uuid7
from tenants.models import Member
from tenants.pages import page
from workorder import access
from workorder.actions.comments import HANDLE, is_named
from workorder.forms import AttachmentForm, CommentEditForm, CommentForm, SeenForm
from workorder.models import Attachment, Comment
from workorder.pages.buttons import PAGES

SHOWN = 30
LINK = r"https://[^\s<>\"'`]+"
ENDS = ".,;:!?)]}"  # what ends a sentence is no part of a link in it
PARTS = re.compile(f"(?P<link>{LINK})|{HANDLE.pattern}")
TALKS = {"workorder": "order", "task": "task", "ticket": "ticket"}


@dataclass(frozen=True)
class Spoken:
    comment: Comment
    html: str
    edit: CommentEditForm | None
    remove: SeenForm | None


@dataclass(frozen=True)
class Talk:
    """All of it, with the forms of whoever looks; `earlier` is how many comments are not shown."""

    comments: list[Spoken]
    files: list
    earlier: int
    urls: dict = field(default_factory=dict)
    say: CommentForm | None = None
    bring: AttachmentForm | None = None


def show_talk(request, subject, *, pressed=None, problems=(), stale=False, status=200):
    """The answer to whatever is said here: this part alone, or a page of it without HTMX."""
    return page(
        request,
        "workorder/talk.html",
        part="workorder/_talk.html",
        status=status,
        talk_problems=problems,
        talk_stale=stale,
        subject=subject,
        subject_url=reverse(f"workorder:{PAGES[subject.NOUN]}", args=[subject.pk]),
        talk=talk_of(request, subject, pressed=pressed),
    )


def talk_of(request, subject, *, pressed=None):
    member, may = request.member, access.may(request.member, "add_comment", subject)
    found = Comment.objects.about(subject).with_people().order_by("-created_at", "-pk")
    shown = list(found if "all" in request.GET else found[:SHOWN])
    earlier = found.count() - len(shown) if len(shown) == SHOWN else 0
    people = _people(shown)
    files = Attachment.objects.about(subject).kept().with_people()
    return Talk(
        comments=[_spoken(member, comment, people, pressed) for comment in reversed(shown)],
        files=[(file, _form(pressed, "remove", file, member, SeenForm)) for file in files],
        earlier=earlier,
        urls={
            "comments": reverse(f"workorder:{TALKS[subject.NOUN]}_comments", args=[subject.pk]),
            "files": reverse(f"workorder:{TALKS[subject.NOUN]}_attachments", args=[subject.pk]),
        },
        say=_new(pressed, "add_comment", CommentForm) if may else None,
        bring=_new(pressed, "attach", AttachmentForm) if may else None,
    )


def _people(comments):
    """Dict[id -> member] of all who are mentioned."""
    ids = {pk for comment in comments for pk in comment.mentions}
    return {str(pk): row for pk, row in Member.objects.select_related("user").in_bulk(ids).items()} if ids else {}


def _spoken(member, comment, people, pressed):
    mentioned = [people[pk] for pk in comment.mentions if pk in people]
    return Spoken(
        comment,
        rendered(comment.text, mentioned),
        _form(pressed, "edit", comment, member, CommentEditForm),
        _form(pressed, "remove", comment, member, SeenForm),
    )


def about_verb(verb, row):
    """Told apart by the row, since a page shows many."""
    return f"{verb}_{row.pk.hex[-12:]}"


def _form(pressed, verb, row, member, form):
    """The form of a verb the member may say about a row, None where they may not."""
    if row.removed_at or not access.may(member, verb, row):
        return None
    name = about_verb(verb, row)
    if pressed and pressed.verb == name:
        return pressed.form
    return form(initial={"version": row.version, "text": getattr(row, "text", "")}, auto_id=f"{name}_%s")


def _new(pressed, verb, form):
    if pressed and pressed.verb == verb:
        return pressed.form
    return form(initial={"client_id": uuid7()}, auto_id=f"{verb}_%s")


def rendered(text, mentioned):
    """A text as HTML: nothing in it is markup but line breaks, links that say https, and the names of `mentioned`."""
    parts, end = [], 0
    for found in PARTS.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(_link(found[0]) if found["link"] else _mention(found[0], mentioned))
        end = found.end()
    parts.append(escape(text[end:]))
    return mark_safe("".join(parts).replace("\r\n", "\n").replace("\n", "<br>"))  # noqa: S308 - every part is escaped


def _link(text):
    address = text.rstrip(ENDS)
    link = '<a class="link break-all" href="{0}" rel="nofollow noopener noreferrer">{0}</a>{1}'
    return format_html(link, address, text[len(address) :])


def _mention(text, mentioned):
    member = next((member for member in mentioned if is_named(member, text[1:])), None)
    if member is None:
        return escape(text)
    return format_html('<span class="badge tone-info" title="{}">{}</span>', member.user.email, text)
