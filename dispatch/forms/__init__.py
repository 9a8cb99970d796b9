"""The shape of what pages of dispatch send."""

from dispatch.forms.tasks import AssignForm, SplitForm, id_of

__all__ = ["AssignForm", "SplitForm", "id_of"]
