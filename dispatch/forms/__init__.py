"""The shape of what pages of dispatch send."""

from dispatch.forms.board import BoardFilter, GiveForm
from dispatch.forms.reports import DaysFilter
from dispatch.forms.tasks import AssignForm, SplitForm, id_of

__all__ = [
    "AssignForm",
    "BoardFilter",
    "DaysFilter",
    "GiveForm",
    "SplitForm",
    "id_of",
]
