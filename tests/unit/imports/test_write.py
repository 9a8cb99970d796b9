"""All orders of a file at once, as if somebody had typed each of them; or not one."""

import datetime
import zoneinfo
from decimal import Decimal
from unittest import mock

import pytest
from django.db import OperationalError
from django.test.utils import CaptureQueriesContext

from tenants import events, relay
from tenants.errors import NotAllowed
from tenants.models import Event
from tests.factories import OrderImportFactory
from tests.support.queries import connection, statements
from tests.support.reasons import codes
from workorder.actions import catalogue, imports, orders
from workorder.actions.imports import steps
from workorder.models import Customer, ImportStep, NumberSeries, Product, WorkOrder, WorkOrderProcess, steps_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]

LABEL = "workorder.importstep"
ALL = "order,customer,title,priority,due,product,quantity,unit,process,reference,budget,notes"


@pytest.fixture
def written(world, run):
    """`written(order_import)`: Pia has it written, and it was."""

    def written(order_import):
        imports.write(order_import, by=world.pia)
        return run(order_import, "write")

    return written


class TestWrite:
    """All orders at once, as if somebody had typed each of them."""

    def test_orders_are_what_typing_them_would_have_made(self, world, bring, written):
        """The same lines, processes, estimates and costs as `orders.create` makes of the same words."""
        rows = [
            "A,ACME, Posters ,high,2030-01-31,POST,10,box,,PO-7,99.90,Fragile",
            "A,,,,,POST,5,,,,,",
            "A,,,,,,3,,PACK,,,",
            "B,Acme Ltd,Leaflets,,,POST,2.5,,,,,",
        ]
        made = written(bring(*rows, heading=ALL))

        first, second = made.rows.get(number=2).work_order, made.rows.get(number=5).work_order
        typed = orders.create(
            by=world.pia,
            customer=Customer.objects.get(code="ACME"),
            title="Posters",
            priority="high",
            due_at=datetime.datetime(2030, 1, 31, 23, 59, tzinfo=zoneinfo.ZoneInfo(world.north.time_zone)),
            budget=Decimal("99.90"),
            customer_reference="PO-7",
            notes="Fragile",
            lines=[
                {"product": Product.objects.get(code="POST"), "quantity": Decimal(10), "unit": "box"},
                {"product": Product.objects.get(code="POST"), "quantity": Decimal(5)},
            ],
            processes=[{"process": first.processes.last().process, "quantity": Decimal(3)}],
        )
        assert facts(first) == facts(typed)
        assert work(first) == work(typed)
        assert second.title == "Leaflets"
        assert made.rows.get(number=4).work_order == first

    def test_numbers_are_one_block_and_each_order_has_its_event(self, world, bring, frozen_clock, written):
        made = written(bring(*[f"ACME,Posters {n},POST,1" for n in range(3)]))

        orders_made = WorkOrder.objects.filter(pk__in=made.rows.values("work_order")).order_by("number")
        numbers = [order.number for order in orders_made]
        last = NumberSeries.objects.get(year=2026).last
        said = [events.newest(order) for order in orders_made]
        assert numbers == [f"WO-2026-{last - back:06d}" for back in (2, 1, 0)]
        assert [(event.kind, event.actor, event.data["rows"]) for event in said] == [
            ("workorder.created", world.pia, [line]) for line in (2, 3, 4)
        ]
        assert {event.caused_by for event in said} == {Event.objects.about(made).get(kind="import.confirmed").pk}
        assert events.newest(made).data == {"orders": 3, "first": numbers[0], "last": numbers[-1]}

    def test_the_last_order_failing_leaves_none(self, world, bring, run):
        """All or nothing: what was true when it was looked through is not true any more."""
        made = bring("ACME,Posters,POST,1", "Acme Ltd,Leaflets,POST,1", "LAST,Last,POST,1")
        before, series = WorkOrder.objects.count(), NumberSeries.objects.get().last
        imports.write(made, by=world.pia)
        made.rows.filter(number=4).update(
            values={"customer": "GONE", "title": "Last", "product": "POST", "quantity": 1}
        )

        run(made, "write")

        assert made.status == "failed"
        assert "Line 4" in made.problem
        assert (WorkOrder.objects.count(), NumberSeries.objects.get().last) == (before, series)

    def test_a_catalogue_that_changes_while_it_is_made_ready_is_seen(self, world, bring, run, monkeypatch):
        """What was made ready before the transaction began is made anew inside it, by the catalogue as it is then."""
        made, ready = bring("ACME,Posters,POST,1"), steps._made_ready
        imports.write(made, by=world.pia)
        asked = []

        def made_ready(*args):
            asked.append(ready(*args))
            if len(asked) == 1:
                catalogue.edit(Product.objects.get(code="POST"), by=world.pia, active=False)
            return asked[-1]

        monkeypatch.setattr(steps, "_made_ready", made_ready)
        run(made, "write")

        assert (made.status, len(asked)) == ("failed", 2)
        assert "Line 2" in made.problem

    def test_a_database_that_refuses_the_last_row_leaves_none(self, world, bring, monkeypatch, run):
        """Also when the orders are written already, and the database breaks while their events are."""
        made = bring("ACME,Posters,POST,1", "ACME,Leaflets,POST,1")
        imports.write(made, by=world.pia)
        before = world.fingerprint()
        monkeypatch.setattr(steps.events, "record_all", mock.Mock(side_effect=OperationalError("gone")))

        with pytest.raises(OperationalError):
            imports.run(made.steps.get(verb="write"))

        assert world.fingerprint() == before

    def test_what_breaks_again_and_again_is_given_up_with_a_reason(self, world, bring, monkeypatch, run):
        """Somebody who waits is told, not left with a bar that never moves."""
        made = bring("ACME,Posters,POST,1")
        imports.write(made, by=world.pia)
        step = made.steps.get(verb="write")
        ImportStep.objects.filter(pk=step.pk).update(attempts=3, failures=3)
        monkeypatch.setattr(steps.numbers, "take_block", mock.Mock(side_effect=OperationalError("gone")))

        relay.run(LABEL, world.north, step.pk)

        made.refresh_from_db()
        assert made.status == "failed"
        assert made.problem == "Something broke on our side, several times. Nothing was written."

    def test_what_kills_its_workers_is_given_up_too(self, world, bring, run):
        made = bring("ACME,Posters,POST,1")
        imports.write(made, by=world.pia)
        step = made.steps.get(verb="write")
        ImportStep.objects.filter(pk=step.pk).update(attempts=4)

        relay.run(LABEL, world.north, step.pk)

        made.refresh_from_db()
        assert (made.status, made.orders_total) == ("failed", 1)

    def test_a_step_run_twice_writes_once(self, world, bring, run, written):
        made = written(bring("ACME,Posters,POST,1"))
        before = world.fingerprint()

        run(made, "write")

        assert world.fingerprint() == before

    def test_statements_do_not_grow_with_orders(self, world, bring, run):
        """Two orders and twenty take the same statements: rows are inserted by kind, not by order."""
        counts = {}
        for size in (2, 20):
            made = bring(*[f"ACME,Posters {n},POST,1" for n in range(size)])
            imports.write(made, by=world.pia)
            with CaptureQueriesContext(connection) as counted:
                run(made, "write")
            counts[size] = statements(counted)

        assert counts[2] == counts[20]


class TestVerbs:
    """What may be done with what was looked through."""

    def test_rows_with_problems_are_not_written(self, world, bring):
        made = bring("ACME,Posters,POST,1", "NOBODY,Posters,POST,1")

        with pytest.raises(NotAllowed) as refused:
            imports.write(made, by=world.pia)

        assert codes(refused) == ["import_has_problems"]

    def test_a_catalogue_that_changed_meanwhile_is_told_line_by_line(self, world, bring):
        made = bring("ACME,Posters,POST,1", "ACME,Leaflets,POST,2")
        Product.objects.filter(code="POST").update(active=False)

        with pytest.raises(NotAllowed) as refused:
            imports.write(made, by=world.pia)

        assert codes(refused) == ["import_outdated", "import_outdated"]
        assert [problem.message[:6] for problem in refused.value.problems] == ["Line 2", "Line 3"]

    def test_write_said_again_by_the_same_member_is_a_retry(self, world, bring):
        made = bring("ACME,Posters,POST,1")
        imports.write(made, by=world.pia)

        imports.write(made, by=world.pia)

        assert made.steps.filter(verb="write").count() == 1

    @pytest.mark.parametrize("at", ["checking", "writing", "written", "failed", "discarded"])
    def test_only_what_was_looked_through_is_written_or_discarded(self, world, at):
        made = OrderImportFactory(organization=world.north, member=world.pia, at=at)
        before = world.fingerprint()

        for verb in (imports.write, imports.discard):
            if (verb, at) in {(imports.write, "writing"), (imports.discard, "discarded")}:
                continue  # said again by the same member: a retry
            with pytest.raises(NotAllowed):
                verb(made, by=world.pia)

        assert world.fingerprint() == before

    def test_discarded_is_over(self, world, bring):
        made = imports.discard(bring("ACME,Posters,POST,1"), by=world.pia)

        assert made.status == "discarded"
        assert events.newest(made).kind == "import.discarded"


def facts(order):
    order = WorkOrder.objects.get(pk=order.pk)
    names = ("customer_id", "title", "priority", "due_at", "status", "budget", "customer_reference", "notes")
    return [getattr(order, name) for name in (*names, "estimate_minutes", "estimate_cost")]


def work(order):
    lines = list(order.lines.values_list("product", "position", "quantity", "unit"))
    columns = ("process", "department", "line__position", "quantity", "estimate_minutes", "hourly_rate")
    rows = list(WorkOrderProcess.objects.of_order(order).values_list("sequence", "parallel_with_previous", *columns))
    return lines, rows, [len(step) for step in steps_of(order.processes.all())]
