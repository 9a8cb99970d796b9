"""What was typed is never thrown away: it comes back with the reason beside the field."""

import pytest
from django.urls import reverse

from tenants.context import tenant
from tests.factories import WorkOrderTaskFactory
from workorder.models import TaskReport, WorkOrder

pytestmark = pytest.mark.django_db

NEW = "/work-orders/new/"
UNKNOWN = "01900000-0000-7000-8000-000000000000"  # nobody has this id


def verb_of(order, verb):
    return reverse("workorder:order_verb", args=[order.pk, verb])


@pytest.fixture
def typed(world):
    """A whole order as the form sends it."""
    return {
        "customer": world.customer.pk,
        "title": "Spring programme",
        "priority": "high",
        "due_at": "2026-12-24T12:00",
        "lines-0-product": world.product.pk,
        "lines-0-quantity": "12.5",
        "lines-1-product": "",
        "lines-1-quantity": "",
    }


@pytest.fixture
def running(world):
    """Omar's task of ten pieces, begun."""
    return WorkOrderTaskFactory(
        organization=world.north, department=world.assembly, member=world.omar, at="in_progress", at__by=world.omar
    )


class TestFormErrors:
    """422, so that programs know it failed and HTMX still shows it."""

    def test_reason_left_out_is_asked_for_beside_the_field(self, world, hx_client):
        order = world.orders["submitted"]
        window = hx_client.as_(world.ada)

        answer = window.post(verb_of(order, "reject"), {"comment": "  ", "version": order.version})

        field = window.part(answer).one("[aria-invalid=true]")
        assert answer.status_code == 422
        assert (field.name, field["name"]) == ("textarea", "comment")
        assert window.page(order).text("[data-status]") == "Submitted"

    def test_report_beyond_what_is_left_is_refused_at_the_quantity(self, world, hx_client, running):
        """What the verb refuses comes back like what the form refuses."""
        window = hx_client.as_(world.omar)

        answer = window.post(reverse("workorder:task_verb", args=[running.pk, "report"]), {"good": "11"})

        part = window.part(answer)
        assert answer.status_code == 422
        assert part.one("[aria-invalid=true]")["value"] == "11"
        assert part.has("details[open]")

    @pytest.mark.parametrize(
        ("field", "text"),
        [
            ("customer", "not-an-id"),
            ("customer", UNKNOWN),
            ("title", ""),
            ("priority", "soon"),
            ("due_at", "9999-12-31T23:59"),
            ("budget", "-1"),
            ("lines-0-product", "not-an-id"),
            ("lines-0-quantity", "0"),
            ("lines-0-quantity", "NaN"),
            ("lines-0-quantity", "1e999999"),
        ],
    )
    def test_order_with_one_wrong_field_names_it_and_writes_nothing(self, world, hx_client, typed, field, text):
        window = hx_client.as_(world.pia)
        before = world.fingerprint()

        answer = window.post(NEW, typed | {field: text})

        assert answer.status_code == 422
        assert hx_client.part(answer).one("[aria-invalid=true]")["name"] == field
        assert world.fingerprint() == before

    def test_version_seen_that_is_no_longer_true_shows_how_it_is_now(self, world, hx_client):
        """Two people with the same page open: the second one decides about what they have not seen."""
        order = world.orders["in_progress"]
        window = hx_client.as_(world.pia)

        answer = window.post(verb_of(order, "hold"), {"reason": "Paper is out.", "version": order.version - 1})

        part = window.part(answer)
        assert answer.status_code == 409
        assert part.text("[role=alert] strong") == "Changed meanwhile."
        assert part.text("[data-status]") == "In progress"


class TestRows:
    """Rows come and go by the server, so they do without scripts too."""

    def test_row_added_keeps_what_was_typed(self, world, hx_client, typed):
        window = hx_client.as_(world.pia)

        part = window.part(window.post(NEW, typed | {"add": "processes"}))

        fields = part.fields("#order-form")
        assert fields["title"] == "Spring programme"
        assert fields["lines-0-quantity"] == "12.5"
        assert fields["processes-0-process"] == ""
        assert not part.has("[aria-invalid]")

    def test_row_dropped_moves_the_others_up(self, world, hx_client, typed):
        rows = {"lines-1-product": world.product.pk, "lines-1-quantity": "7"}

        part = hx_client.part(hx_client.as_(world.pia).post(NEW, typed | rows | {"drop": "lines-0"}))

        assert part.fields("#order-form")["lines-0-quantity"] == "7"
        assert not part.has("[name=lines-1-quantity]")

    def test_order_saved_leaves_blank_rows_out_and_opens_its_page(self, world, hx_client, typed):
        window = hx_client.as_(world.pia)

        answer = window.post(NEW, typed)

        with tenant(world.north):
            order = WorkOrder.objects.get(title="Spring programme")
        assert answer["HX-Redirect"] == reverse("workorder:order_detail", args=[order.pk])
        assert window.page(order).texts("[aria-labelledby=products-title] li span")[1].split()[0] == "12.5"


class TestReports:
    """A gloved thumb presses twice, and a bad line sends twice."""

    def test_report_sent_twice_is_one_report(self, world, hx_client, running):
        url = reverse("workorder:task_verb", args=[running.pk, "report"])
        window = hx_client.as_(world.omar)
        fields = window.page(running).fields("form[action$='/report/']") | {"good": "4", "version": ""}

        first, second = window.post(url, fields), window.post(url, fields)

        with tenant(world.north):
            reports = TaskReport.objects.filter(task=running)
            assert [report.good for report in reports] == [4]
        assert (first.status_code, second.status_code) == (200, 200)
