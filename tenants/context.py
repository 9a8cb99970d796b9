"""Whose rows the code may see right now, what time it is, and who is asking. Nothing else is global."""

import datetime
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tenants.errors import NoTenant

_organization: ContextVar[uuid.UUID | None] = ContextVar("workfloor_organization", default=None)
_at_the_door: ContextVar[bool] = ContextVar("workfloor_at_the_door", default=False)
_moment: ContextVar[datetime.datetime | None] = ContextVar("workfloor_moment", default=None)

ORGANIZATION_SETTING = "workfloor.organization"
DOOR_CLOSED = ("workfloor.user", "", "workfloor.token", "")
WAYS = ("page", "api", "job", "sync")  # through which door a change comes
MAX_BACKDATE = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Cause:
    """Through which door a change came, under which request, and after which event."""

    via: str = "job"
    request_id: str = ""
    caused_by: uuid.UUID | None = None


_cause: ContextVar[Cause] = ContextVar("workfloor_cause", default=Cause())  # noqa: B039 - frozen


def organization_id() -> uuid.UUID:
    """The organization whose rows may be touched; raises `NoTenant` outside `with tenant(...)`."""
    current = _organization.get()
    if current is None:
        raise NoTenant("Tenant rows are only reachable inside `with tenant(organization):`.")
    return current


def organization_id_or_none() -> uuid.UUID | None:
    """The same question for those who may ask it anywhere: log lines, guards, the middleware."""
    return _organization.get()


@contextmanager
def tenant(organization: Any, *, atomic: bool = True) -> Iterator[None]:
    """Open the transaction in which one organization's rows, and no other's, can be seen and written.

    `atomic=False` sets the manager's filter only. It serves reads on SQLite, where a transaction would take the
    one write lock; PostgreSQL's second line needs the transaction, so there it is always opened.
    """
    wanted = getattr(organization, "pk", organization)
    if not isinstance(wanted, uuid.UUID):
        raise TypeError("tenant() wants an Organization or its id.")
    before = _organization.get()
    token = _organization.set(wanted)
    try:
        if atomic or connection.vendor == "postgresql":
            is_told = before == wanted and connection.in_atomic_block
            with transaction.atomic():
                if not is_told:
                    tell_database(ORGANIZATION_SETTING, str(wanted))
                yield
            if before != wanted:
                _give_back(before)
        else:
            yield
    finally:
        _organization.reset(token)


def _give_back(before: uuid.UUID | None) -> None:
    """Restore the outer organization: a setting made in a savepoint outlives its release."""
    if connection.in_atomic_block and not connection.needs_rollback:
        tell_database(ORGANIZATION_SETTING, str(before) if before else "", *DOOR_CLOSED)


def tell_database(setting: str, value: str, *more: str) -> None:
    """Set a value for this transaction on PostgreSQL (never for the session: pooled connections would keep it).

    `more` are further settings and values, told in the same breath.
    """
    if connection.vendor == "postgresql":
        told = [setting, value, *more]
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(["set_config(%s, %s, true)"] * (len(told) // 2)), told)


@contextmanager
def door(**keys: str) -> Iterator[None]:
    """Let the rows that a secret or a signed-in user names be found before an organization is known.

    `door(user=id)` shows that user's memberships, `door(token=digest)` the token with that digest. On PostgreSQL
    row-level security has a read-only policy for exactly these two keys; elsewhere the query itself is the limit.
    """
    with _transaction():
        for name, value in keys.items():
            tell_database(f"workfloor.{name}", value)
        yield
        if not _at_the_door.get():  # there `serving` closes it, together with what it has to say itself
            tell_database(*DOOR_CLOSED)


@contextmanager
def request() -> Iterator[None]:
    """What the door asks and what the view does share one transaction on PostgreSQL.

    To begin and end another costs as much as either. SQLite takes its one write lock with the transaction, so there it
    is left to `serving`, after the door.
    """
    if connection.vendor != "postgresql":
        yield
        return
    before, token = _organization.get(), _at_the_door.set(True)
    try:
        with transaction.atomic():
            yield
        _give_back(before)
    finally:
        _at_the_door.reset(token)


@contextmanager
def serving(organization: Any, *, writes: bool) -> Iterator[None]:
    """`tenant` for the rest of a request."""
    if connection.vendor != "postgresql":
        with tenant(organization, atomic=writes):
            yield
        return
    token, door_token = _organization.set(organization.pk), _at_the_door.set(False)
    try:
        tell_database(ORGANIZATION_SETTING, str(organization.pk), *DOOR_CLOSED)
        yield
    finally:
        _organization.reset(token)
        _at_the_door.reset(door_token)


@contextmanager
def as_if_in(organization: uuid.UUID) -> Iterator[None]:
    """The manager's filter alone, for SQL that is built here and asked elsewhere."""
    token = _organization.set(organization)
    try:
        yield
    finally:
        _organization.reset(token)


def _transaction() -> AbstractContextManager[None]:
    """The one that is open, or a new one; none where the database has no second line to tell."""
    needed = connection.vendor == "postgresql" and not connection.in_atomic_block
    return transaction.atomic() if needed else nullcontext()


def cause() -> Cause:
    return _cause.get()


@contextmanager
def acting(**changes: Any) -> Iterator[None]:
    """Say through which door (`via`), request (`request_id`) or event (`caused_by`) the following changes come."""
    token = _cause.set(replace(_cause.get(), **changes))
    try:
        yield
    finally:
        _cause.reset(token)


def now() -> datetime.datetime:
    """The moment things happen at: the clock's, unless `acting_at` says otherwise."""
    return _moment.get() or timezone.now()


def recorded_now() -> datetime.datetime:
    """The clock's moment, whatever `acting_at` says: the ledger cannot be backdated."""
    return timezone.now()


def today(organization: Any) -> datetime.date:
    """The date on the organization's wall."""
    return now().astimezone(organization.zone).date()


@contextmanager
def acting_at(moment: datetime.datetime, *, at_most: datetime.timedelta = MAX_BACKDATE) -> Iterator[None]:
    """Let changes happen at an earlier moment: `occurred_at` follows it, `recorded_at` never does.

    Raises `ValueError` for the future, and for more than `at_most` ago.
    """
    clock = timezone.now()
    if moment > clock:
        raise ValueError("Nothing happens in the future.")
    if moment < clock - at_most:
        raise ValueError(f"That is more than {at_most.days} days ago.")
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
