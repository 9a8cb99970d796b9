from dispatch.models.assignments import Assignment
from dispatch.models.people import (
    Absence,
    Attendance,
    Badge,
    Capacity,
    CertificateEnd,
    MemberShift,
    MemberSkill,
    Shift,
    Skill,
)
from dispatch.models.plans import DispatchPolicy, Plan, PlanItem, PlanPublishing, PlanStep
from dispatch.models.presence import AbsenceStart, StayEnd
from dispatch.models.rules import AssignmentRule

__all__ = [
    "Absence",
    "AbsenceStart",
    "Assignment",
    "AssignmentRule",
    "Attendance",
    "Badge",
    "Capacity",
    "CertificateEnd",
    "DispatchPolicy",
    "MemberShift",
    "MemberSkill",
    "Plan",
    "PlanItem",
    "PlanPublishing",
    "PlanStep",
    "Shift",
    "Skill",
    "StayEnd",
]
