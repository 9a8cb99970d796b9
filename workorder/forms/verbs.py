"""The words that go along with a verb. Whether it may be done is the verb's question."""

from django import forms


class SeenForm(forms.Form):
    """A verb without words. `version` is what the page showed when the button was pressed."""

    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def words(self):
        """What goes to the verb, beside the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class CommentForm(SeenForm):
    comment = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class RejectForm(SeenForm):
    comment = forms.CharField(label="What has to change?", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(SeenForm):
    reason = forms.CharField(label="Why?", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class PauseForm(SeenForm):
    reason = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)


def amount(label, **options):
    """A quantity as people type it with a thumb: the keypad of a phone, no spinning arrows."""
    options = {"max_digits": 14, "decimal_places": 3, "min_value": 0} | options
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "class": "num"})
    return forms.DecimalField(label=label, widget=widget, **options)


class ReportForm(SeenForm):
    """`client_id` is made with the page, so that a report sent twice over a bad line is one report."""

    good = amount("Good")
    defect = amount("Defect", required=False)
    minutes = amount("Minutes worked", required=False, max_digits=10, decimal_places=2)
    note = forms.CharField(required=False, max_length=500)
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def words(self):
        said = super().words()
        return said | {name: said[name] or 0 for name in ("defect", "minutes")}


ORDER_FORMS = {
    "approve": CommentForm,
    "reject": RejectForm,
    "hold": ReasonForm,
    "reopen": ReasonForm,
    "cancel": ReasonForm,
}
PROCESS_FORMS = {"skip": ReasonForm}
TASK_FORMS = {"report": ReportForm, "pause": PauseForm, "cancel": ReasonForm}
FORMS = {"workorder": ORDER_FORMS, "process": PROCESS_FORMS, "task": TASK_FORMS}
