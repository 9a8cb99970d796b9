"""The shape of what settings pages send: skills, shifts, who has and works them, capacity and policy."""

from django import forms

from dispatch import problems
from dispatch.models import Shift, Skill
from dispatch.models.people import WEEKDAYS
from tenants.forms import SettingsForm
from tenants.models import Member
from workorder.forms import amount

LEVELS = [(1, "1 – learns it"), (2, "2 – with help"), (3, "3 – can do it"), (4, "4 – well"), (5, "5 – teaches it")]
NUMERIC = {"inputmode": "numeric", "class": "num"}


class Day(forms.DateField):
    """A date, chosen from the browser's calendar."""

    def __init__(self, **options):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class Clock(forms.TimeField):
    """A time of day on the organization's wall."""

    def __init__(self, **options):
        super().__init__(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **options)


def number(label, name, *, required=True, help_text=""):
    least, most = problems.POLICY_BOUNDS[name]
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        required=required,
        help_text=help_text,
        widget=forms.NumberInput(attrs=NUMERIC),
    )


class PersonForm(SettingsForm):
    """About one of those whom `by` cares for. Others can be named all the same, and are refused by role."""

    member = forms.ModelChoiceField(label="Who", queryset=None, empty_label="Choose somebody")

    def __init__(self, *args, by, **options):
        super().__init__(*args, **options)
        here = Member.objects.active().select_related("user", "department").order_by("user__name", "user__email")
        field = self.fields["member"]
        field.queryset = here
        own = here if by.is_at_least("planner") else here.filter(department=by.department_id)
        field.choices = [("", field.empty_label), *((str(row.pk), _said(row)) for row in own)]


class SkillForm(SettingsForm):
    code = forms.CharField(max_length=60, help_text="What processes ask for, letter by letter.")
    name = forms.CharField(max_length=120)
    implies = forms.ModelChoiceField(
        label="Brings along",
        queryset=None,
        required=False,
        empty_label="Nothing else",
        help_text="Whoever has this one has that one too.",
    )

    def __init__(self, *args, but=None, **options):
        super().__init__(*args, **options)
        self.fields["implies"].queryset = Skill.objects.exclude(pk=but)


class SkillEditForm(SkillForm):
    active = forms.BooleanField(
        required=False, label="In use", help_text="Out of use, it counts for nothing: unstarted work goes to others."
    )

    @classmethod
    def of(cls, skill, data=None):
        initial = {name: getattr(skill, name) for name in ("version", "code", "name", "active")}
        return cls(data, initial=initial | {"implies": skill.implies_id}, but=skill.pk)


class CertificateForm(SettingsForm):
    level = forms.TypedChoiceField(choices=LEVELS, coerce=int, initial=3)
    certified_until = Day(required=False, label="Certified until", help_text="The last day. Left empty: for good.")

    @classmethod
    def of(cls, row, data=None):
        return cls(data, initial={name: getattr(row, name) for name in ("version", "level", "certified_until")})


class GrantForm(PersonForm, CertificateForm):
    skill = forms.ModelChoiceField(label="Can do", queryset=None, empty_label="Choose a skill")
    field_order = ["member", "skill", "level", "certified_until"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["skill"].queryset = Skill.objects.filter(active=True)


class ShiftForm(SettingsForm):
    name = forms.CharField(max_length=80)
    starts = Clock()
    ends = Clock(
        help_text="On the next day if it is not later than the start; the same time as the start is a whole day."
    )
    days = forms.MultipleChoiceField(
        label="Starts on",
        choices=[(day, day.title()) for day in WEEKDAYS],
        initial=list(WEEKDAYS[:5]),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "A shift falls on at least one day of the week."},
    )

    def words(self):
        words = super().words()
        chosen = words.pop("days")
        return words | {day: day in chosen for day in WEEKDAYS}

    def take(self, found):
        super().take([problem for problem in found if problem.field not in WEEKDAYS])
        for problem in found:
            if problem.field in WEEKDAYS:
                self.add_error("days", problem.message)


class ShiftEditForm(ShiftForm):
    active = forms.BooleanField(required=False, label="In use")

    @classmethod
    def of(cls, shift, data=None):
        initial = {name: getattr(shift, name) for name in ("version", "name", "starts", "ends", "active")}
        return cls(data, initial=initial | {"days": [day for day in WEEKDAYS if getattr(shift, day)]})


class DaysForm(SettingsForm):
    since = Day(label="From")
    until = Day(required=False, label="To", help_text="The last day. Left empty: until further notice.")

    @classmethod
    def of(cls, row, data=None):
        return cls(data, initial={name: getattr(row, name) for name in ("version", "since", "until")})


class WorkForm(PersonForm, DaysForm):
    shift = forms.ModelChoiceField(queryset=None, empty_label="Choose a shift")
    field_order = ["member", "shift", "since", "until"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["shift"].queryset = Shift.objects.filter(active=True)


class CapacityForm(SettingsForm):
    open_minutes = amount(
        "Open work at most",
        required=False,
        decimal_places=2,
        max_value=problems.MAX_OPEN_MINUTES,
        help_text="In minutes. Left empty: as much as everybody.",
    )
    running_tasks = forms.IntegerField(
        label="Tasks running at once",
        min_value=1,
        max_value=problems.MAX_RUNNING,
        widget=forms.NumberInput(attrs=NUMERIC),
        help_text="Usually one. More for somebody who watches several machines.",
    )

    @classmethod
    def of(cls, capacity, data=None):
        return cls(data, initial={name: getattr(capacity, name) for name in cls.base_fields})


class DispatchPolicyForm(SettingsForm):
    time_clock = forms.BooleanField(
        required=False,
        label="There is a time clock",
        help_text="Then only who is clocked in is given work unasked.",
    )
    open_minutes = amount(
        "Open work one member may have",
        decimal_places=2,
        min_value=1,
        max_value=problems.MAX_OPEN_MINUTES,
        help_text="In minutes, where nothing else is said of them. 2400 is a week of eight-hour days.",
    )
    plan_days = number("A plan looks ahead", "plan_days", help_text="In days.")
    undo_minutes = number("A published plan can be undone for", "undo_minutes", help_text="In minutes. 0: not at all.")
    approval_from = number(
        "A plan needs approval from so many tasks on",
        "approval_from",
        required=False,
        help_text="If it moves as many, somebody else has to agree. Left empty: never.",
    )
    move_penalty = number(
        "Moving published work has to gain",
        "move_penalty",
        help_text="In minutes of lateness: what is published stays with whom it is, unless this much is gained.",
    )

    @classmethod
    def of(cls, policy, data=None):
        return cls(data, initial={name: getattr(policy, name) for name in cls.base_fields})


def _said(member):
    return f"{member.name} ({member.department})" if member.department else member.name
