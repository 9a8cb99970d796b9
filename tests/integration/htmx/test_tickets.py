"""Tickets as pages: found, written, triaged and ended by buttons, with the part swapped and the words beside fields."""

import pytest
from django.urls import reverse

from tenants.context import tenant
from tests.factories import TicketFactory
from workorder.models import Ticket, WorkOrder

pytestmark = pytest.mark.django_db

LIST, NEW = "/tickets/", "/tickets/new/"
SENT = {"title": "The press is hot", "description": "Since Monday.", "priority": "high", "order_number": ""}


@pytest.fixture
def ticket(world):
    return TicketFactory(
        organization=world.north, customer=world.customer, department=world.assembly, reported_by=world.omar
    )


def detail(ticket):
    return reverse("workorder:ticket_detail", args=[ticket.pk])


def verb_of(ticket, verb):
    return reverse("workorder:ticket_verb", args=[ticket.pk, verb])


class TestList:
    """The filters live in the address."""

    def test_filters_narrow_and_part_is_swapped(self, world, hx_client, ticket):
        TicketFactory(organization=world.north, title="Oil", at="resolved")
        window = hx_client.as_(world.vera)
        window.page(LIST)

        part = window.part(window.get(f"{LIST}?status=open"))

        assert part.texts("tbody tr td:first-child") == [ticket.title]

    def test_mine_are_those_i_reported_or_take_care_of(self, world, hx_client, ticket):
        TicketFactory(organization=world.north, title="Care", at="triaged", member=world.omar)
        TicketFactory(organization=world.north, title="Neither")

        page = hx_client.as_(world.omar).page(f"{LIST}?mine=on&order=created")

        assert page.texts("tbody tr td:first-child") == [ticket.title, "Care"]

    def test_filters_that_make_no_sense_are_left_out(self, world, hx_client, ticket):
        page = hx_client.as_(world.vera).page(f"{LIST}?status=new&priority=%00&department=7&page=-3&order=zebra")

        assert page.texts("tbody [data-state]") == ["New"]

    def test_empty_list_says_what_to_do(self, world, hx_client):
        """A viewer cannot write one, so they are not sent to a page that refuses them."""
        found = {who: hx_client.as_(getattr(world, who)).page(LIST) for who in ("omar", "vera")}

        assert found["omar"].has(f'#tickets a[href="{NEW}"]')
        assert not found["vera"].has(f'a[href="{NEW}"]')


class TestWriting:
    """What was typed is never thrown away."""

    def test_ticket_is_written_and_shown(self, world, hx_client):
        window = hx_client.as_(world.omar)

        answer = window.plain("post", NEW, SENT | {"order_number": world.orders["draft"].number.lower()})

        page = window.page(answer["Location"])
        assert page.text("h1") == "The press is hot"
        assert page.text("[data-status]") == "New"
        assert world.orders["draft"].number in page.texts("dl a")

    def test_order_that_is_not_there_is_said_beside_its_field(self, world, hx_client):
        window = hx_client.as_(world.omar)
        window.page(NEW)

        answer = window.post(NEW, SENT | {"order_number": world.south_order.number + "9"})

        part = window.part(answer)
        assert answer.status_code == 422
        assert part.text("#id_order_number_error") == "There is no order with this number."
        assert part.one("#id_title")["value"] == "The press is hot"

    def test_order_of_the_address_is_filled_in(self, world, hx_client):
        page = hx_client.as_(world.omar).page(f"{NEW}?order={world.orders['draft'].number}")

        assert page.one("#id_order_number")["value"] == world.orders["draft"].number

    def test_edit_of_what_somebody_changed_meanwhile_is_shown_as_it_is(self, world, hx_client, ticket):
        window = hx_client.as_(world.pia)
        address = reverse("workorder:ticket_edit", args=[ticket.pk])
        sent = window.page(address).fields("#ticket-form")
        hx_client.as_(world.ada).post(address, sent | {"title": "First"})

        answer = window.post(address, sent | {"title": "Second"})

        assert answer.status_code == 409
        assert window.part(answer).one("#id_title")["value"] == "First"

    def test_edit_keeps_what_its_form_shows(self, world, hx_client):
        """Sending the page as it came changes nothing."""
        ticket = TicketFactory(organization=world.north, department=world.assembly, at="triaged", member=world.omar)
        window = hx_client.as_(world.pia)
        address = reverse("workorder:ticket_edit", args=[ticket.pk])
        sent = window.page(address).fields("#ticket-form")
        before = world.fingerprint()

        answer = window.post(address, sent)

        assert answer["HX-Redirect"] == detail(ticket)
        assert world.fingerprint() == before


class TestVerbs:
    """A button answers with the ticket as it is then."""

    def test_triage_shows_what_is_and_takes_what_is_chosen(self, world, hx_client, ticket):
        window = hx_client.as_(world.sina)
        form = f'form[action="{verb_of(ticket, "triage")}"]'
        sent = window.page(detail(ticket)).fields(form)

        answer = window.post(verb_of(ticket, "triage"), sent | {"assigned_member": str(world.omar.pk)})

        window.assert_toast(answer, "success", f"{ticket.title}: Triaged.")
        assert window.part(answer).text("[data-status]") == "Triaged"
        with tenant(world.north):
            kept = Ticket.objects.get(pk=ticket.pk)
        assert (kept.department_id, kept.assigned_member_id) == (world.assembly.pk, world.omar.pk)

    def test_resolution_without_words_is_said_beside_the_field(self, world, hx_client):
        ticket = TicketFactory(organization=world.north, at="in_progress")
        window = hx_client.as_(world.pia)
        window.page(detail(ticket))

        answer = window.post(verb_of(ticket, "resolve"), {"resolution": " "})

        assert answer.status_code == 422
        assert window.part(answer).has("details[open] [aria-invalid]")

    def test_converted_ticket_leads_to_its_order(self, world, hx_client):
        ticket = TicketFactory(organization=world.north, at="triaged")
        window = hx_client.as_(world.pia)
        sent = window.page(detail(ticket)).fields(f'form[action="{verb_of(ticket, "convert")}"]')

        page = window.part(window.post(verb_of(ticket, "convert"), sent))

        with tenant(world.north):
            order = WorkOrder.objects.get(tickets=ticket)
        assert page.one(f'a[href="{reverse("workorder:order_detail", args=[order.pk])}"]').get_text() == order.number

    def test_history_tells_the_story_in_words(self, world, hx_client):
        ticket = TicketFactory(organization=world.north, reported_by=world.omar, at="resolved", at__by=world.pia)

        page = hx_client.as_(world.vera).page(detail(ticket))

        assert page.texts("li[data-kind] > p:first-of-type")[0] == "Pia resolved it."
        assert page.texts("li[data-kind] blockquote") == ["It was asked for."]

    def test_viewer_has_no_buttons(self, world, hx_client, ticket):
        """Whoever may look may say whether they want to hear of it, and nothing else."""
        page = hx_client.as_(world.vera).page(detail(ticket))

        said = [form["action"] for form in page.all("#ticket form")]
        assert said == [f"/tickets/{ticket.pk}/follow/"]
