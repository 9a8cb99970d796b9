"""The shape of what the pages of plans send."""

from django import forms

from dispatch.forms.tasks import workers
from dispatch.models import PlanItem
from dispatch.problems.plans import LONGEST_NAME, MOST_PENALTY, MOST_WEIGHT
from dispatch.states import LONGEST_REASON
from tenants.forms import SettingsForm
from tenants.models import Department, Member
from workorder.forms import SeenForm
from workorder.models import WorkOrderTask


class PlanForm(SettingsForm):
    """What is to be planned, and what counts how much. A supervisor has one department to plan for."""

    name = forms.CharField(max_length=LONGEST_NAME, help_text="So that you know it again: “Monday”, “Without Omar”.")
    department = forms.ModelChoiceField(queryset=None, required=False, empty_label="All of them")
    move_penalty = forms.IntegerField(
        label="A change has to gain",
        required=False,
        min_value=0,
        max_value=MOST_PENALTY,
        help_text="Minutes of lateness. Empty: as in the settings.",
    )
    balance_weight = forms.IntegerField(
        label="An even load counts",
        required=False,
        min_value=0,
        max_value=MOST_WEIGHT,
        help_text="Per cent, beside lateness. Empty: 100.",
    )

    def __init__(self, *args, only=None, **options):
        super().__init__(*args, **options)
        field = self.fields["department"]
        field.queryset = Department.objects.order_by("code")
        if only is not None:
            field.queryset = field.queryset.filter(pk=only)
            field.required, field.empty_label, field.initial = True, None, only


class PublishForm(SeenForm):
    skip_stale = forms.BooleanField(required=False, widget=forms.HiddenInput)


class ReturnForm(SeenForm):
    comment = forms.CharField(
        label="What has to change?", max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2})
    )


class PinForm(SeenForm):
    task = forms.ModelChoiceField(queryset=None, widget=forms.HiddenInput)
    pinned = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["task"].queryset = WorkOrderTask.objects.all()


class MoveForm(SeenForm):
    """To somebody of the task's department, or to nobody. Whether they can is the verb's question."""

    task = forms.ModelChoiceField(queryset=None, widget=forms.HiddenInput)
    member = forms.ModelChoiceField(label="Give it to", queryset=None, required=False, empty_label="The queue")
    force = forms.CharField(
        label="Why it has to be, anyway",
        required=False,
        max_length=LONGEST_REASON,
        help_text="Only if they have no room left.",
    )

    def __init__(self, *args, department_id=None, **options):
        super().__init__(*args, **options)
        self.fields["task"].queryset = WorkOrderTask.objects.all()
        here = workers()
        self.fields["member"].queryset = here.filter(department=department_id) if department_id else here


class ItemsFilter(forms.Form):
    """Which of a plan's tasks are shown. It lives in the address; what makes no sense is left out."""

    WHAT = [
        ("", "What changes"),
        ("all", "All tasks"),
        ("nobody", "Nobody can take"),
        ("problem", "Left out or left behind"),
    ]

    what = forms.ChoiceField(label="Show", required=False, choices=WHAT)
    member = forms.ModelChoiceField(queryset=None, required=False, empty_label="Anybody")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["member"].queryset = Member.objects.select_related("user").order_by("user__name", "pk")

    def chosen(self, plan):
        self.is_valid()
        items, asked = PlanItem.objects.filter(plan=plan), self.cleaned_data
        narrowed = {
            "all": items,
            "nobody": items.that_nobody_can_take(),
            "problem": items.exclude(problem=""),
        }
        items = narrowed.get(asked.get("what")) if asked.get("what") else items.that_change_something()
        return items.about(asked["member"]) if asked.get("member") else items
