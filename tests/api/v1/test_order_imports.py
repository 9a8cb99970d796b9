"""Orders by file, by copy and by a message sent twice: three ways in that are not typing."""

import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.utils import CaptureQueriesContext

from tenants.context import tenant
from tests.factories import OrderImportFactory, ProcessFactory, ProductFactory, WorkOrderFactory
from tests.support.queries import connection, statements
from workorder.models import Customer, Product, WorkOrder

pytestmark = pytest.mark.django_db

HEADING = "order,customer,title,due,product,quantity"


@pytest.fixture
def text(world):
    """A file of two orders in three rows, and one row that is wrong if `wrong`."""

    def text(*, wrong=False):
        who, what = world.customer.code, world.product.code
        rows = [f"A,{who},Posters,2030-01-31,{what},10", f"A,,,,{what},5", f",{who},Leaflets,,{what},2.5"]
        rows += [f",{who},Pots,3/4/2030,NONE,1.234"] if wrong else []
        return "\n".join([HEADING, *rows]).encode()

    return text


def file(content, name="orders.csv"):
    return {"file": SimpleUploadedFile(name, content)}


class TestImport:
    """From a file to drafts, as a program would do it."""

    def test_from_the_file_to_its_orders(self, world, pia, text, celery_burst):
        """Brought, looked through in the background, read row by row, written, found."""
        made = pia.upload("/api/v1/order-imports/", file(text()))
        assert (made.status_code, made.body["status"], made.body["allowed_actions"]) == (201, "checking", [])
        where = made["Location"].removeprefix("http://localhost")

        celery_burst.until_quiet()
        checked = pia.get(where).body
        assert (checked["status"], checked["rows_done"], checked["rows_total"]) == ("checked", 3, 3)
        assert (checked["orders_total"], checked["allowed_actions"]) == (2, ["write", "discard"])

        assert pia.post(f"{where}write/").body["status"] == "writing"
        celery_burst.until_quiet()
        rows = pia.get(f"{where}rows/").body["results"]
        orders = [pia.get(f"work-orders/{row['work_order']}/").body for row in rows]
        assert pia.get(where).body["status"] == "written"
        assert [row["line"] for row in rows] == [2, 3, 4]
        assert [(order["title"], order["status"]) for order in orders] == [
            ("Posters", "draft"),
            ("Posters", "draft"),
            ("Leaflets", "draft"),
        ]
        assert [line["quantity"] for line in orders[0]["products"]] == ["10.000", "5.000"]

    def test_rows_with_problems_are_listed_and_stop_all_of_it(self, pia, text, celery_burst):
        made = pia.upload("/api/v1/order-imports/", file(text(wrong=True))).body
        celery_burst.until_quiet()
        where = f"order-imports/{made['id']}/"

        wrong = pia.get(f"{where}rows/", {"wrong": "true"}).body["results"]
        good = pia.get(f"{where}rows/", {"wrong": "false"}).body["results"]
        answer = pia.post(f"{where}write/")

        assert [row["line"] for row in good] == [2, 3, 4]
        assert [(problem["field"], problem["code"]) for problem in wrong[0]["problems"]] == [
            ("due", "ambiguous_date"),
            ("product", "does_not_exist"),
            ("quantity", "ambiguous_number"),
        ]
        assert (answer.status_code, answer.codes) == (409, ["import_has_problems"])

    def test_a_workbook_does_as_well(self, world, pia, tmp_path, celery_burst):
        book = openpyxl.Workbook()
        book.active.append(["Customer", "Title", "Product", "Quantity"])
        book.active.append([world.customer.name, "Posters", world.product.code, 12.5])
        book.save(tmp_path / "orders.xlsx")

        made = pia.upload("/api/v1/order-imports/", file((tmp_path / "orders.xlsx").read_bytes(), "orders.xlsx")).body
        celery_burst.until_quiet()

        row = pia.get(f"order-imports/{made['id']}/rows/").body["results"][0]
        assert (row["problems"], row["values"]["quantity"]) == ([], 12.5)

    @pytest.mark.parametrize(
        ("content", "code"),
        [(b"", "empty"), (b"\x00", "not_text"), (b"a,b\n1,2", "unknown_column"), (b"x" * 5_000_001, "too_large")],
        ids=["empty", "binary", "strange", "large"],
    )
    def test_file_that_cannot_be_read_is_refused_by_name(self, world, pia, content, code):
        before = world.fingerprint()

        answer = pia.upload("/api/v1/order-imports/", file(content))

        assert (answer.status_code, answer.codes[0], list(answer.body["fields"])) == (400, code, ["file"])
        assert world.fingerprint() == before

    def test_body_that_is_far_too_large_is_413_before_it_is_read(self, world, pia):
        before = world.fingerprint()

        answer = pia.upload("/api/v1/order-imports/", file(b"x" * 6_000_000))

        assert (answer.status_code, answer.code) == (413, "too_large")
        assert world.fingerprint() == before

    def test_json_is_not_what_is_read_here(self, pia):
        assert pia.post("order-imports/", {"file": "orders.csv"}).status_code == 415

    def test_a_file_elsewhere_is_415(self, pia):
        """JSON stays the rule: only this address reads forms."""
        assert pia.upload("/api/v1/work-orders/", file(b"x")).status_code == 415

    def test_lists_are_narrowed_by_status(self, world, pia):
        for at in ("checked", "discarded"):
            OrderImportFactory(organization=world.north, member=world.pia, at=at)

        found = pia.get("order-imports/", {"status": "discarded"}).body["results"]

        assert [row["status"] for row in found] == ["discarded"]

    def test_rows_are_read_with_few_queries_however_many_there_are(self, world, pia, query_counter, celery_burst):
        def grow(size):
            rows = "".join(f",{world.customer.code},T{n},,{world.product.code},1\n" for n in range(size))
            grow.made = pia.upload("/api/v1/order-imports/", file(f"{HEADING}\n{rows}".encode())).body["id"]
            celery_burst.until_quiet()

        def read():
            return len(pia.get(f"order-imports/{grow.made}/rows/", {"page_size": 50}).body["results"])

        assert query_counter.constant_over(grow, read) <= 6

    def test_the_template_is_a_file_to_begin_with(self, pia):
        answer = pia.get("order-imports/template.csv")

        assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
        assert answer["Content-Disposition"] == 'attachment; filename="orders.csv"'
        assert answer.text.startswith("order,customer,title,")


class TestCopy:
    """The same again, as it would be made today."""

    @pytest.fixture
    def old(self, world):
        """A closed order of two lines, with a process added by hand and rework."""
        return WorkOrderFactory(
            organization=world.north, customer=world.customer, line__product=world.product, at="closed", notes="Fragile"
        )

    def test_copy_is_a_draft_of_the_same_work(self, world, pia, old):
        answer = pia.post(f"work-orders/{old.pk}/copy/", {"due_at": "2030-01-31T12:00:00Z", "title": "Again"})

        made = answer.body
        assert answer.status_code == 201
        assert answer["Location"] == f"http://localhost/api/v1/work-orders/{made['id']}/"
        assert (made["status"], made["title"], made["due_at"]) == ("draft", "Again", "2030-01-31T12:00:00Z")
        assert (made["notes"], made["customer_reference"], made["copied_from"]) == ("Fragile", "", str(old.pk))
        assert [line["product"] for line in made["products"]] == [str(world.product.pk)]

    def test_copy_takes_the_routing_of_today(self, world, pia, old):
        """What was learned since the old order is part of the new one."""
        with tenant(world.north):
            world.product.routing.update(process=ProcessFactory(organization=world.north, code="NEW"))
        made = pia.post(f"work-orders/{old.pk}/copy/").body

        with tenant(world.north):
            assert [row.process.code for row in WorkOrder.objects.get(pk=made["id"]).processes.all()] == ["NEW"]

    def test_everything_no_longer_in_use_is_named(self, world, pia, old):
        with tenant(world.north):
            Product.objects.filter(pk=world.product.pk).update(active=False)
            Customer.objects.filter(pk=world.customer.pk).update(active=False)
        before = world.fingerprint()

        answer = pia.post(f"work-orders/{old.pk}/copy/")

        assert (answer.status_code, answer.codes) == (409, ["inactive", "inactive"])
        assert "fields" not in answer.body
        assert world.fingerprint() == before

    def test_event_tells_where_it_came_from(self, pia, old):
        made = pia.post(f"work-orders/{old.pk}/copy/").body

        told = pia.get(f"work-orders/{made['id']}/events/").body["results"][-1]

        assert (told["kind"], told["data"]["copied_from"]) == ("workorder.created", str(old.pk))
        assert told["data"]["copied_from_number"] == old.number

    def test_rework_is_not_copied(self, world, pia, old):
        """It was a mishap of the old order, not a part of the work."""
        with tenant(world.north):
            again = WorkOrderFactory(organization=world.north, at="completed")
        pia.as_(world.ada).post(f"work-orders/{again.pk}/reopen/", {"reason": "Wet."})

        made = pia.post(f"work-orders/{again.pk}/copy/").body

        assert len(made["processes"]) == 1


class TestSentTwice:
    """A device that got no answer sends the same message again."""

    @pytest.fixture
    def sent(self, world):
        return {"customer": str(world.customer.pk), "title": "Posters", "client_id": str(uuid.uuid4())}

    def test_the_second_time_answers_the_first_order(self, world, pia, sent):
        first = pia.post("work-orders/", sent)
        before = world.fingerprint()

        second = pia.post("work-orders/", sent | {"title": "Something else"})

        assert (first.status_code, second.status_code) == (201, 200)
        assert second.body == first.body
        assert world.fingerprint() == before

    def test_copies_too(self, world, pia, sent):
        where = f"work-orders/{world.orders['closed'].pk}/copy/"
        first = pia.post(where, {"client_id": sent["client_id"]})

        second = pia.post(where, {"client_id": sent["client_id"]})

        assert (first.status_code, second.status_code) == (201, 200)
        assert second.body["id"] == first.body["id"]

    def test_each_organization_has_ids_of_its_own(self, world, pia, api_client, sent):
        """A device may be lent: what it called an order in one house names nothing in another."""
        with tenant(world.south):
            customer = Customer.objects.first()
        pia.post("work-orders/", sent)

        answer = api_client.as_(world.zoe).post("work-orders/", sent | {"customer": str(customer.pk)})

        assert answer.status_code == 201

    def test_it_is_no_part_of_an_edit(self, world, pia, sent):
        draft = world.orders["draft"]

        pia.patch(f"work-orders/{draft.pk}/", {"client_id": sent["client_id"]})

        with tenant(world.north):
            assert WorkOrder.objects.get(pk=draft.pk).client_id is None


class TestStatements:
    def test_an_order_of_three_lines_and_five_processes_takes_few(self, world, pia, signing_in):
        """Everything it names is looked up by kind, everything it consists of written by kind."""
        named = {"organization": world.north}
        lines = [{"product": str(ProductFactory(**named).pk), "quantity": "10"} for _ in range(3)]
        steps = [{"process": str(ProcessFactory(**named).pk), "quantity": "1"} for _ in range(5)]
        sent = {"customer": str(world.customer.pk), "title": "Posters", "products": lines, "processes": steps}

        with CaptureQueriesContext(connection) as counted:
            answer = pia.post("work-orders/", sent)

        assert answer.status_code == 201
        assert statements(counted) - signing_in <= 13
