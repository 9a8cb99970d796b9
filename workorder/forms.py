"""The shape of what pages send. Whether it may be done is the verbs' question; here it only has to be readable."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q

from workorder.models import Customer, Process, Product, WorkOrder
from workorder.models.orders import urgency
from workorder.problems import plain
from workorder.states import OrderStatus, Priority

MOST_ROWS = 50
LEAST = Decimal("0.001")
LOCAL_MINUTE = "%Y-%m-%dT%H:%M"


class SeenForm(forms.Form):
    """A verb without words. `version` is what the page showed when the button was pressed."""

    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def words(self):
        """What goes to the verb, beside the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class CommentForm(SeenForm):
    comment = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class RejectForm(SeenForm):
    comment = forms.CharField(label="What has to change?", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(SeenForm):
    reason = forms.CharField(label="Why?", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class PauseForm(SeenForm):
    reason = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)


def amount(label, **options):
    """A quantity as people type it with a thumb: the keypad of a phone, no spinning arrows."""
    options = {"max_digits": 14, "decimal_places": 3, "min_value": 0} | options
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "class": "num"})
    return forms.DecimalField(label=label, widget=widget, **options)


class ReportForm(SeenForm):
    """`client_id` is made with the page, so that a report sent twice over a bad line is one report."""

    good = amount("Good")
    defect = amount("Defect", required=False)
    minutes = amount("Minutes worked", required=False, max_digits=10, decimal_places=2)
    note = forms.CharField(required=False, max_length=500)
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def words(self):
        said = super().words()
        return said | {name: said[name] or 0 for name in ("defect", "minutes")}


ORDER_FORMS = {
    "approve": CommentForm,
    "reject": RejectForm,
    "hold": ReasonForm,
    "reopen": ReasonForm,
    "cancel": ReasonForm,
}
PROCESS_FORMS = {"skip": ReasonForm}
TASK_FORMS = {"report": ReportForm, "pause": PauseForm, "cancel": ReasonForm}
FORMS = {"workorder": ORDER_FORMS, "process": PROCESS_FORMS, "task": TASK_FORMS}


class OrderFilter(forms.Form):
    """The filters of the list, which live in the address. One that makes no sense is left out, the others hold."""

    ORDERS = {
        "number": "number",
        "customer": "customer__name",
        "due": "due_at",
        "priority": urgency(),
        "status": "status",
        "progress": "progress",
    }
    SORTS = [
        ("", "Newest first"),
        ("due", "Due first"),
        ("-priority", "Most urgent first"),
        ("progress", "Least progress first"),
        ("customer", "Customer"),
        ("number", "Oldest first"),
    ]

    q = forms.CharField(label="Search", required=False, max_length=100, widget=forms.SearchInput)
    status = forms.ChoiceField(required=False, choices=[("", "Any"), ("open", "Open"), *OrderStatus.choices])
    priority = forms.ChoiceField(required=False, choices=[("", "Any"), *Priority.choices])
    customer = forms.ModelChoiceField(queryset=None, required=False, empty_label="Any")
    order = forms.ChoiceField(label="Sort by", required=False, choices=SORTS)
    late = forms.BooleanField(label="Late only", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.all()
        other = self.data.get("order", "")
        if other.removeprefix("-") in self.ORDERS and other not in dict(self.SORTS):
            self.fields["order"].choices = [*self.SORTS, (other, "As the table says")]

    def chosen(self, moment):
        """The orders that pass, in the order asked for."""
        self.is_valid()
        asked, orders = self.cleaned_data, WorkOrder.objects.with_customer()
        if asked.get("q"):
            orders = orders.filter(self._words(asked["q"]))
        if status := asked.get("status"):
            orders = orders.open() if status == "open" else orders.filter(status=status)
        if asked.get("priority"):
            orders = orders.filter(priority=asked["priority"])
        if asked.get("customer"):
            orders = orders.of_customer(asked["customer"])
        if asked.get("late"):
            orders = orders.late(moment)
        return self._sorted(orders, asked.get("order") or "-number")

    @staticmethod
    def _words(text):
        columns = ("number", "title", "customer__name", "customer_reference")
        found = Q()
        for word in text.split()[:8]:
            found &= Q(*((f"{column}__icontains", word) for column in columns), _connector=Q.OR)
        return found

    def _sorted(self, orders, by):
        expression = self.ORDERS[by.removeprefix("-")]
        column = F(expression) if isinstance(expression, str) else expression
        way = column.desc(nulls_last=True) if by.startswith("-") else column.asc(nulls_last=True)
        return orders.order_by(way, "-number")

    @property
    def is_narrowed(self):
        return any(self.data.get(name) for name in ("q", "status", "priority", "customer", "late"))


class OrderForm(SeenForm):
    customer = forms.ModelChoiceField(queryset=None, empty_label="Choose a customer")
    title = forms.CharField(max_length=200, help_text="What it is, in the customer's words.")
    priority = forms.ChoiceField(choices=Priority.choices, initial=Priority.NORMAL)
    due_at = forms.DateTimeField(
        label="Due",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_MINUTE),
        help_text="Needed before it can be submitted.",
    )
    customer_reference = forms.CharField(label="Customer's reference", required=False, max_length=80)
    budget = amount("Budget", required=False, decimal_places=2)
    notes = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.active()

    def clean_due_at(self):
        due_at = self.cleaned_data["due_at"]
        if due_at and not 2000 <= due_at.year <= 2100:
            raise ValidationError("That year is a slip of the finger.", code="out_of_range")
        return due_at


class RowForm(forms.Form):
    """One row. What it may choose from is read once for all rows and handed in: a query per row would add up."""

    def __init__(self, *args, offered, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields[self.CHOICE]
        field.choices = [("", f"Choose a {self.CHOICE}"), *((key, str(row)) for key, row in offered.items())]
        field.coerce = offered.get

    def take_focus(self):
        self.fields[self.CHOICE].widget.attrs["autofocus"] = True


class LineForm(RowForm):
    CHOICE, MODEL, ALWAYS_ONE = "product", Product, True

    product = forms.TypedChoiceField()
    quantity = amount("Quantity", min_value=LEAST)


class FreeProcessForm(RowForm):
    CHOICE, MODEL, ALWAYS_ONE = "process", Process, False

    process = forms.TypedChoiceField()
    quantity = amount("Quantity", min_value=LEAST)
    parallel_with_previous = forms.BooleanField(label="Beside the one before", required=False)


class Rows:
    """The rows of one kind under an order. Rows left blank are as good as not there, so nobody has to remove them."""

    def __init__(self, form, prefix, *, data=None, initial=()):
        offered = {str(row.pk): row for row in form.MODEL.objects.active()}
        if data is None:
            self.forms = [
                form(prefix=f"{prefix}-{i}", initial=values, offered=offered) for i, values in enumerate(initial)
            ]
        else:
            filled = [values for values in read_rows(data, form, prefix) if any(values.values())]
            posted = {f"{prefix}-{i}-{name}": text for i, values in enumerate(filled) for name, text in values.items()}
            self.forms = [form(posted, prefix=f"{prefix}-{i}", offered=offered) for i in range(len(filled))]
        self.blank = [form(prefix=f"{prefix}-0", offered=offered)] if form.ALWAYS_ONE else []

    def is_valid(self):
        judged = [form.is_valid() for form in self.forms]  # every row says what is wrong with it, not the first only
        return all(judged) and len(judged) <= MOST_ROWS

    @property
    def shown(self):
        """What the page has room for: a blank row where there is none, if most orders have one."""
        return self.forms or self.blank

    @property
    def values(self):
        return [form.cleaned_data for form in self.forms]

    @property
    def is_full(self):
        return len(self.forms) >= MOST_ROWS


def read_rows(data, form, prefix):
    """The texts of each row as they were sent, in the order of their numbers."""
    found = (re.fullmatch(rf"{prefix}-(\d{{1,4}})-\w+", name) for name in data)
    numbers = sorted({int(match[1]) for match in found if match})[: MOST_ROWS + 1]
    return [{name: data.get(f"{prefix}-{n}-{name}", "") for name in form.base_fields} for n in numbers]


class WorkForm:
    """An order with its rows: what the create and the edit page show and send."""

    KINDS = {"lines": LineForm, "processes": FreeProcessForm}

    def __init__(self, data=None, *, initial=None, rows=None):
        rows = rows or {}
        self.order = OrderForm(data, initial=initial)
        self.lines = Rows(LineForm, "lines", data=data, initial=rows.get("lines", []))
        self.processes = Rows(FreeProcessForm, "processes", data=data, initial=rows.get("processes", []))

    @classmethod
    def rearranged(cls, data):
        """What was typed, unjudged, with a row more (`add=lines`) or less (`drop=lines-2`)."""
        rows = {name: read_rows(data, form, name) for name, form in cls.KINDS.items()}
        if (kind := data.get("add")) in rows and len(rows[kind]) < MOST_ROWS:
            rows[kind].append({})
        kind, _, number = data.get("drop", "").partition("-")
        if kind in rows and number.isdecimal() and int(number) < len(rows[kind]):
            del rows[kind][int(number)]
        work = cls(initial={name: data.get(name, "") for name in OrderForm.base_fields}, rows=rows)
        if data.get("add") in rows:
            getattr(work, data["add"]).forms[-1].take_focus()
        return work

    @classmethod
    def of(cls, order):
        """A draft as it is, to be edited."""
        facts = {name: getattr(order, name) for name in OrderForm.base_fields}
        lines = [{"product": str(line.product_id), "quantity": plain(line.quantity)} for line in order.lines.all()]
        free = [
            {
                "process": str(process.process_id),
                "quantity": plain(process.quantity),
                "parallel_with_previous": process.parallel_with_previous,
            }
            for process in order.processes.all()
            if process.line_id is None
        ]
        return cls(initial=facts, rows={"lines": lines, "processes": free})

    def is_valid(self):
        judged = [part.is_valid() for part in (self.order, self.lines, self.processes)]
        return all(judged)

    def take(self, problems):
        """Show what a verb refused beside the field it names, or on top."""
        for problem in problems:
            self.order.add_error(problem.field if problem.field in self.order.fields else None, problem.message)

    @property
    def values(self):
        return self.order.words() | {"lines": self.lines.values, "processes": self.processes.values}
