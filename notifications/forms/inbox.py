"""What the inbox can be narrowed to, and which of its entries somebody chose."""

import re
import uuid

from django import forms

from notifications.actions.inbox import MOST_AT_ONCE
from notifications.models import Notification
from notifications.states import Kind

ABOUT = re.compile(r"([a-z_]{1,30}):([0-9a-f-]{36})")


class InboxFilter(forms.Form):
    """The filters of the inbox, which live in the address. One that makes no sense is left out, the others hold."""

    show = forms.ChoiceField(
        required=False, choices=[("", "All"), ("unread", "Unread"), ("archived", "Archived")], initial=""
    )
    kind = forms.MultipleChoiceField(required=False, choices=Kind.choices, widget=forms.CheckboxSelectMultiple)
    about = forms.RegexField(ABOUT, required=False)

    def listed(self, member):
        """The member's entries that pass, newest first."""
        self.is_valid()
        asked, entries = self.cleaned_data, Notification.objects.of(member)
        if asked.get("show") == "archived":
            entries = entries.archived()
        else:
            entries = entries.unread() if asked.get("show") == "unread" else entries.in_inbox()
        if asked.get("kind"):
            entries = entries.filter(kind__in=asked["kind"])
        if subject := self.subject:
            entries = entries.filter(subject_type=subject[0], subject_id=subject[1])
        return entries

    @property
    def show_(self):
        return self.cleaned_data.get("show", "")

    @property
    def kinds(self):
        """The kinds that were asked for, with their labels."""
        return [(kind, Kind(kind).label) for kind in self.cleaned_data.get("kind") or ()]

    @property
    def subject(self):
        """(noun, id) of what the entries are about, if that was asked."""
        noun, _, pk = (self.cleaned_data.get("about") or "").partition(":")
        try:
            return (noun, uuid.UUID(pk)) if noun else None
        except ValueError:
            return None

    @property
    def is_narrowed(self):
        return bool(self.kinds or self.subject)


class ChosenForm(forms.Form):
    """Some entries, and what is to be done with them."""

    do = forms.ChoiceField(choices=[("read", "Mark as read"), ("archive", "Archive")])

    def __init__(self, data):
        super().__init__(data)
        self.named = data.getlist("ids")

    def clean(self):
        try:
            self.cleaned_data["ids"] = [uuid.UUID(pk) for pk in self.named]
        except ValueError:
            raise forms.ValidationError("These are no entries.") from None
        if len(self.named) > MOST_AT_ONCE:
            raise forms.ValidationError(f"At most {MOST_AT_ONCE} at once.")
        return self.cleaned_data


class SeenForm(forms.Form):
    """Up to when somebody had seen the inbox when they said "all"."""

    until = forms.DateTimeField(required=False)
