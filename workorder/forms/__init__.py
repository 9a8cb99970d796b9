"""The shape of what pages send. Whether it may be done is the verbs' question; here it only has to be readable."""

from workorder.forms.lists import OrderFilter
from workorder.forms.orders import WorkForm
from workorder.forms.verbs import FORMS, SeenForm, amount

__all__ = ["FORMS", "OrderFilter", "SeenForm", "WorkForm", "amount"]
