"""What nobody tries any more: rows of every kind that gave up, in one list."""

import datetime
import functools
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import TextField, Value

from tenants.models import Event, Leased
from tenants.states import DeliveryState

MOST = 1000  # that are listed: whoever has more has one cause, and not a thousand


@dataclass
class Letter:
    """A dead row, and the event it comes from if there is one."""

    label: str
    row: Leased
    event: Event | None = field(default=None)

    @property
    def id(self) -> uuid.UUID:
        return self.row.pk

    @property
    def kind(self) -> str:
        return kind_of(self.label)

    @property
    def detail(self) -> str:
        return str(self.row)

    @property
    def error(self) -> str:
        return self.row.error

    @property
    def starts(self) -> int:
        return self.row.attempts

    @property
    def since(self) -> datetime.datetime:
        return self.row.first_due_at


@functools.cache
def labels() -> tuple[str, ...]:
    """Every kind of row that is leased to whoever works on it."""
    return tuple(sorted(model._meta.label_lower for model in apps.get_models() if issubclass(model, Leased)))


def model_of(label: str) -> Any:
    return apps.get_model(label)


def kind_of(label: str) -> str:
    """A kind of row as people call it."""
    return str(apps.get_model(label)._meta.verbose_name) if label in labels() else label


def dead() -> list[tuple[uuid.UUID, str]]:
    """Id and label of the dead rows, those that wait longest last; one query, whatever the number of kinds."""
    asked = [_dead(label).values_list("pk", "its_label", "first_due_at") for label in labels()]
    found = asked[0].union(*asked[1:], all=True).order_by("-first_due_at", "pk")
    return [(pk, label) for pk, label, _ in found[:MOST]]


def how_many() -> int:
    """How many are dead, as far as they are listed."""
    asked = [_dead(label).values_list("pk") for label in labels()]
    return asked[0].union(*asked[1:], all=True)[:MOST].count()


def _dead(label: str) -> Any:
    rows = apps.get_model(label).objects.filter(state=DeliveryState.DEAD)
    return rows.order_by().annotate(its_label=Value(label, TextField()))


def letters(found: list[tuple[uuid.UUID, str]]) -> list[Letter]:
    """The rows themselves, in the order they were asked for: one query for each kind that is among them."""
    rows: dict[uuid.UUID, Letter] = {}
    for label in {label for _, label in found}:
        model = apps.get_model(label)
        wanted = model.objects.filter(pk__in=[pk for pk, other in found if other == label])
        if model.CAUSE:
            wanted = wanted.select_related(model.CAUSE)
        rows |= {row.pk: Letter(label, row, _event_of(row)) for row in wanted}
    return [rows[pk] for pk, _ in found if pk in rows]


def _event_of(row: Leased) -> Event | None:
    event: Any = row if row.CAUSE else None
    for step in row.CAUSE.split("__") if row.CAUSE else ():
        event = getattr(event, step, None)
    return event


def label_of(pk: uuid.UUID) -> str | None:
    """Of which kind the row with this id is; None if it is of none."""
    asked = [
        apps.get_model(label)
        .objects.filter(pk=pk)
        .order_by()
        .annotate(its_label=Value(label, TextField()))
        .values_list("its_label")
        for label in labels()
    ]
    found = list(asked[0].union(*asked[1:], all=True)[:1])
    return found[0][0] if found else None
