"""How an organization agrees to orders, as its admins write it down."""

from django import forms

from tenants.forms import SettingsForm
from workorder.actions.approval_policy import MAX_HOURS
from workorder.forms.verbs import amount
from workorder.states import Priority


class PolicyForm(SettingsForm):
    second_level_budget = amount(
        "Two levels from this budget on",
        required=False,
        decimal_places=2,
        help_text="Left empty, the budget does not matter.",
    )
    second_level_priority = forms.ChoiceField(
        label="Two levels from this priority on", required=False, choices=[("", "Never"), *Priority.choices]
    )
    overdue_hours = forms.IntegerField(
        label="A decision is overdue after",
        min_value=0,
        max_value=MAX_HOURS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"}),
        help_text="In hours. Whoever may decide is told again then. 0: never.",
    )

    @classmethod
    def of(cls, policy, data=None):
        return cls(data, initial={name: getattr(policy, name) for name in cls.base_fields})
