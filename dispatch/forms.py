"""The shape of giving a task away by hand."""

from django import forms

from tenants.models import Department, Member
from tenants.states import Role
from workorder.forms import SeenForm


class AssignForm(SeenForm):
    """To a person, or to a department's queue. Exactly one is the verb's rule, so both may be left open here."""

    member = forms.ModelChoiceField(label="Give it to", queryset=None, required=False, empty_label="Choose a person")
    department = forms.ModelChoiceField(
        label="Or to a queue", queryset=None, required=False, empty_label="Choose a department"
    )

    def __init__(self, *args, department_id=None, **kwargs):
        super().__init__(*args, **kwargs)
        workers = Member.objects.active().at_least(Role.OPERATOR).select_related("user")
        self.fields["member"].queryset = workers.filter(department=department_id).order_by("user__name", "id")
        self.fields["department"].queryset = Department.objects.order_by("code")
