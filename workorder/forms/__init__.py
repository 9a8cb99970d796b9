"""The shape of what pages send. Whether it may be done is the verbs' question; here it only has to be readable."""

from workorder.forms.conversation import AttachmentForm, CommentEditForm, CommentForm, TagsForm
from workorder.forms.imports import CopyForm, FileForm
from workorder.forms.lists import OrderFilter
from workorder.forms.orders import LEAST, WorkForm
from workorder.forms.policy import PolicyForm
from workorder.forms.reasons import ReasonEditForm, ReasonForm
from workorder.forms.tickets import TICKET_FORMS, TicketFilter, TicketForm, edit_form_of, facts_of
from workorder.forms.verbs import FORMS as BY_NOUN
from workorder.forms.verbs import CompleteForm, OfferingForm, SeenForm, TakeBackForm, amount

FORMS = BY_NOUN | {"ticket": TICKET_FORMS, "import": {}}

__all__ = [
    "FORMS",
    "LEAST",
    "AttachmentForm",
    "CommentEditForm",
    "CommentForm",
    "CompleteForm",
    "CopyForm",
    "FileForm",
    "OfferingForm",
    "OrderFilter",
    "PolicyForm",
    "ReasonEditForm",
    "ReasonForm",
    "SeenForm",
    "TagsForm",
    "TakeBackForm",
    "TicketFilter",
    "TicketForm",
    "WorkForm",
    "amount",
    "edit_form_of",
    "facts_of",
]
