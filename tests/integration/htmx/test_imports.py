"""Orders by file, for people: a form, a bar that moves by itself, a table of what is wrong, two buttons."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tenants.context import tenant
from tests.factories import OrderImportFactory, WorkOrderFactory
from workorder.actions import imports
from workorder.actions.imports import steps
from workorder.models import OrderImport, Product, WorkOrder

pytestmark = pytest.mark.django_db

UPLOAD = "/work-orders/import/"
HEADING = "customer,title,product,quantity"


def page_of(order_import):
    return reverse("workorder:import_detail", args=[order_import.pk])


def verb_of(order_import, verb):
    return reverse("workorder:import_verb", args=[order_import.pk, verb])


def file(content, name="orders.csv"):
    return {"file": SimpleUploadedFile(name, content)}


@pytest.fixture
def window(world, hx_client):
    return hx_client.as_(world.pia)


@pytest.fixture
def brought(world):
    """`brought(*rows, at="checked")` -> an import of Pia's."""

    def brought(*rows, at="checked"):
        content = "\n".join([HEADING, *rows]).encode() if rows else None
        return OrderImportFactory(organization=world.north, member=world.pia, content=content, at=at)

    return brought


class TestUpload:
    def test_the_form_says_what_it_expects(self, window):
        page = window.page(UPLOAD)

        assert page.texts("dt")[:3] == ["order", "customer", "title"]
        assert page.one("a[download]")["href"] == "/work-orders/import/template.csv"
        assert page.one("input[type=file]")["accept"] == ".csv,.tsv,.txt,.xlsx"
        assert page.text("section:last-of-type p.font-medium") == "No file yet"

    def test_a_file_leads_to_its_import(self, world, window):
        row = f"{world.customer.code},Posters,{world.product.code},12"

        answer = window.post(UPLOAD, file(f"{HEADING}\n{row}".encode()))

        with tenant(world.north):
            made = OrderImport.objects.get()
        assert answer["HX-Redirect"] == page_of(made)
        assert window.page(UPLOAD).texts("ul a.link")[-1] == "orders.csv"

    def test_without_scripts_it_is_led_on_too(self, world, window):
        row = f"{world.customer.code},Posters,{world.product.code},12"

        answer = window.plain("post", UPLOAD, file(f"{HEADING}\n{row}".encode()))

        assert answer.status_code == 302

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({}, "This field is required."),
            (file(b""), "The file is empty."),
            (file(HEADING.encode()), "There is a heading and no row below it."),
            (file(b"customer,title,quantity\nA,B,1"), "There is neither a column “product” nor one “process”."),
            (file(b"x" * 5_000_001), "The file is larger than 5 MB: make several of it."),
        ],
        ids=["nothing", "empty", "heading", "columns", "large"],
    )
    def test_what_cannot_be_read_is_said_beside_the_field(self, world, window, sent, said):
        window.page(UPLOAD)
        before = world.fingerprint()

        answer = window.post(UPLOAD, sent)

        part = window.part(answer)
        assert answer.status_code == 422
        assert part.one("[aria-invalid=true]")["name"] == "file"
        assert part.text("#id_file_error") == said
        assert world.fingerprint() == before

    def test_the_list_of_orders_leads_there(self, world, hx_client, window):
        assert window.page("/work-orders/").has(f"a[href='{UPLOAD}']")
        assert not hx_client.as_(world.omar).page("/work-orders/").has(f"a[href='{UPLOAD}']")


class TestProgress:
    def test_the_bar_moves_by_itself_until_it_is_done(self, world, window, brought, monkeypatch):
        """The part asks for itself every second, and stops asking when there is nothing to wait for."""
        row = f"{world.customer.code},Posters,{world.product.code},12"
        made, keep = brought(*[row] * 4, at="checking"), steps._write_down
        monkeypatch.setattr(steps, "CHUNK", 2)
        window.page(page_of(made))
        parts = []

        def kept_and_looked_at(*args):
            keep(*args)
            parts.append(window.part(window.get(page_of(made))))

        monkeypatch.setattr(steps, "_write_down", kept_and_looked_at)
        with tenant(world.north):
            imports.run(made.steps.get())
        done = window.part(window.get(page_of(made)))

        assert [part.text("[role=status]") for part in parts] == [
            "Row 2 of 4 looked through",
            "Row 4 of 4 looked through",
        ]
        assert [part.one("progress")["value"] for part in parts] == ["2", "4"]
        assert "every 1s" in parts[-1].one("#import")["hx-trigger"]
        assert "every" not in done.one("#import")["hx-trigger"]
        assert done.text("[role=status]") == "4 rows without a problem: 4 orders can be written."

    def test_while_it_is_written_nobody_pretends_to_know_how_far(self, window, brought):
        part = window.page(page_of(brought(at="writing")))

        assert part.text("#import [role=status]") == "Writing 2 orders at once"
        assert not part.one("#import progress").has_attr("value")

    def test_rows_with_problems_are_a_table_by_line_and_column(self, world, window, brought):
        good = f"{world.customer.code},Posters,{world.product.code},12"
        made = brought(good, "NOBODY,,NONE,1.234")

        page = window.page(page_of(made))

        rows = [cell.parent.select("td") for cell in page.all("td[data-code]")]
        assert [(line.text, column.text, said["data-code"]) for line, column, said in rows] == [
            ("3", "customer", "does_not_exist"),
            ("3", "product", "does_not_exist"),
            ("3", "quantity", "ambiguous_number"),
            ("3", "title", "required"),
        ]
        assert page.texts("section[aria-labelledby=good-title] td")[1:] == [
            world.customer.code,
            "Posters",
            world.product.code,
            "12",
        ]
        assert not page.has(f"form[action='{verb_of(made, 'write')}']")

    def test_the_table_is_paged(self, window, brought):
        made = brought(*["NOBODY,Posters,NONE,1"] * 30)

        second = window.page(f"{page_of(made)}?page=2")

        assert len(second.all("td[data-code]")) == 10
        assert second.text("nav[aria-label=Pages] p") == "26–30 of 30"


class TestVerbs:
    def test_written_orders_are_linked(self, world, window, brought, celery_burst):
        made = brought()
        window.page(page_of(made))

        answer = window.post(verb_of(made, "write"))
        window.assert_toast(answer, "success", "orders.csv: They are being written.")
        celery_burst.until_quiet()
        page = window.page(page_of(made))

        with tenant(world.north):
            orders = WorkOrder.objects.order_by("-number")[:2]
            links = [reverse("workorder:order_detail", args=[order.pk]) for order in reversed(orders)]
        assert [link["href"] for link in page.all("section[aria-labelledby=made-title] a")] == links

    def test_discarded_has_no_buttons_left(self, window, brought):
        made = brought()
        window.page(page_of(made))

        part = window.part(window.post(verb_of(made, "discard")))

        assert part.text("[role=status]") == "Discarded: nothing was written."
        assert not part.has("form")

    def test_a_catalogue_that_changed_is_told(self, world, window, brought):
        made = brought()
        window.page(page_of(made))
        with tenant(world.north):
            Product.objects.update(active=False)

        answer = window.post(verb_of(made, "write"))

        assert answer.status_code == 409
        assert window.part(answer).all("[data-code=import_outdated]")

    def test_the_same_file_again_is_warned_of(self, world, window, brought):
        """Twice the same orders is what nobody wants and everybody does once."""
        row = f"{world.customer.code},Posters,{world.product.code},12"
        first, second = brought(row, at="written"), brought(row)

        page = window.page(page_of(second))

        assert page.one("[role=alert] a")["href"] == page_of(first)

    def test_others_see_nothing_of_it(self, world, hx_client, brought):
        made = brought()

        assert hx_client.as_(world.sina).plain("get", page_of(made)).status_code == 403
        assert hx_client.as_(world.zoe).plain("get", page_of(made)).status_code == 404


class TestCopy:
    def test_the_button_leads_to_the_new_draft(self, world, window):
        order = world.orders["closed"]
        page = window.page(order)
        where = reverse("workorder:order_copy", args=[order.pk])

        answer = window.post(where, page.fields(f"form[action='{where}']"))

        with tenant(world.north):
            made = WorkOrder.objects.get(copied_from=order)
        assert answer["HX-Redirect"] == reverse("workorder:order_edit", args=[made.pk])

    def test_pressed_twice_it_is_one_copy(self, world, window):
        order = world.orders["closed"]
        where = reverse("workorder:order_copy", args=[order.pk])
        sent = window.page(order).fields(f"form[action='{where}']")

        for _ in range(2):
            window.plain("post", where, sent)

        with tenant(world.north):
            assert WorkOrder.objects.filter(copied_from=order).count() == 1

    def test_what_is_no_longer_in_use_is_told_on_the_old_order(self, world, window):
        order = WorkOrderFactory(organization=world.north, at="closed")
        window.page(order)
        with tenant(world.north):
            order.lines.get().product.__class__.objects.update(active=False)

        answer = window.post(reverse("workorder:order_copy", args=[order.pk]))

        assert answer.status_code == 409
        assert len(window.part(answer).all("[data-code=inactive]")) == 1

    def test_operators_have_no_such_button(self, world, hx_client):
        order = world.orders["closed"]
        where = reverse("workorder:order_copy", args=[order.pk])

        assert not hx_client.as_(world.omar).page(order).has(f"form[action='{where}']")


class TestSentTwice:
    def test_a_new_order_saved_twice_is_one_order(self, world, window):
        """The button was pressed again while the line was slow."""
        sent = window.page("/work-orders/new/").fields("#order-form") | {
            "customer": world.customer.pk,
            "title": "Posters",
        }

        answers = [window.plain("post", "/work-orders/new/", sent) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [302, 302]
        assert answers[0]["Location"] == answers[1]["Location"]
