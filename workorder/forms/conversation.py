"""What people say and bring, and the tags of an order."""

from django import forms

from workorder.forms.verbs import SeenForm
from workorder.problems import ALLOWED_WORDS, MAX_COMMENT, MAX_TAG, MAX_TAGS


class CommentEditForm(SeenForm):
    text = forms.CharField(label="Comment", max_length=MAX_COMMENT, widget=forms.Textarea(attrs={"rows": 3}))


class CommentForm(CommentEditForm):
    """`client_id` is made with the page, so that what is sent twice is said once."""

    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    field_order = ["version", "text", "client_id"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["text"].help_text = "@ and the first part of somebody's e-mail address tells them."


class AttachmentForm(SeenForm):
    file = forms.FileField(
        label="Bring a file",
        allow_empty_file=True,  # that it is empty is said by the verb
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in ALLOWED_WORDS.split(", "))}),
        help_text="At most 20 MB: drawings, pictures, documents, tables, ZIP.",
    )
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)


class TagsForm(SeenForm):
    """The tags of an order in one line. Known ones are offered as one types."""

    tags = forms.CharField(
        required=False,
        max_length=MAX_TAGS * (MAX_TAG + 2),
        help_text=f"Separated by commas, at most {MAX_TAGS}.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def words(self):
        return {"names": [name.strip() for name in self.cleaned_data["tags"].split(",") if name.strip()]}
