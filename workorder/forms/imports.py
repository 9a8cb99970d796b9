"""Orders that are not typed: a file of them, or an old one again."""

from django import forms

from tenants.ids import uuid7
from workorder.forms.verbs import SeenForm


class FileForm(forms.Form):
    file = forms.FileField(
        label="File",
        allow_empty_file=True,  # the reader of files says that it is empty
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text="CSV or XLSX, at most 5 MB, 5,000 rows and 20 columns.",
    )


class CopyForm(SeenForm):
    """`client_id` is made with the page, so that a button pressed twice makes one copy."""

    client_id = forms.UUIDField(required=False, initial=uuid7, widget=forms.HiddenInput)
