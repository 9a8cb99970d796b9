"""What the dispatch board asks for: which department is looked at, and whom a task is given to."""

from django import forms

from dispatch.forms.tasks import workers
from dispatch.models import Assignment
from dispatch.states import LONGEST_REASON
from tenants.models import Department
from workorder.forms import SeenForm

ALL = "all"


class BoardFilter(forms.Form):
    """The department lives in the address; without one it is the member's own. One that makes no sense is left out."""

    department = forms.ChoiceField(required=False)

    def __init__(self, data, *, member):
        self.places = list(Department.objects.order_by("code"))
        mine = str(member.department_id) if member.department_id else ALL
        known = {ALL, *(str(place.pk) for place in self.places)}
        chosen = data.get("department", "")
        super().__init__({"department": chosen if chosen in known else mine})
        self.fields["department"].choices = [(ALL, "All"), *((str(place.pk), str(place)) for place in self.places)]
        self.is_valid()

    def chosen(self):
        """The departments to show, in the order of their codes."""
        wanted = self.cleaned_data["department"]
        return [place for place in self.places if wanted in (ALL, str(place.pk))]

    @property
    def address(self):
        """What leads back to the same departments."""
        return f"?department={self.cleaned_data['department']}"


class GiveForm(SeenForm):
    """To a person, to another department's queue, or back to its own queue. Which is the verb's rule.

    `force` is why it has to be them although something speaks against it, `of` the assignment the page showed.
    """

    member = forms.ModelChoiceField(label="Give it to", queryset=None, required=False)
    department = forms.ModelChoiceField(
        label="Or to a queue", queryset=None, required=False, empty_label="Choose a department"
    )
    back = forms.BooleanField(required=False, widget=forms.HiddenInput)
    of = forms.ModelChoiceField(queryset=None, required=False, widget=forms.HiddenInput)
    force = forms.CharField(label="Why it has to be, anyway", required=False, max_length=LONGEST_REASON)
    needs_reason = False

    def __init__(self, *args, task, **options):
        super().__init__(*args, **options)
        self.fields["member"].queryset = workers()
        self.fields["department"].queryset = Department.objects.order_by("code")
        # Of this task only: whose the task is was asked, and nobody asks about another one that slips in here.
        self.fields["of"].queryset = Assignment.objects.of_task(task)

    def offer(self, groups, *, needs_reason):
        """Let people choose from `groups`. Whoever else is sent is looked up all the same: the verb says why not."""
        self.fields["member"].widget.choices = [("", "Choose a person"), *groups]
        self.needs_reason = needs_reason
