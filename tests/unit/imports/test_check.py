"""A file is looked through row by row, and nothing of it is an order yet."""

import io

import pytest
from django.test.utils import CaptureQueriesContext

from tenants import events
from tenants.context import tenant
from tenants.errors import Invalid
from tests.factories import CustomerFactory
from tests.support.queries import connection, statements
from tests.support.reasons import codes
from workorder.actions import files, imports
from workorder.actions.imports import steps
from workorder.models import OrderImport, Process, WorkOrder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]

ALL = "order,customer,title,priority,due,product,quantity,unit,process,reference,budget,notes"


def problems_of(order_import):
    """{line: [(column, code), ...]} of the rows that are wrong."""
    rows = order_import.rows.exclude(problems=[])
    return {row.number: [(said.get("field"), said["code"]) for said in row.problems] for row in rows}


class TestUpload:
    """A file that can be read is kept and looked through; what cannot is refused, and nothing of it stays."""

    def test_file_is_kept_by_its_digest_and_waits_to_be_looked_through(self, world, bring):
        made = bring("ACME,Posters,POST,12", check=False)

        with files.open_stored(made.digest) as kept:
            assert kept.read().endswith(b"ACME,Posters,POST,12")
        assert (made.status, made.rows_total, made.rows_done) == ("checking", 1, 0)
        assert events.newest(made).data == {"name": "orders.csv", "rows": 1}
        assert made.steps.get().verb == "check"

    def test_another_organization_cannot_open_it(self, world, bring):
        """The digest of a file is no secret: everybody who has the file can compute it."""
        made = bring("ACME,Posters,POST,12")

        with tenant(world.south), pytest.raises(FileNotFoundError):
            files.open_stored(made.digest)

    @pytest.mark.parametrize("digest", ["../../secret_key", "", "0" * 63, "0" * 64 + "/..", "A" * 64])
    def test_what_is_no_digest_opens_nothing(self, digest):
        with pytest.raises(FileNotFoundError):
            files.open_stored(digest)

    def test_unreadable_file_leaves_nothing(self, world):
        before = world.fingerprint()

        with pytest.raises(Invalid) as refused:
            imports.upload(by=world.pia, file=io.BytesIO(b"\x00"), name="x")

        assert codes(refused) == ["not_text"]
        assert world.fingerprint() == before

    @pytest.mark.parametrize(
        ("name", "kept"), [("a\x00b\n.csv", "ab.csv"), ("", "orders"), ("x" * 300 + ".csv", "x" * 196 + ".csv")]
    )
    def test_name_of_the_file_is_one_that_can_be_shown(self, world, shop, name, kept):
        content = b"customer,title,product,quantity\nACME,Posters,POST,1"

        assert imports.upload(by=world.pia, file=io.BytesIO(content), name=name).name == kept


class TestCheck:
    """Nothing is written, and every row is told everything that is wrong with it."""

    def test_good_rows_have_no_problems_and_are_no_orders_yet(self, world, bring):
        before = WorkOrder.objects.count()

        made = bring("ACME,Posters,POST,12", "Acme Ltd,Leaflets,POST,3")

        assert (made.status, made.rows_done, made.rows_wrong, made.orders_total) == ("checked", 2, 0, 2)
        assert events.newest(made).data == {"rows": 2, "wrong": 0, "orders": 2}
        assert WorkOrder.objects.count() == before

    def test_each_row_is_told_all_that_is_wrong(self, bring):
        rows = [
            "A,NOBODY,Posters,soon,3/4/2030,POST,1.234,,,,-5,",
            "B,ACME,,,,,,,,,,",
            "C,GONE,Posters,,,OLD,0,,,,,",
            "D,ACME,Posters,,,POST,1,,PACK,,,",
            "E,SOUTH,#REF!,,,NONE,ten,a very long unit indeed,,,,",
        ]

        assert problems_of(bring(*rows, heading=ALL)) == {
            2: [
                ("customer", "does_not_exist"),
                ("priority", "invalid_choice"),
                ("due", "ambiguous_date"),
                ("quantity", "ambiguous_number"),
                ("budget", "too_small"),
            ],
            3: [("product", "required"), ("quantity", "required"), ("title", "required")],
            4: [("product", "inactive"), ("quantity", "too_small"), ("customer", "inactive")],
            5: [("product", "one_of_two")],
            6: [
                ("customer", "does_not_exist"),
                ("title", "formula_error"),
                ("product", "does_not_exist"),
                ("quantity", "not_a_number"),
                ("unit", "max_length"),
            ],
        }

    def test_a_title_longer_than_its_column_is_a_problem_of_its_row(self, bring):
        assert problems_of(bring(f"ACME,{'x' * 300},POST,1")) == {2: [("title", "max_length")]}

    def test_cells_beyond_the_heading_are_a_problem_of_their_row(self, bring):
        assert problems_of(bring("ACME,Posters,POST,1,5")) == {2: [(None, "too_many_cells")]}

    def test_rows_of_one_order_have_to_agree(self, bring):
        """What a later row leaves empty is as above; what it says otherwise is a slip somebody has to decide about."""
        rows = [
            "A,ACME,Posters,2030-01-31,POST,1",
            "A,,,,POST,2",
            "A,Acme Ltd,Posters,31.01.2030,POST,3",
            "A,ACME,Pots,,POST,4",
        ]

        made = bring(*rows, heading="order,customer,title,due,product,quantity")

        assert made.orders_total == 1
        assert problems_of(made) == {5: [("title", "disagrees")]}

    def test_namesakes_have_to_be_told_apart_by_code(self, world, bring):
        for code in ("TWIN1", "TWIN2"):
            CustomerFactory(organization=world.north, code=code, name="Twin")

        assert problems_of(bring("Twin,Posters,POST,1")) == {2: [("customer", "ambiguous_name")]}

    def test_more_lines_than_an_order_may_have(self, bring):
        made = bring(*["A,ACME,Posters,POST,1"] * 102, heading="order,customer,title,product,quantity")

        assert problems_of(made) == {102: [("product", "too_many")], 103: [("product", "too_many")]}

    def test_more_work_than_can_be_planned_is_said_before_it_is_written(self, bring):
        Process.objects.update(hourly_rate=99_999_999)

        assert problems_of(bring("ACME,Posters,POST,99999999")) == {2: [("quantity", "too_large")]}

    def test_queries_do_not_grow_with_rows(self, shop, bring, run):
        """Five reads of the catalogue, then a few statements per chunk."""
        counts = set()
        for size in (2, 100):
            made = bring(*["ACME,Posters,POST,1"] * size, check=False)
            with CaptureQueriesContext(connection) as counted:
                run(made, "check")
            counts.add(statements(counted))

        assert len(counts) == 1


class TestProgress:
    """Two hundred rows at a time; whoever dies in between is followed by somebody who goes on."""

    @pytest.fixture
    def five(self, bring, monkeypatch):
        monkeypatch.setattr(steps, "CHUNK", 2)
        return bring(*[f"ACME,Posters {n},POST,1" for n in range(5)], check=False)

    def test_progress_is_seen_between_chunks(self, five, monkeypatch, run):
        seen, keep = [], steps._write_down

        def kept_and_seen(*args):
            keep(*args)
            seen.append(OrderImport.objects.get(pk=five.pk).rows_done)

        monkeypatch.setattr(steps, "_write_down", kept_and_seen)
        run(five, "check")

        assert seen == [2, 4, 5]

    def test_a_worker_that_dies_leaves_the_rest_to_the_next(self, five, monkeypatch, run):
        """No row twice, none left out."""
        keep = steps._write_down
        monkeypatch.setattr(steps, "_write_down", _once(keep))
        with pytest.raises(KeyboardInterrupt):
            imports.run(five.steps.get())
        monkeypatch.setattr(steps, "_write_down", keep)
        assert OrderImport.objects.get(pk=five.pk).rows_done == 2

        run(five, "check")

        assert (five.status, five.rows_done) == ("checked", 5)
        assert list(five.rows.values_list("number", flat=True)) == [2, 3, 4, 5, 6]

    def test_a_step_run_twice_changes_nothing(self, world, five, run):
        """A lost lease: two workers had the same step."""
        run(five, "check")
        before = world.fingerprint()

        run(five, "check")

        assert world.fingerprint() == before


def _once(keep):
    """Keeps the first chunk and dies at the second."""
    calls = []

    def keep_or_die(*args):
        calls.append(args)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return keep(*args)

    return keep_or_die
