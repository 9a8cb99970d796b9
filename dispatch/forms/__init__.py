"""The shape of what pages of dispatch send."""

from dispatch.forms.assignments import DeclineForm, ReassignForm, SwapForm
from dispatch.forms.board import BoardFilter, GiveForm
from dispatch.forms.people import (
    CapacityForm,
    CertificateForm,
    DaysForm,
    DispatchPolicyForm,
    GrantForm,
    PersonForm,
    ShiftEditForm,
    ShiftForm,
    SkillEditForm,
    SkillForm,
    WorkForm,
)
from dispatch.forms.presence import ABSENCE_FORMS, AbsenceForm, AddPunchForm, BadgeForm, PunchForm
from dispatch.forms.reports import DaysFilter
from dispatch.forms.tasks import AssignForm, SplitForm, id_of

__all__ = [
    "ABSENCE_FORMS",
    "AbsenceForm",
    "AddPunchForm",
    "AssignForm",
    "BadgeForm",
    "BoardFilter",
    "CapacityForm",
    "CertificateForm",
    "DaysFilter",
    "DeclineForm",
    "DaysForm",
    "DispatchPolicyForm",
    "GiveForm",
    "GrantForm",
    "PersonForm",
    "PunchForm",
    "ReassignForm",
    "ShiftEditForm",
    "ShiftForm",
    "SkillEditForm",
    "SkillForm",
    "SplitForm",
    "SwapForm",
    "WorkForm",
    "id_of",
]
