"""An order as people write it down: its facts, and rows of products and processes."""

import re
from decimal import Decimal

from django import forms

from tenants.forms import LocalMoment
from tenants.ids import uuid7
from workorder.forms.verbs import SeenForm, amount
from workorder.models import Customer, Process, Product
from workorder.problems import plain
from workorder.states import Priority

MOST_ROWS = 50
LEAST = Decimal("0.001")


class OrderForm(SeenForm):
    customer = forms.ModelChoiceField(queryset=None, empty_label="Choose a customer")
    title = forms.CharField(max_length=200, help_text="What it is, in the customer's words.")
    priority = forms.ChoiceField(choices=Priority.choices, initial=Priority.NORMAL)
    due_at = LocalMoment(label="Due", required=False, help_text="Needed before it can be submitted.")
    customer_reference = forms.CharField(label="Customer's reference", required=False, max_length=80)
    budget = amount("Budget", required=False, decimal_places=2)
    notes = forms.CharField(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    client_id = forms.UUIDField(required=False, initial=uuid7, widget=forms.HiddenInput)  # sent twice, written once

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.active()


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
        facts = {name: value for name, value in self.order.words().items() if name != "client_id"}
        return facts | {"lines": self.lines.values, "processes": self.processes.values}

    @property
    def client_id(self):
        return self.order.cleaned_data["client_id"]
