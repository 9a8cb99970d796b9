"""The shape of asking to be away, of a punch, and of a badge held before the station."""

import datetime
import uuid
from dataclasses import replace

from django import forms

from dispatch.engine.availability import DAY, at_wall
from dispatch.forms.people import Clock, Day, PersonForm
from dispatch.states import AbsenceKind, Punch
from tenants.forms import FIRST_YEAR, LAST_YEAR, LocalMoment, SettingsForm
from tenants.states import Role
from workorder.forms import SeenForm

MIDNIGHT, NOON = datetime.time(), datetime.time(12)


class AbsenceForm(PersonForm):
    """Whole days, half a day, or from one time to another, on the organization's wall."""

    PARTS = [("days", "Whole days"), ("morning", "A morning"), ("afternoon", "An afternoon"), ("times", "From – to")]

    kind = forms.ChoiceField(choices=AbsenceKind.choices, initial=AbsenceKind.LEAVE)
    part = forms.ChoiceField(label="How long", choices=PARTS, initial="days")
    first_day = Day(label="First day")
    last_day = Day(label="Last day", required=False, help_text="Left empty, it is one day.")
    from_time = Clock(label="From", required=False, help_text="For From – to only.")
    to_time = Clock(label="To", required=False)
    note = forms.CharField(required=False, max_length=500)

    field_order = ["member", "kind", "part", "first_day", "last_day", "from_time", "to_time", "note"]

    def __init__(self, *args, by, **options):
        """Whoever leads nobody asks for themselves, and is not asked for whom."""
        super().__init__(*args, by=by, **options)
        self.zone = by.organization.zone
        if by.is_at_least(Role.SUPERVISOR):
            field = self.fields["member"]
            field.label, field.required = "For", False
            field.choices = [("", "Yourself"), *field.choices[1:]]
        else:
            del self.fields["member"]

    def clean(self):
        found = self.cleaned_data
        if self.errors:
            return found
        first, last = found["first_day"], found.get("last_day") or found["first_day"]
        for name, date in (("first_day", first), ("last_day", last)):
            if not FIRST_YEAR <= date.year <= LAST_YEAR:
                self.add_error(name, "That year is a slip of the finger.")
        if found["part"] == "times":
            for name in ("from_time", "to_time"):
                if found.get(name) is None:
                    self.add_error(name, "At what time?")
        elif found["part"] != "days" and last != first:
            self.add_error("last_day", "Half a day is within one day.")
        return found

    def words(self):
        found = super().words()
        first, last = found.pop("first_day"), found.pop("last_day")
        last = last or first
        part, start, end = found.pop("part"), found.pop("from_time"), found.pop("to_time")
        spans = {
            "days": ((first, MIDNIGHT), (last + DAY, MIDNIGHT)),
            "morning": ((first, MIDNIGHT), (first, NOON)),
            "afternoon": ((first, NOON), (first + DAY, MIDNIGHT)),
            "times": ((first, start), (last, end)),
        }
        begins, over = (at_wall(date, wall, self.zone) for date, wall in spans[part])
        if found.get("member") is None:
            found.pop("member", None)  # oneself
        return found | {"starts_at": begins, "ends_at": over}

    def take(self, problems):
        """The verb speaks of moments, the form of days."""
        named = {"starts_at": "first_day", "ends_at": "last_day"}
        super().take(replace(problem, field=named.get(problem.field, problem.field)) for problem in problems)


class AnswerForm(SeenForm):
    """What is said to a request: a refusal needs words, which is the verb's rule."""

    comment = forms.CharField(label="Answer", required=False, max_length=500)


class CancelForm(SeenForm):
    reason = forms.CharField(required=False, max_length=500)


ABSENCE_FORMS = {"approve": AnswerForm, "reject": AnswerForm, "cancel": CancelForm}


class OnceForm(SettingsForm):
    """Sent twice by an impatient thumb, it is said once."""

    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("client_id", uuid.uuid4())


class PunchForm(OnceForm):
    punch = forms.ChoiceField(choices=Punch.choices)


class AddPunchForm(PersonForm, OnceForm):
    """What somebody forgot to tell the clock, told by who answers for them."""

    punch = forms.ChoiceField(label="What", choices=Punch.choices)
    at = LocalMoment(label="When")
    note = forms.CharField(label="Why it is added", max_length=200)
    field_order = ["member", "punch", "at", "note"]


class BadgeForm(OnceForm):
    """A scanner types the code and presses Enter."""

    badge = forms.CharField(
        max_length=100, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false"})
    )
