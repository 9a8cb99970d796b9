"""A reason code as planners write it down."""

from django import forms

from tenants.forms import SettingsForm
from workorder.states import ReasonKind


class ReasonEditForm(SettingsForm):
    """What it explains stays: reports and downtimes stand under it."""

    code = forms.CharField(max_length=20)
    name = forms.CharField(max_length=120, help_text="In the words of the floor: this is what people choose.")
    planned = forms.BooleanField(
        required=False, label="Planned", help_text="A break or a setup rather than a breakdown. For downtime only."
    )
    active = forms.BooleanField(required=False, label="In use", initial=True)

    @classmethod
    def of(cls, reason, data=None):
        form = cls(data, initial={name: getattr(reason, name) for name in cls.base_fields})
        if reason.kind == ReasonKind.DEFECT:
            del form.fields["planned"]
        return form


class ReasonForm(ReasonEditForm):
    kind = forms.ChoiceField(label="Explains", choices=ReasonKind.choices)
    field_order = ["kind", "code", "name", "planned"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        del self.fields["active"]
