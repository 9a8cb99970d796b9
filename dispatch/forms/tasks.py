"""The shape of giving a task away by hand, whole or in parts."""

from django import forms

from dispatch.states import LONGEST_REASON
from tenants.forms import LocalMoment
from tenants.models import Department, Member
from tenants.states import Role
from workorder.forms import LEAST, SeenForm, amount


class AssignForm(SeenForm):
    """To a person, or to a department's queue. Exactly one is the verb's rule, so both may be left open here."""

    member = forms.ModelChoiceField(label="Give it to", queryset=None, required=False, empty_label="Choose a person")
    department = forms.ModelChoiceField(
        label="Or to a queue", queryset=None, required=False, empty_label="Choose a department"
    )

    force = forms.CharField(label="Why it has to be, anyway", required=False, max_length=LONGEST_REASON)
    asks_why = False  # until something speaks against it that a reason may set aside

    def __init__(self, *args, department_id=None, **kwargs):
        super().__init__(*args, **kwargs)
        workers = Member.objects.active().at_least(Role.OPERATOR).select_related("user")
        self.fields["member"].queryset = workers.filter(department=department_id).order_by("user__name", "id")
        self.fields["department"].queryset = Department.objects.order_by("code")


class SplitForm(SeenForm):
    """Rows of how much, for whom and until when. Rows left blank are as good as not there."""

    FIRST_ROWS, MORE_ROWS, MOST_ROWS = 2, 3, 50
    COLUMNS = ("quantity", "member", "due_at")
    is_unfolded = False

    rows = forms.IntegerField(required=False, min_value=1, max_value=MOST_ROWS, widget=forms.HiddenInput)

    def __init__(self, data=None, *, count=None, **options):
        count = count or self._sent(data) or self.FIRST_ROWS
        super().__init__(data, **options)
        self.initial["rows"] = count
        offered = {str(member.pk): member for member in workers()}
        choices = by_department(offered.values())
        for number in range(count):
            self.fields[f"quantity_{number}"] = amount("Quantity", required=False, min_value=LEAST)
            self.fields[f"member_{number}"] = forms.TypedChoiceField(
                label="For", required=False, choices=choices, coerce=offered.get, empty_value=None
            )
            self.fields[f"due_at_{number}"] = LocalMoment(label="Due", required=False)
        self.count = count

    @classmethod
    def longer(cls, task, data):
        """With more rows, and with what was typed, unjudged."""
        typed = {name: data.get(name, "") for name in data if name != "rows"}
        count = min((cls._sent(data) or cls.FIRST_ROWS) + cls.MORE_ROWS, cls.MOST_ROWS)
        form = cls(count=count, initial=typed | {"version": task.version}, auto_id=id_of(task, "split"))
        form.is_unfolded = True
        return form

    @classmethod
    def _sent(cls, data):
        text = (data or {}).get("rows", "")
        return min(int(text), cls.MOST_ROWS) if text.isdecimal() and len(text) < 4 else None

    def lines(self):
        """The bound fields of each row."""
        return [[self[f"{name}_{number}"] for name in self.COLUMNS] for number in range(self.count)]

    def clean(self):
        for number in range(self.count):
            quantity, member, due_at = (self.cleaned_data.get(f"{name}_{number}") for name in self.COLUMNS)
            if quantity is None and (member or due_at) and f"quantity_{number}" not in self.errors:
                self.add_error(f"quantity_{number}", "How much of it?")

    def words(self):
        rows = [{name: self.cleaned_data[f"{name}_{n}"] for name in self.COLUMNS} for n in range(self.count)]
        return {"parts": [row for row in rows if row["quantity"] is not None]}


def workers():
    """Whoever may hold a task, by department and name."""
    found = Member.objects.active().at_least(Role.OPERATOR).exclude(department=None)
    return found.select_related("user", "department").order_by("department__code", "user__name", "id")


def by_department(members):
    """The choices of a person, grouped, after the one who is nobody yet."""
    groups = {}
    for member in members:
        groups.setdefault(str(member.department), []).append((str(member.pk), member.name))
    return [("", "Whoever is free"), *groups.items()]


def id_of(task, verb):
    """The ids of a form name its task, since many cards stand on one page."""
    return f"{verb}_{task.pk.hex[-12:]}_%s"
