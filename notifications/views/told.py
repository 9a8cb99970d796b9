"""Who was told of what, over what, and who was not and why: for admins, about everybody."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from notifications.forms.told import ToldFilter
from notifications.models import Notification
from notifications.queries import conservation, timelines, untold
from tenants.access import members
from tenants.pages import page, page_number
from tenants.states import Role

PAGE_LENGTH = 25


@members(role=Role.ADMIN)
def told_list(request):
    """Whoever names a person and a thing is answered for each event of it, told or not."""
    asked, number = ToldFilter(request.GET), page_number(request)
    start = (number - 1) * PAGE_LENGTH
    rows = list(asked.chosen()[start : start + PAGE_LENGTH + 1])
    return page(
        request,
        "notifications/told.html",
        part="notifications/_told.html",
        filter=asked,
        rows=rows[:PAGE_LENGTH],
        verdicts=untold.verdicts(asked.both[0], *asked.both[1]) if asked.both else None,
        number=number,
        has_next=len(rows) > PAGE_LENGTH,
    )


@members()
def told_entry(request, pk):
    """What became of anybody's notification. What it says beside its title is theirs."""
    told = get_object_or_404(Notification.objects.select_related("recipient__user"), pk=pk)
    if not request.member.is_at_least(Role.ADMIN):
        raise PermissionDenied("This needs the role admin.")
    return page(request, "notifications/told_entry.html", entry=told, timeline=timelines.timeline(told))


@members(role=Role.ADMIN)
def told_figures(request):
    """Whether all that was decided is accounted for, as one sample."""
    return page(request, "notifications/told_figures.html", figures=conservation.figures())
