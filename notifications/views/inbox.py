"""The inbox. Everybody sees their own entries; somebody else's do not exist."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from notifications.actions import inbox as entries
from notifications.forms.inbox import ChosenForm, InboxFilter, SeenForm
from notifications.models import Notification
from notifications.queries import timelines, unread_count
from tenants import context
from tenants.access import members
from tenants.errors import Invalid, Problem
from tenants.pages import page, page_number, toast, trigger, wants_part
from tenants.words import names_of

PAGE_LENGTH = 20
SAID = {"read": "marked as read", "archive": "archived"}


@members()
def inbox(request):
    return _show(request)


@members()
def counter(request):
    """The number beside "Inbox" alone; the inbox itself for whoever opens the address."""
    return page(request, "notifications/_counter.html") if wants_part(request) else _show(request)


@members()
def entry(request, pk):
    """One entry, and the proof of what became of it."""
    told = get_object_or_404(Notification.objects.of(request.member), pk=pk)
    return page(
        request,
        "notifications/entry.html",
        part="notifications/_entry.html",
        entry=told,
        timeline=timelines.timeline(told),
    )


@members()
def live_toast(request, pk):
    """What an open page shows for a moment when it is told of this entry; the entry itself for whoever opens it."""
    told = get_object_or_404(Notification.objects.of(request.member), pk=pk)
    return page(request, "notifications/_live_toast.html", entry=told) if wants_part(request) else entry(request, pk)


@members()
def read(request, pk):
    return _one(request, pk, entries.read, "Marked as read.")


@members()
def archive(request, pk):
    return _one(request, pk, entries.archive, "Archived.")


@members()
def unarchive(request, pk):
    return _one(request, pk, entries.unarchive, "Back in the inbox.")


@members()
def chosen(request):
    """Some of them at once, all or none."""
    if request.method != "POST":
        return redirect("notifications:inbox")
    form = ChosenForm(request.POST)
    if not form.is_valid():
        return _refused(request, [error for errors in form.errors.values() for error in errors])
    do, verb = form.cleaned_data["do"], {"read": entries.read_many, "archive": entries.archive_many}
    try:
        changed = verb[do](form.cleaned_data["ids"], by=request.member)
    except Invalid as refusal:
        return _refused(request, [problem.message for problem in refusal.problems])
    return _done(request, f"{changed} {SAID[do]}." if form.named else "Tick the entries you mean first.")


@members()
def read_all(request):
    """All that the filters let through and that was there when the page was made."""
    if request.method != "POST":
        return redirect("notifications:inbox")
    form, asked = SeenForm(request.POST), InboxFilter(request.GET)
    if not form.is_valid() or not asked.is_valid():
        return _refused(request, ["Look at the page again, then say what is read."])
    noun, pk = asked.subject or ("", None)
    changed = entries.read_all(
        by=request.member,
        kinds=[kind for kind, _ in asked.kinds],
        subject_type=noun,
        subject_id=pk,
        until=form.cleaned_data["until"],
    )
    return _done(request, f"{changed} marked as read." if changed else "There was nothing unread.")


def _one(request, pk, verb, said):
    if request.method != "POST":  # somebody came back from signing in
        return redirect("notifications:inbox")
    told = get_object_or_404(Notification.objects.of(request.member), pk=pk)
    verb(told, by=request.member)
    return _done(request, said)


def _done(request, said):
    if not wants_part(request):
        messages.success(request, said)
        return redirect("notifications:inbox")
    return trigger(toast(_show(request), said), counts={"unread": unread_count(request.member)})


def _refused(request, reasons):
    return _show(request, status=422, problems=[Problem("invalid", str(reason)) for reason in reasons])


def _show(request, *, status=200, problems=()):
    """Forms carry the address's parameters along, so the part that comes back is the one that was looked at.

    Nothing is counted but what is unread: the number of all one was ever told interests nobody, and would cost most.
    """
    asked = InboxFilter(request.GET)
    found, number = asked.listed(request.member), page_number(request)
    start = (number - 1) * PAGE_LENGTH
    rows = list(found[start : start + PAGE_LENGTH + 1])
    return page(
        request,
        "notifications/inbox.html",
        part="notifications/_inbox.html",
        status=status,
        problems=problems,
        asked=asked,
        about=_name_of(asked.subject),
        entries=rows[:PAGE_LENGTH],
        number=number,
        has_next=len(rows) > PAGE_LENGTH,
        unread=unread_count(request.member),
        seen_until=context.now().isoformat(),
    )


def _name_of(subject):
    """What the entries are about, by its name."""
    if not subject:
        return ""
    noun, pk = subject
    return names_of({noun: {pk}}).get(noun, {}).get(pk, "something that is gone")
