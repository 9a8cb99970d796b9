"""The filters of lists, which live in the address. One that makes no sense is left out, the others hold."""

from django import forms
from django.db.models import F, Q

from workorder.models import Customer, Tag, WorkOrder
from workorder.models.orders import urgency
from workorder.problems import MAX_TAG
from workorder.states import OrderStatus, Priority


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
    tag = forms.CharField(required=False, max_length=MAX_TAG)
    order = forms.ChoiceField(label="Sort by", required=False, choices=SORTS)
    late = forms.BooleanField(label="Late only", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.all()
        known = Tag.objects.in_use().values_list("name", flat=True)
        self.fields["tag"].widget = forms.Select(choices=[("", "Any"), *((name, name) for name in known)])
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
        if asked.get("tag"):
            orders = orders.tagged(asked["tag"])
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
        return any(self.data.get(name) for name in ("q", "status", "priority", "customer", "tag", "late"))
