"""The form of an endpoint. Which kinds of events there are is asked when it is shown."""

from itertools import groupby

from django import forms

from notifications.queries.webhooks import kinds
from tenants.forms import SettingsForm


class WebhookForm(SettingsForm):
    name = forms.CharField(max_length=120, help_text="Which program it is.")
    url = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text="It gets a POST for each event. It has to be reachable from the internet.",
    )
    kinds = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [(kind, _word(kind)) for kind in kinds()]

    @property
    def groups(self):
        """(noun, its boxes) of the kinds of events, as the page shows them."""
        found = groupby(self["kinds"], key=lambda box: str(box.data["value"]).partition(".")[0])
        return [(noun.replace("_", " "), list(boxes)) for noun, boxes in found]

    @property
    def chosen(self):
        return len([box for box in self["kinds"] if box.data["selected"]])


class WebhookEditForm(WebhookForm):
    active = forms.BooleanField(label="Turned on", required=False)

    @classmethod
    def of(cls, webhook, data=None):
        names = ("version", "name", "url", "kinds", "active")
        return cls(data, initial={name: getattr(webhook, name) for name in names})


def _word(kind):
    return kind.partition(".")[2].replace("_", " ")
