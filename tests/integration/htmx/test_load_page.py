"""Load by member and day: bars and the same figures as a table."""

import datetime

import pytest

from dispatch.actions import assignments
from dispatch.models import Absence, Assignment
from tenants.context import tenant
from tests.factories import AbsenceFactory, MemberShiftFactory, ShiftFactory, WorkOrderTaskFactory

pytestmark = pytest.mark.django_db

LOAD = "/dispatch/load/"
NIGHT = datetime.time(22), datetime.time(6)


@pytest.fixture(autouse=True)
def _monday(frozen_clock):
    """The 16th of March 2026, nine in the morning."""


def given(world, *, quantity=10, slot=None, member=None):
    """Three minutes a piece for Omar, in a slot if a plan gave one."""
    task = WorkOrderTaskFactory(organization=world.north, department=world.assembly, quantity=quantity)
    with tenant(world.north):
        assignments.assign(task, by=world.pia, member=member or world.omar, force="It has to be.")
        if slot:
            Assignment.objects.of_task(task).update(starts_at=slot[0], ends_at=slot[1])
    return task


def row(page, name):
    """The cells of somebody's line in the table: minutes / room."""
    [line] = [line for line in page.all("#load tbody tr") if line.th.get_text(strip=True) == name]
    return [" ".join(cell.get_text(" ").split()) for cell in line.select("td")]


class TestShown:
    def test_promised_work_is_laid_into_the_days(self, world, hx_client):
        task = given(world)

        cells = row(hx_client.as_(world.vera).page(LOAD), "Omar")

        assert task.estimate_minutes == 30
        assert cells[0] == "30 / 480"
        assert cells[1:5] == ["0 / 480"] * 4
        assert cells[5:7] == ["0 / 0"] * 2
        assert len(cells) == 14 + 1

    def test_planned_work_stands_on_its_day(self, world, hx_client):
        tuesday = datetime.datetime(2026, 3, 17, 10, tzinfo=datetime.UTC)
        given(world, slot=(tuesday, tuesday + datetime.timedelta(minutes=30)))

        page = hx_client.as_(world.vera).page(f"{LOAD}?department={world.assembly.pk}")

        assert row(page, "Omar")[:2] == ["0 / 480", "30 / 480"]
        assert len(page.all("#load svg[role=img] .bar-planned")) == 1

    def test_shifts_and_absences_are_the_room(self, world, hx_client):
        """Half a day of leave is half a day less; a night shift counts on the day its hours lie on."""
        shift = ShiftFactory(organization=world.north, starts=NIGHT[0], ends=NIGHT[1])
        MemberShiftFactory(organization=world.north, member=world.omar, shift=shift)
        tuesday = datetime.datetime(2026, 3, 17, tzinfo=datetime.UTC)
        leave = AbsenceFactory(
            organization=world.north,
            member=world.omar,
            starts_at=tuesday,
            ends_at=tuesday + datetime.timedelta(hours=3),
        )
        with tenant(world.north):
            Absence.objects.filter(pk=leave.pk).update(status="approved", decided_by=world.ada, decided_at=tuesday)

        cells = row(hx_client.as_(world.vera).page(LOAD), "Omar")

        assert cells[:3] == ["0 / 120", "0 / 300", "0 / 480"]

    def test_leave_that_was_only_asked_for_takes_nothing_away(self, world, hx_client):
        monday = datetime.datetime(2026, 3, 16, tzinfo=datetime.UTC)
        AbsenceFactory(organization=world.north, member=world.omar, starts_at=monday)

        assert row(hx_client.as_(world.vera).page(LOAD), "Omar")[0] == "0 / 480"

    def test_day_with_too_much_is_marked(self, world, hx_client):
        tuesday = datetime.datetime(2026, 3, 17, 8, tzinfo=datetime.UTC)
        given(world, quantity=400, slot=(tuesday, tuesday + datetime.timedelta(hours=8)))

        page = hx_client.as_(world.vera).page(f"{LOAD}?department={world.assembly.pk}")

        [cell] = page.all("#load td[data-over]")
        assert "overloaded" in cell.get_text()
        assert len(page.all("#load svg[role=img] .bar-bad")) == 1
        assert "overloaded on 1 day" in page.texts("#load section li:first-child p")[0]

    def test_what_is_past_the_last_day_is_said(self, world, hx_client):
        given(world, quantity=400)

        page = hx_client.as_(world.vera).page(f"{LOAD}?first=2026-03-16&last=2026-03-16")

        said = " ".join(page.texts("#load section:first-of-type li:first-child p"))
        assert "more do not fit before the last day" in said


class TestFilters:
    def test_days_and_department_live_in_the_address(self, world, hx_client):
        window = hx_client.as_(world.pia)
        window.page(LOAD)

        part = window.part(window.get(f"{LOAD}?first=2026-03-20&last=2026-03-21&department={world.welding.pk}"))

        assert part.texts("h2") == ["Welding"]
        assert part.texts("thead th")[1:] == ["Fri 20", "Sat 21", "Together"]

    @pytest.mark.parametrize(
        "asked",
        [
            "first=2026-03-21&last=2026-03-20",
            "first=%00&last=7",
            "first=0001-01-01&last=0001-01-02",
            "first=9999-12-31",
            "first=2026-03-16&last=2026-12-31",
            "department=7",
        ],
    )
    def test_what_makes_no_sense_is_left_out(self, world, hx_client, asked):
        page = hx_client.as_(world.pia).page(f"{LOAD}?{asked}")

        assert page.texts("thead th")[1] == "Today"
        assert page.one("#id_first")["value"] == "2026-03-16"
        assert page.texts("h2") == ["Assembly", "Welding"]


class TestGrowth:
    def test_load_asks_as_often_for_many_as_for_few(self, world, hx_client, query_counter):
        window = hx_client.as_(world.pia)
        made = []

        def make(n):
            while len(made) < n:
                row = MemberShiftFactory(organization=world.north, member__department=world.assembly)
                made.append(given(world, member=row.member))

        def read():
            return len(window.page(LOAD).all("tbody tr"))

        assert query_counter.constant_over(make, read, sizes=(2, 4, 8)) > 0
