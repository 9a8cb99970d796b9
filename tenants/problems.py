"""Why something about the organization itself may not be done."""

from tenants.errors import Problem
from tenants.models import Department


def of_department(*, code: str, parent: Department | None, department: Department | None = None) -> list[Problem]:
    """A code stands for one department, and no department lies under itself."""
    found = []
    others = Department.objects.exclude(pk=department.pk) if department else Department.objects.all()
    if others.filter(code=code).exists():
        found.append(code_taken())
    above = parent
    while above is not None and department is not None:
        if above.pk == department.pk:
            found.append(Problem("under_itself", "A department cannot lie under itself.", "parent"))
            break
        above = above.parent
    return found


def code_taken() -> Problem:
    return Problem("code_taken", "Something else has this code.", "code")
