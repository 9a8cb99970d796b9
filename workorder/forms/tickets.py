"""Tickets as people write them down, the words of their verbs, and the filters of their list."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q

from tenants.forms import LOCAL_MINUTE
from tenants.models import Department, Member
from tenants.states import Role
from workorder.forms.verbs import ReasonForm, SeenForm
from workorder.models import Customer, Ticket, WorkOrder
from workorder.models.orders import urgency
from workorder.problems import MAX_DESCRIPTION, MAX_WORDS
from workorder.states import Priority, TicketStatus

MOST_WORDS = 8


def workers():
    """Who can take care of something."""
    return Member.objects.active().at_least(Role.OPERATOR).select_related("user").order_by("user__name", "pk")


class TicketForm(SeenForm):
    title = forms.CharField(label="What is wrong, or wanted?", max_length=200)
    description = forms.CharField(
        required=False,
        max_length=MAX_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Where, since when, and what you have tried.",
    )
    priority = forms.ChoiceField(choices=Priority.choices, initial=Priority.NORMAL)
    department = forms.ModelChoiceField(queryset=None, required=False, empty_label="Not known")
    customer = forms.ModelChoiceField(queryset=None, required=False, empty_label="None")
    order_number = forms.CharField(
        label="Work order", required=False, max_length=20, help_text="The number of the order it is about."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.all()
        self.fields["customer"].queryset = Customer.objects.active()

    def clean_order_number(self):
        number = self.cleaned_data["order_number"].strip()
        if not number:
            return None
        order = WorkOrder.objects.filter(number__iexact=number).first()
        if order is None:
            raise ValidationError("There is no order with this number.", code="does_not_exist")
        return order

    def words(self):
        said = super().words()
        return said | {"work_order": said.pop("order_number")}


class TicketEditForm(TicketForm):
    """Who takes care of it may be changed as soon as it has been looked at."""

    assigned_member = forms.ModelChoiceField(queryset=None, label="Who", required=False, empty_label="Nobody yet")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assigned_member"].queryset = workers()


def edit_form_of(ticket, data=None):
    """The form in which a ticket is edited, as it is or as it was sent."""
    names = ["version", "title", "description", "priority", "department", "customer", "assigned_member"]
    initial = facts_of(ticket, *names) | {"order_number": ticket.work_order.number if ticket.work_order else ""}
    form = TicketForm if ticket.status == TicketStatus.NEW else TicketEditForm
    return form(data, initial=initial)


def facts_of(ticket, *names):
    """Its columns as a form takes them for a beginning."""
    return {name: getattr(ticket, Ticket._meta.get_field(name).attname) for name in names}


class TriageForm(SeenForm):
    priority = forms.ChoiceField(choices=Priority.choices)
    department = forms.ModelChoiceField(queryset=None, required=False, empty_label="Not known")
    assigned_member = forms.ModelChoiceField(queryset=None, label="Who", required=False, empty_label="Nobody yet")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.all()
        self.fields["assigned_member"].queryset = workers()


class ResolveForm(SeenForm):
    resolution = forms.CharField(label="What was done?", max_length=MAX_WORDS, widget=forms.Textarea(attrs={"rows": 3}))


class ConvertForm(SeenForm):
    customer = forms.ModelChoiceField(queryset=None, required=False, empty_label="Choose a customer")
    due_at = forms.DateTimeField(
        label="Due",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_MINUTE),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.active()


class TicketFilter(forms.Form):
    """The filters of the list, which live in the address. One that makes no sense is left out, the others hold."""

    ORDERS = {"created": "created_at", "title": "title", "priority": urgency(), "status": "status"}
    SORTS = [("", "Newest first"), ("created", "Oldest first"), ("-priority", "Most urgent first")]

    q = forms.CharField(label="Search", required=False, max_length=100, widget=forms.SearchInput)
    status = forms.ChoiceField(required=False, choices=[("", "Any"), ("open", "Open"), *TicketStatus.choices])
    priority = forms.ChoiceField(required=False, choices=[("", "Any"), *Priority.choices])
    department = forms.ModelChoiceField(queryset=None, required=False, empty_label="Any")
    order = forms.ChoiceField(label="Sort by", required=False, choices=SORTS)
    mine = forms.BooleanField(label="Mine only", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.all()
        other = self.data.get("order", "")
        if other.removeprefix("-") in self.ORDERS and other not in dict(self.SORTS):
            self.fields["order"].choices = [*self.SORTS, (other, "As the table says")]

    def chosen(self, member):
        """The tickets that pass, in the order asked for. Mine are those I reported or take care of."""
        self.is_valid()
        asked, found = self.cleaned_data, Ticket.objects.select_related("department", "assigned_member__user")
        for word in asked.get("q", "").split()[:MOST_WORDS]:
            found = found.filter(Q(title__icontains=word) | Q(description__icontains=word))
        if status := asked.get("status"):
            found = found.open() if status == "open" else found.filter(status=status)
        for name in ("priority", "department"):
            if asked.get(name):
                found = found.filter(**{name: asked[name]})
        if asked.get("mine"):
            found = found.filter(Q(reported_by=member) | Q(assigned_member=member))
        return self._sorted(found, asked.get("order") or "-created")

    def _sorted(self, found, by):
        expression = self.ORDERS[by.removeprefix("-")]
        column = F(expression) if isinstance(expression, str) else expression
        return found.order_by(column.desc() if by.startswith("-") else column.asc(), "-created_at", "-pk")

    @property
    def is_narrowed(self):
        return any(self.data.get(name) for name in ("q", "status", "priority", "department", "mine"))


TICKET_FORMS = {"triage": TriageForm, "resolve": ResolveForm, "reopen": ReasonForm, "convert": ConvertForm}
