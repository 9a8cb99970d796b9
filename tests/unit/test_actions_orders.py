"""An order on paper: asked for, written down, mended, submitted, answered."""

import datetime
from decimal import Decimal

import pytest

from tenants import context, events
from tenants.errors import Invalid, NotAllowed, Stale
from tests.factories import ProcessFactory, ProductFactory, RoutingStepFactory, WorkOrderFactory
from tests.support.reasons import codes, named
from workorder.actions import orders
from workorder.models import WorkOrder, steps_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


def routed(world, *names):
    """A product of north whose routing leads through processes of these names; a `+` puts one beside the former."""
    product = ProductFactory(organization=world.north)
    for place, name in enumerate(names, start=1):
        process = ProcessFactory(organization=world.north, department=world.assembly, name=name.lstrip("+"))
        parallel = name.startswith("+")
        RoutingStepFactory(
            organization=world.north, product=product, process=process, sequence=place, parallel_with_previous=parallel
        )
    return product


def route(order):
    """The names of an order's processes, step by step."""
    return [[row.process.name for row in step] for step in steps_of(order.processes.select_related("process"))]


class TestCreate:
    """A request becomes a draft with everything that can be known from the catalogue."""

    def test_create_writes_the_order_its_lines_and_its_event(self, world):
        """What was asked for stands there as it was said."""
        due = context.now() + datetime.timedelta(days=3)

        order = orders.create(
            by=world.pia,
            customer=world.customer,
            title="  Opening posters ",
            priority="high",
            due_at=due,
            lines=[{"product": world.product, "quantity": Decimal("12.5"), "unit": "box"}],
            budget=Decimal("99.90"),
            customer_reference="PO-77",
            notes="Fragile.",
        )

        kept, event = WorkOrder.objects.get(pk=order.pk), events.newest(order)
        assert (kept.title, kept.priority, kept.due_at, kept.status) == ("Opening posters", "high", due, "draft")
        assert (kept.budget, kept.customer_reference, kept.notes) == (Decimal("99.90"), "PO-77", "Fragile.")
        assert list(kept.lines.values_list("product", "quantity", "unit")) == [
            (world.product.pk, Decimal("12.5"), "box")
        ]
        assert (event.kind, event.actor, event.subject_version) == ("workorder.created", world.pia, 1)
        assert event.data == {"number": order.number, "title": "Opening posters"}

    def test_create_takes_the_unit_and_the_estimate_from_the_catalogue(self, world):
        """Ten minutes to set up and two for each of twelve: 34, copied, so that a later catalogue changes nothing."""
        order = orders.create(
            by=world.pia, customer=world.customer, title="Posters", lines=[{"product": world.product, "quantity": 12}]
        )

        assert order.lines.get().unit == "pcs"
        assert order.processes.get().estimate_minutes == Decimal(34)
        assert order.estimate_minutes == Decimal(34)

    def test_create_leads_the_lines_through_the_floor_side_by_side(self, world):
        """Two products need not wait for each other, but packing follows everything."""
        lines = [
            {"product": routed(world, "Print", "Fold", "+Punch"), "quantity": 1},
            {"product": routed(world, "Weld"), "quantity": 1},
        ]
        packing = ProcessFactory(organization=world.north, name="Pack")

        order = orders.create(
            by=world.pia,
            customer=world.customer,
            title="Mixed",
            lines=lines,
            processes=[{"process": packing, "quantity": 2}],
        )

        assert route(order) == [["Print", "Weld"], ["Fold", "Punch"], ["Pack"]]
        assert [row.line_id is None for row in order.processes.all()] == [False, False, False, False, True]

    def test_create_refuses_every_wrong_input_at_once_and_writes_nothing(self, world):
        """Nothing half-made: neither the order nor the lines that were fine."""
        before = world.fingerprint()

        with pytest.raises(Invalid) as refusal:
            orders.create(
                by=world.pia, customer=world.customer, title="", lines=[{"product": world.product, "quantity": 0}]
            )

        assert named(refusal) == [("title", "required"), ("products", "too_small")]
        assert world.fingerprint() == before

    def test_create_refuses_more_work_than_can_be_planned(self, world):
        """A slip of a few zeros is told, before a column overflows."""
        slow = ProcessFactory(organization=world.north, minutes_per_unit=Decimal(1000))

        with pytest.raises(Invalid) as refusal:
            orders.create(
                by=world.pia,
                customer=world.customer,
                title="Too many",
                processes=[{"process": slow, "quantity": Decimal(100_000_000)}],
            )

        assert codes(refusal) == ["too_large"]


class TestEdit:
    """A draft is mended until it is right; afterwards it is what was agreed."""

    def test_edit_changes_what_is_named_and_tells_which(self, world):
        """The history names the fields, so that an approver sees what is new."""
        order = WorkOrderFactory(organization=world.north, priority="high")

        edited = orders.edit(order, by=world.pia, seen=order.version, title="Second edition", priority="low")

        assert (edited.title, edited.priority, edited.customer) == ("Second edition", "low", order.customer)
        told = events.newest(edited).data
        assert (edited.version, told["changed"]) == (order.version + 1, ["priority", "title"])
        assert told["from"] == {"title": order.title, "priority": "high"}
        assert told["to"] == {"title": "Second edition", "priority": "low"}

    def test_edit_replaces_the_lines_and_keeps_what_was_added_by_hand(self, world):
        """Another product has another way through the floor; packing stays packing."""
        packing = ProcessFactory(organization=world.north, name="Pack")
        order = orders.create(
            by=world.pia,
            customer=world.customer,
            title="Mixed",
            lines=[{"product": world.product, "quantity": 1}],
            processes=[{"process": packing, "quantity": 1}],
        )

        edited = orders.edit(order, by=world.pia, lines=[{"product": routed(world, "Weld"), "quantity": 3}])

        assert route(edited) == [["Weld"], ["Pack"]]
        assert list(edited.lines.values_list("quantity", flat=True)) == [Decimal(3)]
        assert edited.estimate_minutes == Decimal(16 + 12)
        assert (edited.version, events.newest(edited).data["changed"]) == (2, ["work"])

    def test_edit_that_changes_nothing_leaves_no_event(self, world):
        """Saving a form untouched is not a change."""
        order = world.orders["draft"]

        edited = orders.edit(order, by=world.pia, title=order.title)

        assert (edited.version, events.newest(edited).kind) == (order.version, "workorder.created")

    def test_edit_of_what_somebody_else_changed_meanwhile_is_stale(self, world):
        """The second to save has not seen what the first wrote."""
        order = world.orders["draft"]
        orders.edit(order, by=world.ada, title="Ada's title")

        with pytest.raises(Stale):
            orders.edit(order, by=world.pia, seen=order.version, title="Pia's title")

        assert WorkOrder.objects.get(pk=order.pk).title == "Ada's title"

    def test_edit_of_a_column_that_is_not_for_people_is_a_mistake_of_the_caller(self, world):
        """A status or a number that slips through a form must be loud."""
        with pytest.raises(TypeError):
            orders.edit(world.orders["draft"], by=world.pia, number="WO-2026-000777")

    def test_edit_refuses_wrong_inputs(self, world):
        """The same rules as when it was created."""
        with pytest.raises(Invalid) as refusal:
            orders.edit(
                world.orders["draft"], by=world.pia, title="", lines=[{"product": world.product, "quantity": -1}]
            )

        assert named(refusal) == [("title", "required"), ("products", "too_small")]


class TestApproval:
    """An order goes to the floor only after somebody else has said yes."""

    def test_submit_opens_a_round_of_approval(self, world):
        """The open question is a row, so that somebody can be asked for it."""
        order = orders.submit(world.orders["draft"], by=world.pia)

        approval = order.approvals.get()
        assert (order.submitted_by, order.round) == (world.pia, 1)
        assert (approval.round, approval.level, approval.decision, approval.decided_by) == (1, 1, "", None)

    def test_submit_of_an_empty_order_says_everything_that_is_missing(self, world):
        """All reasons at once; and an approver is not asked about nothing."""
        empty = WorkOrderFactory(organization=world.north, line=False, due_at=None)

        with pytest.raises(NotAllowed) as refusal:
            orders.submit(empty, by=world.pia)

        assert codes(refusal) == ["nothing_to_do", "due_date_missing"]
        assert not empty.approvals.exists()

    def test_submit_is_content_with_a_process_alone(self, world):
        """A repair has no product, only work."""
        process = ProcessFactory(organization=world.north)
        order = orders.create(
            by=world.pia,
            customer=world.customer,
            title="Repair",
            due_at=context.now(),
            processes=[{"process": process, "quantity": 1}],
        )

        assert orders.submit(order, by=world.pia).status == "submitted"

    def test_approve_writes_who_when_and_what_together(self, world):
        """An approval without a name or a moment would prove nothing."""
        order = orders.approve(world.orders["submitted"], by=world.ada, comment=" Price agreed. ")

        approval = order.approvals.get()
        assert (approval.decision, approval.decided_by, approval.comment) == ("approved", world.ada, "Price agreed.")
        assert approval.decided_at is not None
        assert events.newest(order).data == {"comment": "Price agreed."}

    def test_approve_by_the_submitter_is_refused(self, world):
        """Four eyes: whoever asked may not also agree."""
        order = world.orders["submitted"]

        with pytest.raises(NotAllowed) as refusal:
            orders.approve(order, by=order.submitted_by)

        assert codes(refusal) == ["approved_by_submitter"]
        assert order.approvals.get().decision == ""

    def test_reject_without_a_word_is_refused(self, world):
        """Somebody has to know what to mend."""
        with pytest.raises(Invalid) as refusal:
            orders.reject(world.orders["submitted"], by=world.ada, comment="  ")

        assert named(refusal) == [("comment", "required")]

    def test_a_second_submission_is_a_second_round(self, world):
        """The first answer stays on record beside the second."""
        order = orders.revise(world.orders["rejected"], by=world.pia)
        orders.submit(order, by=world.pia)

        orders.approve(order, by=world.ada)

        assert list(order.approvals.values_list("round", "decision")) == [(1, "rejected"), (2, "approved")]
