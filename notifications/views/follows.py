"""Following and muting one thing."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from notifications.forms.follows import WishForm
from notifications.pages.follows import follow_values
from notifications.queries.follows import of_member
from tenants.access import members
from tenants.errors import Problem
from tenants.pages import page, toast, wants_part
from workorder.queries import SUBJECTS

SAID = {
    "follow": "You follow this now.",
    "mute": "You will hear no more of this.",
    "forget": "As if you had said nothing about this.",
}


@members()
def follow(request, pk, noun):
    """The buttons alone, on a page of their own for whoever opens the address."""
    thing = get_object_or_404(SUBJECTS[noun].objects, pk=pk)
    if request.method != "POST":
        return _show(request, thing)
    form = WishForm(request.POST)
    if not form.is_valid():
        said = form.errors["wish"][0]
        return _show(request, thing, status=422, problems=[Problem("invalid", said, "wish")])
    form.verb(thing, by=request.member)
    said = SAID[form.cleaned_data["wish"]]
    if wants_part(request):
        return toast(_show(request, thing), said)
    messages.success(request, said)
    return redirect(follow_values(thing, None)["thing_url"])


def _show(request, thing, *, status=200, problems=()):
    said = of_member([thing], request.member).get(thing.pk)
    return page(
        request,
        "notifications/follow.html",
        part="notifications/_follow.html",
        status=status,
        problems=problems,
        **follow_values(thing, said),
    )
