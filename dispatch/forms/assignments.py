"""What people say about work that somebody has: no, give it to another, exchange it."""

from django import forms

from dispatch.forms.tasks import workers
from dispatch.states import LONGEST_REASON
from workorder.forms import OfferingForm, SeenForm


class DeclineForm(SeenForm):
    """The next best is asked at once, and the next choice is better for knowing why."""

    reason = forms.CharField(label="Why?", max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2}))


class ForcedForm(SeenForm):
    """`force` is asked for when something speaks against it that a reason may set aside."""

    asks_why = False

    reason = forms.CharField(label="Why?", required=False, max_length=LONGEST_REASON)
    force = forms.CharField(label="Why it has to be, anyway", required=False, max_length=LONGEST_REASON)

    @property
    def is_forced(self):
        return self.asks_why or bool(self["force"].value() or self["force"].errors)


class ReassignForm(ForcedForm):
    field_order = ["member", "reason", "force"]

    member = forms.ModelChoiceField(label="To whom", queryset=None, empty_label="Choose a person")

    def __init__(self, *args, assignment, **options):
        super().__init__(*args, **options)
        place = assignment.task.assigned_department_id
        self.fields["member"].queryset = workers().filter(department=place).exclude(pk=assignment.member_id)


class SwapForm(ForcedForm, OfferingForm):
    """For what another has that nobody has begun."""

    CHOICE, NOTHING = "second", "Choose a task"
    field_order = ["second", "reason", "force"]

    second = forms.TypedChoiceField(label="For which task")

    def clean(self):
        if not self.offered:
            raise forms.ValidationError("Nobody here has anything it could be exchanged for.")

    def said(self, row):
        return f"{row.member.name}: {row.task.title}"
