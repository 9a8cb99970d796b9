"""Making and changing departments."""

from typing import Any

from django.db import IntegrityError, transaction

from tenants import events, problems
from tenants.errors import Invalid, refuse_input
from tenants.models import Department, Member
from tenants.transitions import change


@transaction.atomic
def create(*, by: Member | None, code: str, name: str, parent: Department | None = None) -> Department:
    """Add a department. Raises `Invalid` if its code is taken."""
    refuse_input(problems.of_department(code=code, parent=parent))
    try:
        with transaction.atomic():
            department = Department.objects.create(code=code, name=name, parent=parent)
    except IntegrityError as error:  # somebody was first with this code
        raise Invalid([problems.code_taken()]) from error
    events.record(department, "department.created", by=by, code=code, name=name)
    return department


@transaction.atomic
def edit(department: Department, *, by: Member | None, seen: int | None = None, **fields: Any) -> Department:
    """Change a department; what is not named stays. Raises `Stale` if `seen` is outdated."""
    department = Department.objects.lock(department, seen=seen)
    as_meant = {"code": department.code, "parent": department.parent} | fields
    refuse_input(problems.of_department(code=as_meant["code"], parent=as_meant["parent"], department=department))
    changed = {name: value for name, value in fields.items() if getattr(department, name) != value}
    if changed:
        try:
            with transaction.atomic():
                change(department, "department.edited", by=by, data={"fields": sorted(changed)}, **changed)
        except IntegrityError as error:
            raise Invalid([problems.code_taken()]) from error
    return department
