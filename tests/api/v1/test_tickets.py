"""Tickets through the API: somebody tells what is wrong, somebody looks at it, and it ends mended or as an order."""

import uuid

import pytest

from tenants.context import tenant
from tests.factories import OperatorFactory, SupervisorFactory, TicketFactory
from workorder.models import Ticket, WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(world):
    """A new ticket in Assembly, reported by Omar."""
    return TicketFactory(
        organization=world.north, customer=world.customer, department=world.assembly, reported_by=world.omar
    )


@pytest.fixture
def as_(world, api_client):
    return lambda name: api_client.as_(getattr(world, name))


def kinds(client, subject):
    return [event["kind"] for event in client.get("events/", {"subject": subject}).body["results"]][::-1]


class TestOpening:
    """Whoever works may tell; nothing but a title is needed."""

    def test_ticket_tells_who_reported_it_and_starts_new(self, world, as_):
        answer = as_("omar").post("tickets/", {"title": "  The press is hot ", "priority": "high"})

        assert (answer.status_code, answer["Location"]) == (
            201,
            f"http://localhost/api/v1/tickets/{answer.body['id']}/",
        )
        assert answer.body["reported_by"] == str(world.omar.pk)
        assert (answer.body["title"], answer.body["priority"], answer.body["status"]) == (
            "The press is hot",
            "high",
            "new",
        )

    def test_same_ticket_sent_again_is_written_once(self, world, as_):
        """A phone in a cellar sends it until it hears an answer."""
        sent = {"title": "Hot", "client_id": str(uuid.uuid4())}

        first, again = (as_("omar").post("tickets/", sent) for _ in range(2))

        assert first.body["id"] == again.body["id"]
        with tenant(world.north):
            assert Ticket.objects.filter(title="Hot").count() == 1

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "title"),
            ({"title": " "}, "title"),
            ({"title": "x", "priority": "now"}, "priority"),
            ({"title": "x", "description": "x" * 5001}, "description"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_by_name(self, as_, body, field):
        answer = as_("omar").post("tickets/", body)

        assert (answer.status_code, list(answer.body["fields"])) == (400, [field])


class TestLife:
    """From the report to the end, each step by whom it concerns."""

    def test_ticket_is_triaged_taken_care_of_resolved_and_closed(self, world, as_, ticket):
        given = {"priority": "urgent", "assigned_member": str(world.odd.pk)}
        steps = [
            ("sina", "triage", given),
            ("odd", "start", {}),
            ("odd", "resolve", {"resolution": "A new bearing."}),
            ("omar", "close", {}),
        ]

        answers = [as_(who).post(f"tickets/{ticket.pk}/{verb}/", body) for who, verb, body in steps]

        assert [answer.body["status"] for answer in answers] == ["triaged", "in_progress", "resolved", "closed"]
        assert (answers[0].body["priority"], answers[2].body["resolution"]) == ("urgent", "A new bearing.")
        assert kinds(as_("vera"), ticket.pk) == [
            "ticket.created",
            "ticket.triaged",
            "ticket.started",
            "ticket.resolved",
            "ticket.closed",
        ]

    def test_whoever_starts_has_it_if_nobody_had(self, world, as_, ticket):
        as_("sina").post(f"tickets/{ticket.pk}/triage/")

        answer = as_("sina").post(f"tickets/{ticket.pk}/start/")

        assert answer.body["assigned_member"] == str(world.sina.pk)

    def test_reopened_ticket_is_not_resolved_any_more(self, world, as_):
        """Its reporter has the last word."""
        ticket = TicketFactory(organization=world.north, reported_by=world.omar, at="resolved")

        answer = as_("omar").post(f"tickets/{ticket.pk}/reopen/", {"reason": "It is hot again."})

        assert (answer.body["status"], answer.body["resolution"], answer.body["resolved_at"]) == (
            "in_progress",
            "",
            None,
        )

    def test_a_resolution_needs_words(self, world, as_):
        ticket = TicketFactory(organization=world.north, at="in_progress")

        answer = as_("pia").post(f"tickets/{ticket.pk}/resolve/", {"resolution": " "})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["resolution"])

    def test_viewers_and_people_who_left_cannot_be_given_one(self, world, as_, ticket):
        found = {
            who: as_("pia").post(f"tickets/{ticket.pk}/triage/", {"assigned_member": str(getattr(world, who).pk)}).codes
            for who in ("vera", "ivan")
        }

        assert found == {"vera": ["only_looks_on"], "ivan": ["inactive"]}


class TestConverting:
    """A ticket becomes an order of somebody."""

    def test_order_takes_over_what_was_said(self, world, as_, ticket):
        as_("pia").post(f"tickets/{ticket.pk}/triage/", {"priority": "urgent"})

        answer = as_("pia").post(f"tickets/{ticket.pk}/convert/", {"due_at": "2030-01-31T12:00:00Z"})

        with tenant(world.north):
            order = WorkOrder.objects.get(pk=answer.body["work_order"])
        assert (answer.body["status"], order.status) == ("converted", "draft")
        assert (order.title, order.notes, order.priority, order.customer_id) == (
            ticket.title,
            ticket.description,
            "urgent",
            world.customer.pk,
        )

    def test_asked_again_it_stays_one_order(self, world, as_, ticket):
        as_("pia").post(f"tickets/{ticket.pk}/triage/")

        first, again = (as_("pia").post(f"tickets/{ticket.pk}/convert/").body["work_order"] for _ in range(2))

        assert first == again

    def test_without_a_customer_it_is_refused_and_no_order_written(self, world, pia):
        ticket = TicketFactory(organization=world.north, customer=None, at="triaged")
        before = world.fingerprint()

        answer = pia.post(f"tickets/{ticket.pk}/convert/")

        assert (answer.status_code, answer.codes) == (409, ["customer_missing"])
        assert world.fingerprint() == before

    def test_customer_named_on_the_way_is_kept(self, world, as_):
        ticket = TicketFactory(organization=world.north, customer=None, at="triaged")

        answer = as_("pia").post(f"tickets/{ticket.pk}/convert/", {"customer": str(world.customer.pk)})

        assert (answer.status_code, answer.body["customer"]) == (200, str(world.customer.pk))

    def test_customer_no_longer_in_use_gets_no_order(self, world, as_, ticket):
        as_("pia").post(f"tickets/{ticket.pk}/triage/")
        as_("pia").patch(f"customers/{world.customer.pk}/", {"active": False})

        answer = as_("pia").post(f"tickets/{ticket.pk}/convert/")

        assert (answer.status_code, answer.codes) == (409, ["customer_inactive"])


class TestEditing:
    """Words may be mended while it is open."""

    def test_reporter_rewords_until_somebody_has_looked_at_it(self, world, as_, ticket):
        mended = as_("omar").patch(f"tickets/{ticket.pk}/", {"title": "The big press is hot"})
        as_("sina").post(f"tickets/{ticket.pk}/triage/")
        late = as_("omar").patch(f"tickets/{ticket.pk}/", {"title": "Never mind"})

        assert (mended.status_code, mended.body["title"], late.status_code) == (200, "The big press is hot", 403)

    def test_reporter_does_not_choose_who_takes_care(self, world, as_, ticket):
        answer = as_("omar").patch(f"tickets/{ticket.pk}/", {"assigned_member": str(world.odd.pk)})

        assert (answer.status_code, answer.codes) == (409, ["not_triaged"])

    def test_nothing_differs_nothing_is_written(self, world, pia, ticket):
        before = world.fingerprint()

        pia.patch(f"tickets/{ticket.pk}/", {"title": ticket.title})

        assert world.fingerprint() == before

    def test_ended_ticket_is_not_edited(self, world, as_):
        ticket = TicketFactory(organization=world.north, at="closed")

        answer = as_("pia").patch(f"tickets/{ticket.pk}/", {"title": "x"})

        assert (answer.status_code, answer.codes) == (409, ["ticket_ended"])


class TestScope:
    """A supervisor cares for the own department and for what belongs nowhere yet."""

    def test_what_belongs_nowhere_is_every_supervisors(self, world, as_):
        ticket = TicketFactory(organization=world.north, department=None)

        answer = as_("sina").post(f"tickets/{ticket.pk}/triage/", {"department": str(world.welding.pk)})

        assert (answer.status_code, answer.body["department"]) == (200, str(world.welding.pk))

    def test_supervisor_without_a_department_has_no_say_in_one(self, world, api_client, ticket):
        nowhere = SupervisorFactory(organization=world.north, department=None)

        assert api_client.as_(nowhere).post(f"tickets/{ticket.pk}/triage/").status_code == 403

    def test_allowed_actions_are_what_the_caller_may_say_now(self, world, as_, ticket):
        found = {who: as_(who).get(f"tickets/{ticket.pk}/").body["allowed_actions"] for who in ("vera", "omar", "sina")}
        as_("sina").post(f"tickets/{ticket.pk}/triage/", {"assigned_member": str(world.omar.pk)})
        later = {who: as_(who).get(f"tickets/{ticket.pk}/").body["allowed_actions"] for who in ("omar", "sina", "pia")}

        assert found == {"vera": [], "omar": [], "sina": ["triage"]}
        assert later == {"omar": ["start"], "sina": ["start"], "pia": ["start", "convert"]}


class TestFinding:
    """The list is narrowed by what people ask for."""

    @pytest.fixture
    def several(self, world):
        other = OperatorFactory(organization=world.north, department=world.welding)
        place = {"organization": world.north}
        TicketFactory(**place, title="oil", description="On the floor", department=world.assembly, priority="low")
        TicketFactory(**place, title="noise", department=world.welding, reported_by=other, at="triaged", member=other)
        TicketFactory(**place, title="smoke", department=world.welding, priority="urgent", at="resolved")
        return other

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("status=new", ["oil"]),
            ("status=new&status=triaged", ["noise", "oil"]),
            ("open=true", ["noise", "oil"]),
            ("open=false", ["smoke"]),
            ("priority=urgent", ["smoke"]),
            ("unassigned=false", ["noise", "smoke"]),
            ("search=floor", ["oil"]),
            ("created_before=2001-01-01T00:00:00Z", []),
        ],
    )
    def test_filters_narrow(self, several, pia, query, found):
        answer = pia.get(f"tickets/?{query}&ordering=title")

        assert [row["title"] for row in answer.body["results"]] == found

    def test_filters_by_relation(self, world, several, pia):
        asked = {"department": world.assembly.pk, "assigned_member": several.pk, "reported_by": several.pk}

        found = {
            name: [row["title"] for row in pia.get("tickets/", {name: pk}).body["results"]]
            for name, pk in asked.items()
        }

        assert found == {"department": ["oil"], "assigned_member": ["noise"], "reported_by": ["noise"]}

    def test_ordering_by_priority_is_by_urgency(self, several, pia):
        answer = pia.get("tickets/?ordering=-priority")

        assert [row["title"] for row in answer.body["results"]] == ["smoke", "noise", "oil"]
