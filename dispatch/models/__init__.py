from dispatch.models.assignments import Assignment
from dispatch.models.rules import AssignmentRule

__all__ = ["Assignment", "AssignmentRule"]
