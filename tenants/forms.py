"""The shape of what the settings pages send, and a kind of field that forms of upper apps use too."""

import datetime

from django import forms
from django.core.exceptions import ValidationError

from tenants.models import Department, Member
from tenants.problems import DECIDES
from tenants.states import Role

LOCAL_MINUTE = "%Y-%m-%dT%H:%M"
FIRST_YEAR, LAST_YEAR = 2000, 2100


class LocalMoment(forms.DateTimeField):
    """A date and a time on the organization's wall, to the minute."""

    def __init__(self, **options):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_MINUTE)
        super().__init__(**{"widget": widget} | options)

    def clean(self, value):
        moment = super().clean(value)
        if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError("That year is a slip of the finger.", code="out_of_range")
        return moment


class SettingsForm(forms.Form):
    """`version` is what the page showed."""

    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def words(self):
        """What goes to the verb, beside the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def take(self, problems):
        """Show what a verb refused beside the field it names, or on top."""
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.message)


class PlaceForm(SettingsForm):
    role = forms.ChoiceField(choices=Role.choices, initial=Role.OPERATOR)
    department = forms.ModelChoiceField(queryset=None, required=False, empty_label="None")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.all()


class MemberForm(PlaceForm):
    email = forms.EmailField(label="E-mail", max_length=254)
    name = forms.CharField(
        required=False, max_length=120, help_text="For somebody new; who has an account keeps the name they have."
    )
    field_order = ["email", "name", "role", "department"]


class MemberEditForm(PlaceForm):
    active = forms.BooleanField(label="May come in", required=False)

    @classmethod
    def of(cls, member, data=None):
        names = {"version": member.version, "role": member.role, "department": member.department_id}
        return cls(data, initial=names | {"active": member.active})


class DepartmentForm(SettingsForm):
    code = forms.CharField(max_length=20)
    name = forms.CharField(max_length=120)
    parent = forms.ModelChoiceField(label="Part of", queryset=None, required=False, empty_label="Nothing larger")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Department.objects.all()

    @classmethod
    def of(cls, department, data=None):
        names = {name: getattr(department, name) for name in ("version", "code", "name")}
        form = cls(data, initial=names | {"parent": department.parent_id})
        form.fields["parent"].queryset = Department.objects.exclude(pk=department.pk)
        return form


class TokenForm(SettingsForm):
    LASTS = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("0", "until it is revoked")]

    name = forms.CharField(max_length=80, help_text="Which program or device has it, so that you can tell them apart.")
    lasts = forms.ChoiceField(label="Lasts", choices=LASTS, initial="90")
    read_only = forms.BooleanField(label="May only look", required=False)


class DeputyForm(SettingsForm):
    """Who stands in for whom. Whose deputy it is can be chosen by those who may name one for anybody."""

    member = forms.ModelChoiceField(queryset=None, label="For", empty_label=None)
    deputy = forms.ModelChoiceField(queryset=None, empty_label="Choose somebody")
    starts_at = LocalMoment(label="From", required=False, help_text="Left empty, it begins at once.")
    ends_at = LocalMoment(label="Until")

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        here = Member.objects.active().select_related("user").order_by("user__name", "user__email")
        colleagues = here.at_least(Role.OPERATOR)
        if by.is_at_least(Role.ADMIN):
            self.fields["member"].queryset = here.at_least(DECIDES)
            self.fields["member"].initial = by.pk
        else:
            del self.fields["member"]
            colleagues = colleagues.exclude(pk=by.pk)
        self.fields["deputy"].queryset = colleagues


class LedgerFilter(forms.Form):
    """The filters of the audit log, which live in the address. One that makes no sense is left out, the others hold."""

    COLUMNS = {"subject_type": "subject_type", "kind": "kind", "actor": "actor", "via": "via", "subject": "subject_id"}
    NOUNS = [
        ("workorder", "Work orders"),
        ("process", "Processes of orders"),
        ("task", "Tasks"),
        ("assignment", "Assignments"),
        ("ticket", "Tickets"),
        ("comment", "Comments"),
        ("attachment", "Files"),
        ("import", "Imports"),
        ("approval", "Approvals"),
        ("customer", "Customers"),
        ("product", "Products"),
        ("operation", "Processes of the catalogue"),
        ("reason_code", "Reasons"),
        ("rule", "Dispatch rules"),
        ("dispatch_policy", "Dispatch policy"),
        ("skill", "Skills"),
        ("member_skill", "Skills of members"),
        ("shift", "Shifts"),
        ("member_shift", "Shifts of members"),
        ("capacity", "Capacities"),
        ("absence", "Absences"),
        ("attendance", "Time clock"),
        ("badge", "Badges"),
        ("escalation", "Escalations"),
        ("escalation_policy", "Escalation policies"),
        ("business_calendar", "Business hours"),
        ("member", "Members"),
        ("department", "Departments"),
        ("deputy", "Deputies"),
        ("token", "API tokens"),
        ("approval_policy", "Approval policy"),
        ("platform", "The platform's staff"),
    ]

    subject_type = forms.ChoiceField(label="About", required=False, choices=[("", "Anything"), *NOUNS])
    kind = forms.ChoiceField(label="What happened", required=False)
    actor = forms.ModelChoiceField(label="Who", queryset=None, required=False, empty_label="Anybody")
    via = forms.ChoiceField(
        label="Through",
        required=False,
        choices=[("", "Any door"), ("page", "A page"), ("api", "The API"), ("job", "A job"), ("sync", "A device")],
    )
    after = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, kinds, zone, **options):
        super().__init__(*args, **options)
        self.zone = zone
        said = [(kind, kind.replace("_", " ").replace(".", " ")) for kind in kinds]
        self.fields["kind"].choices = [("", "Anything"), *said]
        self.fields["actor"].queryset = Member.objects.select_related("user").order_by("user__name", "pk")

    def chosen(self, events):
        """The events that pass. Days are those on the organization's wall, the last one included."""
        self.is_valid()
        asked = self.cleaned_data
        plain = {
            "subject_type": "subject_type",
            "kind": "kind",
            "actor": "actor",
            "via": "via",
            "subject": "subject_id",
        }
        events = events.filter(**{column: asked[name] for name, column in plain.items() if asked.get(name)})
        if asked.get("after"):
            events = events.filter(occurred_at__gte=self._midnight(asked["after"]))
        if asked.get("before"):
            events = events.filter(occurred_at__lt=self._midnight(asked["before"] + datetime.timedelta(days=1)))
        return events

    def _midnight(self, day):
        return datetime.datetime.combine(day, datetime.time(), self.zone)

    def clean(self):
        """Days of which there is no next one, or no midnight in UTC, are a slip of the finger."""
        for name in ("after", "before"):
            day = self.cleaned_data.get(name)
            if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, "That year is a slip of the finger.")
        return self.cleaned_data

    @property
    def is_narrowed(self):
        return any(self.data.get(name) for name in self.fields)
