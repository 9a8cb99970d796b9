"""The shape of what pages send. Whether it may be done is the verbs' question; here it only has to be readable."""

from workorder.forms.lists import OrderFilter
from workorder.forms.orders import WorkForm
from workorder.forms.tickets import TICKET_FORMS, TicketFilter, TicketForm, edit_form_of, facts_of
from workorder.forms.verbs import FORMS as BY_NOUN
from workorder.forms.verbs import SeenForm, amount

FORMS = BY_NOUN | {"ticket": TICKET_FORMS}

__all__ = [
    "FORMS",
    "OrderFilter",
    "SeenForm",
    "TicketFilter",
    "TicketForm",
    "WorkForm",
    "amount",
    "edit_form_of",
    "facts_of",
]
