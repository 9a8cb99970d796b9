"""Order numbers: `WO-2026-000123`, one after the other in each year of the organization's own calendar."""

from django.db import transaction
from django.db.models import F

from tenants import context
from tenants.models import Organization
from workorder.models import NumberSeries


@transaction.atomic
def take_next() -> str:
    """Take the next number of this year.

    The series' row stays locked until the caller's transaction ends: a number whose order was rolled back is taken by
    the next order, so there are neither gaps nor doubles.
    """
    year = context.today(Organization.objects.get(pk=context.organization_id())).year
    series = NumberSeries.objects.filter(year=year)
    if not series.update(last=F("last") + 1):
        NumberSeries.objects.bulk_create([NumberSeries(year=year)], ignore_conflicts=True)
        series.update(last=F("last") + 1)
    return number_of(year, series.get().last)


def number_of(year: int, place: int) -> str:
    return f"WO-{year}-{place:06d}"
