"""Verbs as buttons, and how a pressed one is answered: upper apps answer with the same parts."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from tenants.access import contributed
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.ids import uuid7
from tenants.pages import toast, trigger, wants_part
from workorder import access, problems
from workorder.forms import FORMS, CompleteForm, OfferingForm, SeenForm, facts_of
from workorder.states import Rest
from workorder.templatetags.floor import REST, VERBS, Word

ROUTES = {
    "workorder": "order_verb",
    "process": "process_skip",
    "task": "task_verb",
    "ticket": "ticket_verb",
    "import": "import_verb",
}
PAGES = {"workorder": "order_detail", "task": "task_detail", "ticket": "ticket_detail", "import": "import_detail"}
ASKED = {"triage": ("priority", "department", "assigned_member"), "convert": ("customer",)}  # shown as they are


@dataclass(frozen=True)
class Button:
    """A verb the member may say now: its words, where it is sent, and the form that goes along."""

    verb: str
    word: Word
    url: str
    form: forms.Form

    @property
    def asks(self) -> bool:
        """Whether it needs words, and therefore unfolds instead of acting at once."""
        return bool(self.form.visible_fields())


@dataclass(frozen=True)
class Pressed:
    """A button that was refused: its form comes back with what was typed."""

    subject: Any
    verb: str
    form: forms.Form


def press(request, subject, verb, act, show, *, form, done, home=""):
    """Say the verb and answer with `show`: the part as it is then, with a toast; or the reasons why not.

    `done` is what the toast says, or makes it of what the verb answered. Without HTMX the answer leads to `home`, or
    else to the subject's page. 400s of a verb are 422 here, as for every
    form: HTMX swaps the part in, with the messages beside the fields.
    """
    pressed = Pressed(subject, verb, form)
    if not form.is_valid():
        return show(request, subject, pressed=pressed, status=422)
    words = form.words()
    try:
        acted = act(subject, by=request.member, seen=form.cleaned_data["version"], **words)
    except Invalid as refusal:
        left = _beside_fields(form, refusal.problems)
        return show(request, subject, pressed=pressed, problems=left, status=422)
    except NotAllowed as refusal:
        left = _beside_fields(form, refusal.problems)
        return show(request, subject, pressed=pressed if form.errors else None, problems=left, status=409)
    except Stale:
        return show(request, subject, stale=True, status=409)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    done = done(acted) if callable(done) else done
    if not wants_part(request):
        messages.success(request, done)
        return redirect(home or _url_of(subject))
    return told(request, toast(show(request, subject), done), changed=subject)


def _beside_fields(form, found):
    """Put each problem beside the field it names; answer those that name none that is shown."""
    shown = {field.name for field in form.visible_fields()}
    for problem in found:
        if problem.field in shown:
            form.add_error(problem.field, problem.message)
    return [problem for problem in found if problem.field not in shown]


def told(request, response, *, changed=None):
    """Add the counters of the frame, and a word to the other parts of this page that what they show has changed."""
    unread = [count([request.member.pk])[request.member.pk] for count in contributed("member", "unread")]
    if unread:
        trigger(response, counts={"unread": sum(unread)})
    if changed is not None:
        trigger(response, changed={"subject": changed.NOUN, "id": str(changed.pk)})
    return response


def _url_of(subject):
    """The page a thing is shown on. A process has none of its own: it is on its order's."""
    if subject.NOUN == "process":
        return reverse("workorder:order_detail", args=[subject.work_order_id])
    return reverse(f"workorder:{PAGES[subject.NOUN]}", args=[subject.pk])


def buttons_of(member, subject, *, pressed=None, without=(), offered=None):
    """The verbs of a subject as buttons, in the order a person would look for them.

    `offered` is what their forms let people choose from, by verb.
    """
    allowed = access.verbs(member, subject)
    words = VERBS[subject.NOUN]
    said = [verb for verb in words if verb in allowed and verb not in without]
    return [_button(subject, verb, words[verb], pressed, offered) for verb in said]


def _button(subject, verb, word, pressed, offered=None):
    url = reverse(f"workorder:{ROUTES[subject.NOUN]}", kwargs={"pk": subject.pk} | _named(subject, verb))
    if pressed and (pressed.subject.pk, pressed.verb) == (subject.pk, verb):
        return Button(verb, word, url, pressed.form)
    return Button(verb, word, url, form_of(subject, verb, offered=offered))


def rest_button(task):
    """Completing with what there is, where something is missing."""
    form = CompleteForm(
        initial={"version": task.version, "rest": Rest.NEW_TASK}, auto_id=f"complete_{task.pk.hex[-12:]}_%s"
    )
    url = reverse("workorder:task_verb", kwargs={"pk": task.pk, "verb": "complete"})
    return Button("rest", REST, url, form)


def _named(subject, verb):
    return {} if subject.NOUN == "process" else {"verb": verb}


def form_of(subject, verb, data=None, *, offered=None):
    """The form of a verb, empty or as sent. Its ids name the subject, since many cards stand on one page."""
    form = FORMS[subject.NOUN].get(verb, SeenForm)
    initial = {"version": subject.version}
    if verb in ("reschedule", "prioritize"):
        initial |= {"due_at": subject.due_at, "priority": subject.priority}
    if verb == "report":
        initial |= {"good": problems.plain(subject.quantity - subject.reported_quantity), "client_id": uuid7()}
    if subject.NOUN == "ticket":
        initial |= facts_of(subject, *ASKED.get(verb, ()))
    choices = {"offered": (offered or {}).get(verb, ())} if issubclass(form, OfferingForm) else {}
    return form(data, initial=initial, auto_id=f"{verb}_{subject.pk.hex[-12:]}_%s", **choices)
