"""What every row is made of, and the manager that shows one organization's rows or none."""

import uuid
from typing import Any, ClassVar

from django.db import models

from tenants import context
from tenants.errors import NoTenant, refuse_stale
from tenants.ids import uuid7


class PlainModel(models.Model):
    """A row that belongs to nobody or to everybody: organizations, users, refresh tokens."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=context.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class TenantQuerySet(models.QuerySet[Any]):
    """Rows of the current organization. Writing through it cannot place a row anywhere else."""

    def lock(self, obj: models.Model | uuid.UUID, *, seen: int | None = None) -> Any:
        """Re-read a row and hold it until the transaction ends; `Stale` if the caller saw another version.

        `of=("self",)` keeps PostgreSQL from locking joined parents, `no_key` from stopping those who merely refer to
        the row: every event names its actor. SQLite has one writer, so there the transaction itself is the lock.
        """
        row = self.select_for_update(of=("self",), no_key=True).get(pk=getattr(obj, "pk", obj))
        refuse_stale(row, seen)
        return row

    @property
    def is_whole(self) -> bool:
        """Whether these are all the rows of the organization, in whatever order."""
        query = self.query
        if len(query.where.children) != 1 or query.annotations or query.combinator or query.distinct or query.is_sliced:
            return False
        [only] = query.where.children
        names_it = only.lookup_name == "exact" and only.lhs.target.name == "organization"
        return names_it and only.rhs == context.organization_id_or_none()

    def update(self, **values: Any) -> int:
        self._refuse_if_append_only()
        if "organization" in values or "organization_id" in values:
            raise NoTenant("A row never changes its organization.")
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def _update(self, values: Any) -> int:
        """What saving a row that exists comes down to."""
        self._refuse_if_append_only()
        return super()._update(values)  # type: ignore[misc]

    _update.alters_data = True  # type: ignore[attr-defined]
    _update.queryset_only = False  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_if_append_only()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _refuse_if_append_only(self) -> None:
        if self.model.APPEND_ONLY:
            raise TypeError(f"A {self.model.__name__} is never changed: add a row that puts it right.")

    def _insert(self, objs: Any, *args: Any, **options: Any) -> Any:
        """Every insert, single or bulk, passes here: a row of another organization is refused before the database."""
        current = context.organization_id()
        for obj in objs:
            if obj.organization_id != current:
                raise NoTenant(f"{type(obj).__name__} of another organization, or of none, cannot be written here.")
        return super()._insert(objs, *args, **options)  # type: ignore[misc]

    _insert.alters_data = True  # type: ignore[attr-defined]
    _insert.queryset_only = False  # type: ignore[attr-defined]


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Fail-closed: outside `with tenant(organization):` asking for rows raises, and inside it is filtered."""

    def get_queryset(self) -> TenantQuerySet:
        return super().get_queryset().filter(organization_id=context.organization_id())


class TenantRow(models.Model):
    """A row of one organization. Ledger rows stop here; things people edit are `TenantModel`s."""

    NOUN: ClassVar[str] = ""
    KEY: ClassVar[str] = "pk"
    """A column unique in the organization. One that lists are ordered by lets an index find a page far down."""
    APPEND_ONLY: ClassVar[bool] = False  # PostgreSQL refuses updates and deletes too: see `isolate`

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        "tenants.Organization",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        default=context.organization_id,
    )

    objects = TenantManager()
    # For the relay, the door and migrations; a guard test lists every use.
    everywhere = models.Manager()  # noqa: DJ012 - a second manager, not a field

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"


class TenantModel(TenantRow):
    """A thing people edit: it has times, and a version that every change raises by one."""

    created_at = models.DateTimeField(default=context.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantRow.Meta):
        abstract = True
