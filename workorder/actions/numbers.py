"""Order numbers: `WO-2026-000123`, one after the other in each year of the organization's own calendar.

A number taken by a transaction that is rolled back is taken by the next order, so there are neither gaps nor doubles:
the series' row stays locked from the taking until the end of the caller's transaction. Whoever takes numbers therefore
does it as late as it can, since everybody else who writes an order of this organization waits for it.
"""

from django.db import transaction
from django.db.models import F

from tenants import context
from tenants.models import Organization
from workorder.models import NumberSeries


def take_next(*, organization: Organization | None = None) -> str:
    """Take the next number of this year. `organization` is the current one, where the caller has it at hand."""
    return take_block(1, organization=organization)[0]


@transaction.atomic(savepoint=False)
def take_block(count: int, *, organization: Organization | None = None) -> list[str]:
    """Take the next `count` numbers of this year, in their order, by moving the series once."""
    organization = organization or Organization.objects.get(pk=context.organization_id())
    year = context.today(organization).year
    series = NumberSeries.objects.filter(year=year)
    if not series.update(last=F("last") + count):
        NumberSeries.objects.bulk_create([NumberSeries(year=year)], ignore_conflicts=True)
        series.update(last=F("last") + count)
    last = series.values_list("last", flat=True).get()
    return [number_of(year, place) for place in range(last - count + 1, last + 1)]


def number_of(year: int, place: int) -> str:
    return f"WO-{year}-{place:06d}"
