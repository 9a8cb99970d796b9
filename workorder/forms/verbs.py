"""The words that go along with a verb. Whether it may be done is the verb's question."""

from django import forms

from tenants.forms import LocalMoment
from workorder.problems import plain
from workorder.states import Priority, Rest


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


class RescheduleForm(SeenForm):
    due_at = LocalMoment(label="New due date")
    reason = forms.CharField(label="Why?", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class PrioritizeForm(SeenForm):
    priority = forms.ChoiceField(choices=Priority.choices)
    reason = forms.CharField(label="Why?", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class OfferingForm(SeenForm):
    """A form with something to choose from, which is read once for all cards of a page and handed in."""

    NOTHING = ""

    def __init__(self, *args, offered=(), **options):
        super().__init__(*args, **options)
        self.offered = {str(row.pk): row for row in offered}
        if not self.offered:
            del self.fields[self.CHOICE]
            return
        field = self.fields[self.CHOICE]
        blank = [("", self.NOTHING)] if self.NOTHING else []
        field.choices = [*blank, *((key, self.said(row)) for key, row in self.offered.items())]
        field.coerce, field.empty_value = self.offered.get, None

    def said(self, row):
        return str(row)


class PauseForm(OfferingForm):
    """One press where the organization keeps no downtime codes; a question where it does."""

    CHOICE, NOTHING = "code", "No reason given"

    code = forms.TypedChoiceField(label="Why?", required=False)
    reason = forms.CharField(label="In your own words", required=False, max_length=500)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if not self.offered:
            self.fields["reason"].widget = forms.HiddenInput()


class CompleteForm(SeenForm):
    rest = forms.ChoiceField(required=False, choices=[("", ""), *Rest.choices], widget=forms.HiddenInput)


def amount(label, **options):
    """A quantity as people type it with a thumb: the keypad of a phone, no spinning arrows."""
    options = {"max_digits": 14, "decimal_places": 3, "min_value": 0} | options
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "class": "num"})
    return forms.DecimalField(label=label, widget=widget, **options)


class ReportForm(OfferingForm):
    """`client_id` is made with the page, so that a report sent twice over a bad line is one report."""

    CHOICE, NOTHING = "reason", "Choose a reason"

    good = amount("Good")
    defect = amount("Defect", required=False)
    reason = forms.TypedChoiceField(
        label="Why defect?", required=False, help_text="Needed when something is defect; for rework if you like."
    )
    rework = amount("For rework", required=False)
    minutes = amount("Minutes worked", required=False, max_digits=10, decimal_places=2)
    note = forms.CharField(required=False, max_length=500)
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def words(self):
        said = super().words()
        return said | {name: said[name] or 0 for name in ("good", "defect", "rework", "minutes")}


class MergeForm(OfferingForm):
    """Which of the other tasks of the process are to become one with this."""

    CHOICE = "parts"

    parts = forms.TypedMultipleChoiceField(label="Take over", widget=forms.CheckboxSelectMultiple)

    def said(self, row):
        return f"{plain(row.quantity)}: {row.assigned_member or 'nobody yet'}, {row.get_status_display().lower()}"

    def words(self):
        return {"parts": self.cleaned_data.get("parts") or []}


class TakeBackForm(SeenForm):
    note = forms.CharField(label="What was wrong?", required=False, max_length=500)


ORDER_FORMS = {
    "approve": CommentForm,
    "reject": RejectForm,
    "hold": ReasonForm,
    "reopen": ReasonForm,
    "cancel": ReasonForm,
    "reschedule": RescheduleForm,
    "prioritize": PrioritizeForm,
}
PROCESS_FORMS = {"skip": ReasonForm}
TASK_FORMS = {
    "report": ReportForm,
    "pause": PauseForm,
    "complete": CompleteForm,
    "merge": MergeForm,
    "cancel": ReasonForm,
}
FORMS = {"workorder": ORDER_FORMS, "process": PROCESS_FORMS, "task": TASK_FORMS}
