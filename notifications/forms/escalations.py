"""An escalation policy as people write it down, step by step, and the hours in which waiting counts."""

import datetime

from django import forms

from dispatch.forms.people import Clock
from notifications.models import BusinessCalendar
from notifications.models.preferences import DAYS
from notifications.problems.escalations import CHOSEN, MOST_STEPS
from notifications.states import Audience, Transport, Trigger
from tenants.forms import FIRST_YEAR, LAST_YEAR, LocalMoment, SettingsForm
from tenants.models import Department, Member
from workorder.forms.orders import read_rows
from workorder.states import Priority

ANY = "Any"
UNITS = {"minutes": 1, "hours": 60, "days": 24 * 60}
WAYS = [(str(transport), str(Transport(transport).label)) for transport in CHOSEN]


class PolicyForm(SettingsForm):
    name = forms.CharField(max_length=120, help_text="It stands in what people are told.")
    trigger = forms.ChoiceField(label="It begins with", choices=Trigger.choices)
    if_department = forms.ModelChoiceField(label="If it is in", queryset=None, required=False, empty_label=ANY)
    if_priority = forms.ChoiceField(label="If its priority is", required=False, choices=[("", ANY), *Priority.choices])
    rank = forms.IntegerField(
        min_value=1, max_value=30_000, initial=10, help_text="Of several that fit, the lowest decides."
    )
    calendar = forms.ModelChoiceField(
        label="Waiting counts", queryset=None, required=False, empty_label="At every hour, nights and weekends included"
    )
    active = forms.BooleanField(label="It is asked", required=False, initial=True)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["if_department"].queryset = Department.objects.all()
        self.fields["calendar"].queryset = BusinessCalendar.objects.all()


class StepForm(forms.Form):
    """One step. Whom it may name is read once for all steps and handed in."""

    wait = forms.IntegerField(label="After", min_value=0, max_value=43_200, widget=forms.NumberInput({"class": "num"}))
    unit = forms.ChoiceField(label="Unit", choices=[(unit, unit) for unit in UNITS])
    audience = forms.ChoiceField(label="Tell", choices=Audience.choices)
    member = forms.TypedChoiceField(label="Who, if it is one member", required=False, empty_value=None)
    transports = forms.MultipleChoiceField(
        label="Over", required=False, choices=WAYS, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, people, **options):
        super().__init__(*args, **options)
        field = self.fields["member"]
        field.choices = [("", "Nobody in particular"), *((key, str(member)) for key, member in people.items())]
        field.coerce = people.get

    @property
    def step(self):
        said = self.cleaned_data
        return {
            "wait_minutes": said["wait"] * UNITS[said["unit"]],
            "audience": said["audience"],
            "member": said["member"],
            "transports": said["transports"],
        }


class LadderForm:
    """A policy with its steps: what the page shows and sends."""

    def __init__(self, data=None, *, initial=None, steps=None):
        people = {str(one.pk): one for one in Member.objects.active().select_related("user").order_by("user__name")}
        self.policy = PolicyForm(data, initial=initial)
        if data is None:
            rows = [{"wait": 30, "unit": "minutes", "audience": Audience.SUPERVISOR}] if steps is None else steps
            self.steps = [StepForm(prefix=f"steps-{i}", initial=row, people=people) for i, row in enumerate(rows)]
        else:
            filled = _rows(data)
            posted = {f"steps-{i}-{name}": text for i, row in enumerate(filled) for name, text in row.items()}
            self.steps = [StepForm(_Posted(posted), prefix=f"steps-{i}", people=people) for i in range(len(filled))]

    @classmethod
    def of(cls, policy):
        """A policy as it is, to be edited."""
        names = ("version", "name", "trigger", "if_priority", "rank", "active")
        facts = {name: getattr(policy, name) for name in names}
        facts |= {"if_department": policy.if_department_id, "calendar": policy.calendar_id}
        return cls(initial=facts, steps=[_as_typed(step) for step in policy.steps.all()])

    @classmethod
    def rearranged(cls, data):
        """What was typed, unjudged, with a step more (`add`) or less (`drop=2`)."""
        rows = _rows(data)
        if "add" in data and len(rows) < MOST_STEPS:
            rows.append({"wait": 30, "unit": "minutes", "audience": Audience.PLANNERS})
        number = data.get("drop", "")
        if number.isdecimal() and int(number) < len(rows):
            del rows[int(number)]
        form = cls(initial={name: data.get(name, "") for name in PolicyForm.base_fields}, steps=rows)
        if "add" in data and form.steps:
            form.steps[-1].fields["wait"].widget.attrs["autofocus"] = True
        return form

    def is_valid(self):
        judged = [self.policy.is_valid(), *(form.is_valid() for form in self.steps)]  # each says what is wrong with it
        return all(judged)

    @property
    def is_full(self):
        return len(self.steps) >= MOST_STEPS

    def words(self):
        return self.policy.words() | {"steps": [form.step for form in self.steps]}

    def take(self, problems):
        """Show what the verb refused beside the field it names, or on top."""
        for problem in problems:
            noun, number, name = ((problem.field or "").split(".") + ["", "", ""])[:3]
            if noun == "steps" and number.isdecimal() and int(number) < len(self.steps):
                name = "wait" if name == "wait_minutes" else name
                self.steps[int(number)].add_error(name, problem.message)
            else:
                self.policy.take([problem])


class _Posted(dict):
    """Rows as Django's widgets read what a browser sent."""

    def getlist(self, name):
        return self.get(name, [])


def _rows(data):
    rows = read_rows(data, StepForm, "steps")[:MOST_STEPS]
    numbers = sorted({int(name.split("-")[1]) for name in data if name.startswith("steps-") and _is_row(name)})
    for row, number in zip(rows, numbers, strict=False):
        row["transports"] = data.getlist(f"steps-{number}-transports")
    return rows


def _is_row(name):
    parts = name.split("-")
    return len(parts) == 3 and parts[1].isdecimal() and len(parts[1]) <= 4


def _as_typed(step):
    unit = next(unit for unit in ("days", "hours", "minutes") if step.wait_minutes % UNITS[unit] == 0)
    if not step.wait_minutes:
        unit = "minutes"
    return {
        "wait": step.wait_minutes // UNITS[unit],
        "unit": unit,
        "audience": step.audience,
        "member": str(step.member_id or ""),
        "transports": step.transports,
    }


class DryRunForm(forms.Form):
    """When it would begin. In the address, so that it can be shown to somebody."""

    at = LocalMoment(label="If it began", required=False)


class Holidays(forms.CharField):
    """A line per day: its date and, if you like, its name."""

    def __init__(self, **options):
        widget = forms.Textarea({"rows": 6, "placeholder": "2031-12-25 Christmas", "spellcheck": "false"})
        super().__init__(**{"required": False, "max_length": 20_000, "widget": widget} | options)

    def clean(self, value):
        found = {}
        for line in super().clean(value).splitlines():
            if line.strip():
                text, _, name = line.strip().partition(" ")
                found[self._day(text)] = name.strip()[:120]
        return found

    @staticmethod
    def _day(text):
        try:
            day = datetime.date.fromisoformat(text)
        except ValueError as error:
            raise forms.ValidationError(f"“{text[:20]}” is no date: write 2031-12-25.", code="invalid") from error
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(f"{text}: that year is a slip of the finger.", code="out_of_range")
        return day


class CalendarForm(SettingsForm):
    name = forms.CharField(max_length=120)
    days = forms.MultipleChoiceField(
        label="Open on",
        required=False,
        choices=[(day, day.capitalize()) for day in DAYS],
        initial=DAYS[:5],
        widget=forms.CheckboxSelectMultiple,
    )
    opens = Clock(initial=datetime.time(8))
    closes = Clock(initial=datetime.time(17))
    holidays = Holidays(help_text="A line per day, such as 2031-12-25 Christmas.")

    @classmethod
    def of(cls, calendar, data=None):
        facts = {name: getattr(calendar, name) for name in ("version", "name", "opens", "closes")}
        facts["days"] = [day for day in DAYS if getattr(calendar, day)]
        facts["holidays"] = "\n".join(f"{row.date} {row.name}".strip() for row in calendar.holidays.all())
        return cls(data, initial=facts)

    def words(self):
        said = super().words()
        chosen = said.pop("days")
        return said | {day: day in chosen for day in DAYS}

    def take(self, problems):
        for problem in problems:
            self.add_error("days" if problem.field in DAYS else problem.field, problem.message)
