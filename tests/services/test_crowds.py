"""Many at once on one order, one task, one series of numbers; the figures go into the report (`FIGURES`).

As in test_races every guarantee has a control: with its guard taken out it must be seen to break.
"""

import collections
from decimal import Decimal
from unittest import mock

import pytest

from tenants import transitions
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.models import Event
from tests.factories import AdminFactory, DepartmentFactory, OperatorFactory, OrganizationFactory, WorkOrderFactory
from tests.support import wait
from tests.support.racing import Meeting, apart, no_constraint, no_lock, no_version, race
from workorder import problems
from workorder.actions import numbers, orders, tasks
from workorder.actions.tasks import reports
from workorder.models import NumberSeries, TaskReport, WorkOrder, WorkOrderTask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def figures(record_property):
    """Counts what came of a crowd, and says so in the report: `figures("starters", answers)`."""

    def figures(what, answers, **more):
        counts = collections.Counter(kind_of(answer) for answer in answers)
        counts.update(more)
        record_property("figures", f"{what}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
        return counts

    return figures


def kind_of(answer):
    if isinstance(answer, Exception):
        return type(answer).__name__
    return str(getattr(answer, "status_code", "done"))


def within(organization, function, *args, **kwargs):
    """A call that stands inside the organization, as a request does."""

    def call():
        with tenant(organization):
            return function(*args, **kwargs)

    return call


class TestStarters:
    """Fifty people start one task each of an order of five steps, in the same moment."""

    STEPS, WIDTH = 5, 10

    @pytest.fixture
    def north(self):
        return OrganizationFactory(slug="north")

    @pytest.fixture
    def ada(self, north):
        return AdminFactory(organization=north)

    @pytest.fixture
    def work(self, north):
        """The tasks, in the order of their turn."""
        order = WorkOrderFactory(organization=north, line__steps=[self.WIDTH] * self.STEPS, at="released")
        with tenant(north):
            return list(order.tasks.order_by("process__sequence").select_related("process"))

    def started(self, north, work):
        with tenant(north):
            begun = set(WorkOrderTask.objects.exclude(started_at=None).values_list("pk", flat=True))
        return [place for place, task in enumerate(work) if task.pk in begun]

    def test_only_the_first_step_starts_and_all_others_are_told(self, north, ada, work, api_client, figures):
        """Forty of fifty are too early: each gets the 409 that says so, and nobody's press is lost or half done."""
        presses = [api_client.as_(ada) for _ in work]
        presses[0].get("me/")  # the schema that answers are held against is made once, and not by fifty at a time

        answers = race(
            *(
                lambda client=client, task=task: client.post(f"tasks/{task.pk}/start/")
                for client, task in zip(presses, work, strict=True)
            )
        )

        counts = figures("50 starters of 5 steps", answers, out_of_order=sum(self.early(north, work)))
        assert counts == {"200": self.WIDTH, "409": len(work) - self.WIDTH, "out_of_order": 0}
        assert self.started(north, work) == list(range(self.WIDTH))
        assert {answer.codes[0] for answer in answers if answer.status_code == 409} == {"wrong_state"}

    def test_control_without_the_table_of_moves_they_start_in_any_order(self, north, ada, work, figures):
        """The test above sees an early start when there is one."""
        with (
            mock.patch.object(problems, "of_working", return_value=[]),
            mock.patch.object(transitions, "wrong_state", return_value=[]),
            no_version(),
        ):
            answers = race(*(within(north, tasks.start, task, by=ada) for task in work))

        counts = figures("control: 50 starters without the table", answers, out_of_order=sum(self.early(north, work)))
        assert counts == {"done": len(work), "out_of_order": len(work) - self.WIDTH}

    def test_a_crowd_works_an_order_through_step_by_step(self, north, ada, work, figures):
        """Everybody presses start until they may, reports and completes: each step waits for the last of the one
        before, however many are at the door."""
        told = collections.Counter()

        def starts(task):
            try:
                return within(north, tasks.start, task, by=ada)()
            except NotAllowed as refusal:
                told.update(problem.code for problem in refusal.problems)
                return None

        def work_off(task):
            def done():
                wait.until(lambda: starts(task), within=40, every=0.1, why="its turn has come")
                within(north, tasks.report, task, by=ada, good=task.quantity)()
                return within(north, tasks.complete, task, by=ada)()

            return done

        work = work[: 3 * self.WIDTH]
        with tenant(north):
            for task in WorkOrderTask.objects.exclude(pk__in=[task.pk for task in work]):
                tasks.cancel(task, by=ada, reason="Three steps are enough.")

        answers = race(*map(work_off, work))

        counts = figures(
            "30 at work on 3 steps", answers, told_409=sum(told.values()), early=sum(self.early(north, work))
        )
        assert (counts["done"], counts["early"]) == (len(work), 0)
        assert set(told) == {"wrong_state"}
        with tenant(north):
            order = WorkOrder.objects.get()
        assert (order.status, order.progress) == ("completed", 100)

    def early(self, north, work):
        """For each task whether it was started before the last one of an earlier step had ended."""
        with tenant(north):
            rows = WorkOrderTask.objects.filter(pk__in=[task.pk for task in work])
            times = {row.pk: (row.started_at, row.completed_at) for row in rows}
        for place, task in enumerate(work):
            before = [times[other.pk][1] for other in work[: place - place % self.WIDTH]]
            began = times[task.pk][0]
            yield began is not None and any(ended is None or ended > began for ended in before)


class TestHold:
    """An order is held while many press start: whoever comes later is refused, nobody slips through."""

    @pytest.fixture
    def crowd(self, figures):
        north = OrganizationFactory(slug="north")
        ada = AdminFactory(organization=north)
        order = WorkOrderFactory(organization=north, line__steps=[21], at="in_progress")
        with tenant(north):
            ready = list(order.tasks.ready())

        def crowd(what):
            """The starters have asked whether they may; before they go on, the order is held."""
            with mock.patch.object(problems, "of_working", Meeting(100).after(problems.of_working)):
                presses = (within(north, tasks.start, task, by=ada) for task in ready)
                answers = race(within(north, orders.hold, order, by=ada, reason="Fire drill."), *presses)
            with tenant(north):
                held_at = Event.objects.about(order).get(kind="workorder.held").occurred_at
                late = WorkOrderTask.objects.filter(started_at__gt=held_at).count()
            return figures(what, answers, late=late)

        return crowd

    def test_nobody_starts_after_it(self, crowd):
        counts = crowd("20 starters and a hold")

        assert counts["late"] == 0
        assert counts["done"] + counts["NotAllowed"] == 21

    def test_control_without_the_orders_lock_they_do(self, crowd):
        """Each has been told that the order is not held, which was true when it was asked."""
        with no_lock():
            counts = crowd("control: 20 starters and a hold without its lock")

        assert counts["late"] > 0


class TestReporters:
    """Twenty people report three pieces each on one task of fifty: sixteen fit."""

    CROWD, EACH, ALL = 20, 3, 50

    @pytest.fixture
    def reports_at_once(self, figures):
        north = OrganizationFactory(slug="north")
        department = DepartmentFactory(organization=north)
        people = [OperatorFactory(organization=north, department=department) for _ in range(self.CROWD)]
        order = WorkOrderFactory(organization=north, line__quantity=Decimal(self.ALL), at="in_progress")
        with tenant(north):
            task = order.tasks.get()

        def reports_at_once(what):
            said = {"good": self.EACH - 1, "defect": 1, "minutes": Decimal("1.25")}
            answers = race(*(within(north, tasks.report, task, by=who, **said) for who in people))
            with tenant(north):
                kept = WorkOrderTask.objects.get(pk=task.pk)
                rows = list(TaskReport.objects.filter(task=task))
            recount = sum(row.good + row.defect for row in rows)
            counts = figures(what, answers, lost=int(recount - kept.reported_quantity))
            return counts, kept, rows

        return reports_at_once

    def test_sums_are_a_recount_and_nothing_is_lost(self, reports_at_once):
        """Who does not fit any more is told so; the database's own CHECK is never the one to say it."""
        counts, kept, rows = reports_at_once("20 reporters of 3 on a task of 50")

        assert counts == {"done": 16, "Invalid": 4, "lost": 0}
        assert (len(rows), kept.reported_quantity) == (16, 48)
        assert (kept.completed_quantity, kept.defect_quantity) == (32, 16)
        assert kept.actual_minutes == sum(row.minutes for row in rows) == 20

    def test_the_version_alone_loses_nothing(self, reports_at_once):
        """Without the lock most are sent away to look again: inconvenient, but what is written is right."""
        with no_lock(), mock.patch.object(reports, "change", Meeting(self.CROWD, patience=5).before(reports.change)):
            counts, kept, rows = reports_at_once("20 reporters, version without lock")

        assert counts["lost"] == 0
        assert counts["done"] == len(rows) == kept.reported_quantity / self.EACH
        assert counts["done"] + counts["Stale"] == self.CROWD

    def test_control_without_lock_and_version_reports_are_lost(self, reports_at_once):
        """Each has summed what was there before the others: the last one wins, and the rest was never made."""
        meeting = Meeting(self.CROWD, patience=5)
        with no_lock(), no_version(), mock.patch.object(reports, "change", meeting.before(reports.change)):
            counts, kept, rows = reports_at_once("control: 20 reporters without guards")

        assert counts["done"] == len(rows) == self.CROWD
        assert counts["lost"] > 0
        assert kept.reported_quantity < self.EACH * self.CROWD


class TestNumbers:
    """Order numbers have neither gaps nor doubles in an organization and a year, however many are made at once."""

    ONE_NUMBER = ("workorder_workorder", "order_number_once")

    @pytest.fixture
    def houses(self):
        return [OrganizationFactory(slug=slug) for slug in ("north", "south")]

    @pytest.fixture
    def creators(self, houses, figures):
        """Four creators in each of two organizations: three orders each, and between them one that fails."""
        patterns = [WorkOrderFactory(organization=house) for house in houses]

        def make(house, pattern, fails):
            with tenant(house):
                made = orders.create(by=None, customer=pattern.customer, title="At once")
                if fails:
                    raise Invalid([])
                return made

        def day(house, pattern):
            def numbers_made():
                made = []
                for fails in (False, True, False, False):
                    try:
                        made.append(make(house, pattern, fails))
                    except (Invalid, Stale):
                        continue
                return made

            return numbers_made

        def creators(what):
            days = [day(house, pattern) for house, pattern in zip(houses, patterns, strict=True) for _ in range(4)]
            answers = race(*days)
            found = {house.slug: places_in(house) for house in houses}
            doubles = sum(len(places) - len(set(places)) for places in found.values())
            gaps = sum(max(places) - len(set(places)) for places in found.values())
            return figures(what, answers, orders=sum(map(len, found.values())), doubles=doubles, gaps=gaps), found

        return creators

    def test_eight_in_two_organizations_count_without_gap_or_double(self, houses, creators):
        """The fourth that fails gives its number back, and the next one takes it."""
        counts, found = creators("8 creators in 2 organizations")

        assert counts == {"done": 8, "orders": 26, "doubles": 0, "gaps": 0}
        assert found == {house.slug: list(range(1, 14)) for house in houses}
        assert [last_of(house) for house in houses] == [13, 13]

    def test_control_without_the_series_lock_numbers_double(self, creators, database_urls):
        """Who reads first and writes then gives two orders one number; with the constraint, an error page."""
        meeting = Meeting(8)

        def read_then_write(count, *, organization=None):
            series = NumberSeries.objects.get()
            last = meeting.after(lambda: series.last)()
            NumberSeries.objects.filter(pk=series.pk).update(last=last + count)
            return [numbers.number_of(series.year, last + 1)]

        with (
            no_constraint(database_urls.owner, *self.ONE_NUMBER),
            mock.patch.object(numbers, "take_block", read_then_write),
        ):
            counts, _ = creators("control: 8 creators without the series' lock")

        assert counts["doubles"] > 0

    def test_control_with_the_series_kept_apart_a_failure_leaves_a_gap(self, houses, creators):
        """A counter that does not roll back with the order, as a sequence of the database would not."""
        take = numbers.take_block

        def take_for_good(count, *, organization=None):
            house = next(h for h in houses if str(h.pk) == str(numbers.context.organization_id()))
            return apart(house, lambda: take(count))

        with mock.patch.object(numbers, "take_block", take_for_good):
            counts, _ = creators("control: 8 creators, numbers kept apart")

        assert counts["gaps"] > 0


def places_in(organization):
    """The last parts of the numbers of all orders, in their order."""
    with tenant(organization):
        return sorted(int(number.rpartition("-")[2]) for number in WorkOrder.objects.values_list("number", flat=True))


def last_of(organization):
    with tenant(organization):
        return NumberSeries.objects.get().last
