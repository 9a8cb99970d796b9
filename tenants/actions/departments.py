"""Making and changing departments."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from tenants import events, problems
from tenants.errors import Invalid, NotAllowed, Problem, refuse_input
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
    if fields.get("parent") is not None:
        _lock_the_tree()
        fields["parent"] = _as_it_lies(fields["parent"])
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


@transaction.atomic
def remove(department: Department, *, by: Member | None, seen: int | None = None) -> None:
    """Take a department away that nothing refers to. Raises `NotAllowed` otherwise: history needs it."""
    department = Department.objects.lock(department, seen=seen)
    data = {"code": department.code, "name": department.name}
    change(department, "department.removed", by=by, data=data)
    try:
        department.delete()
    except ProtectedError as error:
        raise NotAllowed([Problem("in_use", "People, processes or tasks belong to it.")]) from error


def _lock_the_tree() -> None:
    """Two departments put under each other at the same time would make a ring, each seeing only its own half."""
    list(Department.objects.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def _as_it_lies(parent: Department) -> Department:
    """The department read again: what was looked up before the lock may lie elsewhere by now, or be gone."""
    found = Department.objects.filter(pk=parent.pk).first()
    if found is None:
        raise Invalid([Problem("does_not_exist", "There is no such department.", "parent")])
    return found
