"""The inbox. Everybody sees their own entries; somebody else's do not exist."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect

from notifications.actions import inbox as entries
from notifications.models import Notification
from notifications.queries import unread_count
from tenants.access import members
from tenants.pages import page, toast, trigger, wants_part

PAGE_LENGTH = 20


@members()
def inbox(request):
    return _show(request)


@members()
def counter(request):
    """The number beside "Inbox" alone; the inbox itself for whoever opens the address."""
    return page(request, "notifications/_counter.html") if wants_part(request) else _show(request)


@members()
def read(request, pk):
    if request.method != "POST":  # somebody came back from signing in
        return redirect("notifications:inbox")
    entry = get_object_or_404(Notification.objects.of(request.member), pk=pk)
    entries.read(entry, by=request.member)
    return _done(request, "Marked as read.")


@members()
def read_all(request):
    if request.method != "POST":
        return redirect("notifications:inbox")
    changed = entries.read_all(by=request.member)
    return _done(request, f"{changed} marked as read." if changed else "There was nothing unread.")


def _done(request, said):
    if not wants_part(request):
        messages.success(request, said)
        return redirect("notifications:inbox")
    return trigger(toast(_show(request), said), counts={"unread": unread_count(request.member)})


def _show(request):
    """Forms carry the address's parameters along, so the part that comes back is the one that was looked at."""
    only_unread = request.GET.get("show") == "unread"
    mine = Notification.objects.of(request.member)
    listing = Paginator(mine.unread() if only_unread else mine, PAGE_LENGTH).get_page(request.GET.get("page"))
    return page(
        request,
        "notifications/inbox.html",
        part="notifications/_inbox.html",
        listing=listing,
        only_unread=only_unread,
        unread=unread_count(request.member),
    )
