"""Saying something about an order, a task or a ticket, and bringing files."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from tenants.access import members
from workorder import access, queries
from workorder.actions import attachments, comments, tags
from workorder.forms import AttachmentForm, CommentEditForm, CommentForm, SeenForm, TagsForm
from workorder.models import Attachment, Comment, Ticket, WorkOrder, WorkOrderTask
from workorder.pages import PAGES, about_verb, handed_out, press, show_order, show_talk


def _comments_of(model):
    @members()
    def talk(request, pk):
        """What was said, read afresh; or one more thing said."""
        subject = get_object_or_404(model, pk=pk)
        if request.method != "POST":
            return show_talk(request, subject)
        _demand(request.member, "add_comment", subject)
        form = CommentForm(request.POST, auto_id="add_comment_%s")
        return press(request, subject, "add_comment", _say, show_talk, form=form, done="Said.")

    return talk


def _attachments_of(model):
    @members()
    def bring(request, pk):
        subject = get_object_or_404(model, pk=pk)
        if request.method != "POST":
            return _back(subject)
        _demand(request.member, "attach", subject)
        form = AttachmentForm(request.POST, request.FILES, auto_id="attach_%s")
        return press(request, subject, "attach", _bring, show_talk, form=form, done="The file is here.")

    return bring


order_comments, task_comments, ticket_comments = map(_comments_of, (WorkOrder, WorkOrderTask, Ticket))
order_attachments, task_attachments, ticket_attachments = map(_attachments_of, (WorkOrder, WorkOrderTask, Ticket))


def _say(subject, *, by, seen, text, client_id):
    return comments.add(subject, by=by, text=text, client_id=client_id)


def _bring(subject, *, by, seen, file, client_id):
    return attachments.add(subject, by=by, file=file, name=file.name, client_id=client_id)


@members()
def comment_edit(request, pk):
    return _about(request, get_object_or_404(Comment, pk=pk), "edit", comments.edit, CommentEditForm, "Saved.")


@members()
def comment_remove(request, pk):
    return _about(request, get_object_or_404(Comment, pk=pk), "remove", comments.remove, SeenForm, "Removed.")


@members()
def attachment_remove(request, pk):
    return _about(request, get_object_or_404(Attachment, pk=pk), "remove", attachments.remove, SeenForm, "Removed.")


def _about(request, row, verb, act, form, done):
    """Say a verb about a comment or a file, and show the whole conversation it belongs to."""
    subject = queries.subject_of(row)
    if request.method != "POST":
        return _back(subject)
    _demand(request.member, verb, row)
    name = about_verb(verb, row)

    def said(_, **words):
        return act(row, **words)

    form = form(request.POST, auto_id=f"{name}_%s")
    return press(request, subject, name, said, show_talk, form=form, done=done)


@members()
def attachment(request, pk):
    """The file itself: always to be saved, never shown."""
    row = get_object_or_404(Attachment, pk=pk)
    try:
        return handed_out(row, attachments.content(row))
    except FileNotFoundError as error:
        raise Http404("The content of this file is no longer here.") from error


@members()
def order_tags(request, pk):
    order = get_object_or_404(WorkOrder, pk=pk)
    if request.method != "POST":
        return redirect("workorder:order_detail", pk=pk)
    _demand(request.member, "set_tags", order)
    form = TagsForm(request.POST, auto_id="tags_%s")
    return press(request, order, "set_tags", tags.set_tags, show_order, form=form, done="Its tags are changed.")


def _demand(member, verb, obj):
    if not access.may(member, verb, obj):
        raise PermissionDenied("Your role does not include this, or it is somebody else's.")


def _back(subject):
    return redirect(reverse(f"workorder:{PAGES[subject.NOUN]}", args=[subject.pk]) + "#talk")
