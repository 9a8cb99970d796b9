"""How evenly work was shared out: by member and by rule, as a page and as a file."""

import csv
import datetime
import io

import pytest

from dispatch.actions import assignments
from tenants.context import tenant
from tests.factories import AssignmentFactory, AssignmentRuleFactory, OperatorFactory, WorkOrderTaskFactory
from tests.support.walk import walk
from workorder.actions import orders, tasks

pytestmark = pytest.mark.django_db

PAGE, FILE = "/dispatch/fairness/", "/dispatch/fairness.csv"
NAME, GIVEN, SHARE, WORKED, NIGHT, LATE, OFFERS, DECLINED = range(8)


@pytest.fixture(autouse=True)
def _monday(frozen_clock):
    """The 16th of March 2026, nine in the morning."""
    return frozen_clock


def task_of(world, **facts):
    """Half an hour of work in Assembly."""
    return WorkOrderTaskFactory(organization=world.north, department=world.assembly, **facts)


def given(world, member, at="offered"):
    return AssignmentFactory(organization=world.north, task=task_of(world), member=member, at=at)


def row(page, name):
    [line] = [line for line in page.all("tbody tr") if line.th and line.th.get_text(" ").split()[0] == name]
    return [" ".join(cell.get_text(" ").split()) for cell in line.select("th, td")]


def lines(answer):
    return {line["member"]: line for line in csv.DictReader(io.StringIO(answer.content.decode()))}


class TestByMember:
    def test_what_was_given_and_how_much_of_it_all(self, world, hx_client):
        for member in (world.omar, world.omar, world.omar, world.sina):
            given(world, member)

        page = hx_client.as_(world.pia).page(PAGE)

        assert row(page, "Omar")[GIVEN : SHARE + 1] == ["1 h 30 min", "75 %"]
        assert row(page, "Sina")[GIVEN : SHARE + 1] == ["30 min", "25 %"]

    def test_declined_and_taken_back_are_offers_and_no_work(self, world, hx_client):
        for state in ("declined", "withdrawn", "accepted"):
            given(world, world.omar, at=state)

        cells = row(hx_client.as_(world.pia).page(PAGE), "Omar")

        assert (cells[GIVEN], cells[OFFERS], cells[DECLINED]) == ("30 min", "3", "1")

    def test_work_at_night_is_counted_on_the_wall(self, world, hx_client, frozen_clock):
        """A report at half past eleven of two hours began at half past nine: an hour and a half of night."""
        task = task_of(world, member=world.omar)
        walk(task, to="in_progress", by=world.omar)
        frozen_clock.move_to(datetime.datetime(2026, 3, 16, 23, 30, tzinfo=datetime.UTC))
        with tenant(world.north):
            tasks.report(task, by=world.omar, good=1, minutes=120)

        cells = row(hx_client.as_(world.pia).page(PAGE), "Omar")

        assert (cells[WORKED], cells[NIGHT]) == ("2 h", "1 h 30 min")

    def test_report_taken_back_never_was(self, world, hx_client, frozen_clock):
        task = task_of(world, member=world.omar)
        walk(task, to="in_progress", by=world.omar)
        frozen_clock.move_to(datetime.datetime(2026, 3, 16, 23, 30, tzinfo=datetime.UTC))
        with tenant(world.north):
            report = tasks.report(task, by=world.omar, good=1, minutes=120)
            frozen_clock.shift(hours=10)
            tasks.take_back(report, by=world.omar)
        given(world, world.omar)

        cells = row(hx_client.as_(world.pia).page(PAGE), "Omar")

        assert (cells[WORKED], cells[NIGHT]) == ("0 min", "0 min")

    def test_what_was_late_when_it_came_is_told_apart(self, world, hx_client, frozen_clock):
        task = task_of(world)
        with tenant(world.north):
            due_at = frozen_clock.now + datetime.timedelta(hours=1)
            orders.reschedule(task.work_order, by=world.pia, due_at=due_at)
        frozen_clock.shift(hours=2)
        with tenant(world.north):
            assignments.assign(task, by=world.pia, member=world.omar)
        given(world, world.omar)

        cells = row(hx_client.as_(world.pia).page(PAGE), "Omar")

        assert (cells[GIVEN], cells[LATE]) == ("1 h", "30 min")

    def test_only_the_days_asked_for_count(self, world, hx_client, frozen_clock):
        given(world, world.omar)
        frozen_clock.shift(days=2)
        given(world, world.omar)

        page = hx_client.as_(world.pia).page(f"{PAGE}?first=2026-03-18&last=2026-03-18")

        assert row(page, "Omar")[OFFERS] == "1"


class TestByRule:
    def test_rule_that_gave_it_is_named_with_how_evenly(self, world, hx_client):
        AssignmentRuleFactory(organization=world.north, name="In turn", strategy="round_robin", rank=1)
        OperatorFactory(organization=world.north, department=world.assembly)
        for _ in range(4):
            task = task_of(world)
            with tenant(world.north):
                assignments.offer_best(task)
        given(world, world.omar)

        page = hx_client.as_(world.pia).page(f"{PAGE}?department={world.assembly.pk}")

        rules = {
            line.th.get_text(strip=True): [cell.get_text(strip=True) for cell in line.select("td")]
            for line in page.all("section:last-of-type tbody tr")
        }
        assert rules["In turn"] == ["4", "2", "2", "0.00"]
        assert rules["By hand or claimed"] == ["1", "1", "1", "0.00"]


class TestWhoMaySee:
    def test_supervisors_see_their_own_people(self, world, hx_client):
        given(world, world.omar)
        window = hx_client.as_(world.sina)

        names = [line.split()[0] for line in window.page(PAGE).texts("section:first-of-type tbody th")]
        elsewhere = window.page(f"{PAGE}?department={world.welding.pk}")

        assert names == ["Omar", "Sina"]
        assert not any("Odd" in line for line in elsewhere.texts("tbody th"))
        assert lines(window.plain("get", f"{FILE}?department={world.welding.pk}")).keys() == {"Omar", "Sina"}

    @pytest.mark.parametrize("path", [PAGE, FILE])
    def test_operators_do_not(self, world, hx_client, path):
        assert hx_client.as_(world.omar).plain("get", path).status_code == 403

    def test_nothing_given_is_said(self, world, hx_client):
        page = hx_client.as_(world.pia).page(f"{PAGE}?first=2020-01-01&last=2020-01-02")

        assert "Nothing was given to anybody" in page.text("#fairness")


class TestFile:
    def test_file_says_what_the_page_says(self, world, hx_client):
        given(world, world.omar)

        answer = hx_client.as_(world.pia).plain("get", FILE)

        assert answer["Content-Type"].startswith("text/csv")
        line = lines(answer)["Omar"]
        assert (line["assigned_minutes"], line["share_percent"], line["offers"]) == ("30.00", "100.00", "1")
        assert line["rule: By hand or claimed"] == "1"

    def test_names_are_no_formulas(self, world, hx_client):
        """A colleague called =1+1 must not calculate on the personnel manager's machine."""
        OperatorFactory(organization=world.north, department=world.assembly, user__name="=1+1")

        names = lines(hx_client.as_(world.pia).plain("get", FILE)).keys()

        assert "'=1+1" in names
        assert "=1+1" not in names


class TestGrowth:
    def test_report_asks_as_often_for_many_as_for_few(self, world, hx_client, query_counter):
        window = hx_client.as_(world.pia)
        made = []

        def make(n):
            while len(made) < n:
                made.append(AssignmentFactory(organization=world.north, task=task_of(world)))

        def read():
            return len(window.page(PAGE).all("section:first-of-type tbody tr"))

        assert query_counter.constant_over(make, read, sizes=(2, 4, 8)) > 0
