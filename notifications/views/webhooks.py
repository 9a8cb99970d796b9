"""Settings: endpoints of other programs, how they are doing, and what was sent to them. Admins only."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string

from dispatch.pages.settings import paged, save, take_away
from notifications.actions import webhooks
from notifications.forms.webhooks import WebhookEditForm, WebhookForm
from notifications.models import Webhook, WebhookCall
from notifications.queries.webhooks import health_of
from tenants.access import members
from tenants.errors import Invalid, Stale
from tenants.forms import SettingsForm
from tenants.pages import page
from tenants.states import DeliveryState, Role

PAGE_LENGTH = 50
LOG_LENGTH = 25


@members(role=Role.ADMIN)
def webhook_list(request):
    """A new one's secret is in this answer and nowhere else."""
    if request.method != "POST":
        return _show_all(request, form=WebhookForm())
    form = WebhookForm(request.POST)
    if form.is_valid():
        try:
            made, secret = webhooks.create(by=request.member, **form.words())
        except Invalid as refusal:
            form.take(refusal.problems)
        else:
            return _show_all(request, form=WebhookForm(), made=made, secret=secret)
    return _show_all(request, form=form, status=422)


@members()
def webhook_detail(request, pk):
    webhook = _looked_up(request, Webhook.objects.all(), pk)
    if request.method != "POST":
        return _show(request, webhook)
    form = WebhookEditForm.of(webhook, request.POST)

    def act():
        return webhooks.edit(webhook, by=request.member, seen=form.cleaned_data["version"], **form.words())

    again = partial(_show, request, webhook)
    back = ["notifications:webhook_detail", webhook.pk]
    return save(request, form, act, again, done=lambda saved: f"{saved}: saved.", back=back)


@members()
def webhook_remove(request, pk):
    webhook = _looked_up(request, Webhook.objects.all(), pk)
    if request.method != "POST":
        return redirect("notifications:webhook_detail", pk=pk)

    def act(seen):
        webhooks.remove(webhook, by=request.member, seen=seen)

    again = partial(_show, request, webhook)
    done = f"{webhook}: removed."
    return take_away(request, act, again, done=lambda _: done, back=["notifications:webhook_list"])


@members()
def webhook_test(request, pk):
    webhook = _looked_up(request, Webhook.objects.all(), pk)
    if request.method != "POST":
        return redirect("notifications:webhook_detail", pk=pk)

    def act(seen):
        return webhooks.try_out(webhook, by=request.member, seen=seen)

    again = partial(_show, request, webhook)
    back = ["notifications:webhook_detail", webhook.pk]
    return take_away(request, act, again, done=lambda _: "A test is on its way; look at the log below.", back=back)


@members()
def webhook_rotate(request, pk):
    """The new secret is in this answer and nowhere else."""
    webhook = _looked_up(request, Webhook.objects.all(), pk)
    if request.method != "POST":
        return redirect("notifications:webhook_detail", pk=pk)
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _show(request, webhook, status=422)
    try:
        changed, secret = webhooks.rotate_secret(webhook, by=request.member, seen=form.cleaned_data["version"])
    except Stale as other:
        return _show(request, webhook, fresh=other.obj, stale=True, status=409)
    return _show(request, changed, secret=secret)


@members()
def webhook_replay(request, pk):
    call = _looked_up(request, WebhookCall.objects.select_related("webhook"), pk)
    if request.method != "POST":
        return redirect("notifications:webhook_detail", pk=call.webhook_id)

    def act(seen):
        return webhooks.replay(call, by=request.member, seen=seen)

    again = partial(_show, request, call.webhook)
    back = ["notifications:webhook_detail", call.webhook_id]
    return take_away(request, act, again, done=lambda _: "It is being sent once more.", back=back)


def _looked_up(request, rows, pk):
    """What is somebody else's is missing for every role; what is ours is for admins."""
    found = get_object_or_404(rows, pk=pk)
    if not request.member.is_at_least(Role.ADMIN):
        raise PermissionDenied("Admins keep the endpoints of other programs.")
    return found


def _show_all(request, *, form, status=200, **values):
    rows = paged(request, Webhook.objects.order_by("name", "pk"), PAGE_LENGTH)
    health = health_of(rows)
    values |= {"form": form, "rows": rows, "lines": [(webhook, health[webhook.pk]) for webhook in rows]}
    return _answer(request, "webhooks", status=status, **values)


def _show(request, webhook, *, form=None, fresh=None, status=200, **values):
    webhook = fresh or Webhook.objects.get(pk=webhook.pk)  # as it is: the verb may have been refused halfway
    chosen = request.GET.get("state", "")
    calls = WebhookCall.objects.filter(webhook=webhook).select_related("event").prefetch_related("tries")
    calls = calls.filter(state=chosen) if chosen in DeliveryState.values else calls
    values |= {
        "webhook": webhook,
        "form": form or WebhookEditForm.of(webhook),
        "health": health_of([webhook])[webhook.pk],
        "listing": paged(request, calls.order_by("-asked_at", "-pk"), LOG_LENGTH),
        "chosen": chosen,
        "sample": render_to_string("notifications/verify.py.txt"),
        "states": [state for state in DeliveryState if state != DeliveryState.PARKED],
    }
    return _answer(request, "webhook", status=status, **values)


def _answer(request, name, *, status, **values):
    values = {"problems": (), "stale": False} | values
    answer = page(request, f"notifications/{name}.html", part=f"notifications/_{name}.html", status=status, **values)
    answer.headers["Cache-Control"] = "no-store"
    return answer
