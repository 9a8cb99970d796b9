"""Reasons are data: every one at once, each with a code for programs and a sentence for people."""

from decimal import Decimal

import pytest

from tenants.context import tenant
from tests.factories import CustomerFactory, ProcessFactory, ProductFactory, WorkOrderFactory, WorkOrderTaskFactory
from workorder import problems

pytestmark = pytest.mark.django_db


def codes(found):
    return [problem.code for problem in found]


class TestAmounts:
    """What counts as a quantity: exact, finite, above zero, of a size somebody could make."""

    @pytest.mark.parametrize("value", [Decimal("0.001"), Decimal("12.500"), 7, Decimal("1E+2"), problems.MAX_QUANTITY])
    def test_a_plain_quantity_is_fine(self, value):
        """Thousandths up to a hundred million pieces, however they are written."""
        assert problems.of_amount(value, "quantity") == []

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            pytest.param(Decimal(0), "too_small", id="zero"),
            pytest.param(Decimal("-1"), "too_small", id="negative"),
            pytest.param(Decimal("0.0005"), "too_precise", id="finer-than-a-thousandth"),
            pytest.param(Decimal("1." + "0" * 40 + "1"), "too_precise", id="fine-beyond-the-arithmetic"),
            pytest.param(Decimal("100000000.001"), "too_large", id="above-the-bound"),
            pytest.param(Decimal("1E+400"), "too_large", id="absurd"),
            pytest.param(Decimal("NaN"), "not_a_number", id="nan"),
            pytest.param(Decimal("sNaN"), "not_a_number", id="signalling-nan"),
            pytest.param(Decimal("Infinity"), "not_a_number", id="infinity"),
            pytest.param(1.5, "not_a_number", id="binary-fraction"),
            pytest.param("12", "not_a_number", id="text"),
            pytest.param(True, "not_a_number", id="truth"),
            pytest.param(None, "not_a_number", id="nothing"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, value, code):
        """Each of these would be an error of the database, or a sum nobody can explain, if it were let in."""
        found = problems.of_amount(value, "quantity")

        assert codes(found) == [code]
        assert found[0].field == "quantity"

    def test_zero_is_fine_where_it_may_be(self):
        """No defects at all is what everybody hopes to report."""
        assert problems.of_amount(Decimal(0), "defect", zero=True) == []

    def test_quantities_are_written_without_the_zeros_of_their_column(self):
        """12.000 reads like twelve thousand to half of Europe."""
        assert problems.plain(Decimal("12.000")) == "12"
        assert problems.plain(Decimal("0.500")) == "0.5"
        assert problems.plain(Decimal("1200.000")) == "1200"


class TestWords:
    """Texts people will read."""

    @pytest.mark.parametrize(
        ("text", "code"),
        [("  \n", "required"), ("a" * 11, "max_length"), ("a\x00b", "invalid"), (None, "invalid")],
        ids=["blank", "too-long", "nul", "no-text"],
    )
    def test_texts_that_cannot_be_kept_are_refused(self, text, code):
        """PostgreSQL refuses NUL with an error page; here it is a reason like any other."""
        assert codes(problems.of_words(text, "reason", most=10)) == [code]

    def test_a_text_may_be_empty_where_none_is_needed(self):
        """Not every approval deserves a comment."""
        assert problems.of_words("", "comment", needed=False) == []


class TestGivenOrder:
    """What somebody sends as an order."""

    def test_every_wrong_field_is_named_at_once(self, world):
        """A form that tells one mistake at a time is sent five times."""
        facts = {"title": " ", "priority": "asap", "due_at": "tomorrow", "budget": Decimal("-1"), "notes": None}

        with tenant(world.north):
            found = problems.of_given_order(facts)

        assert [(problem.field, problem.code) for problem in found] == [
            ("title", "required"),
            ("priority", "invalid_choice"),
            ("due_at", "invalid"),
            ("budget", "too_small"),
            ("notes", "invalid"),
        ]

    def test_a_customer_of_another_house_does_not_exist(self, world):
        """A foreign id and an unknown one must be told apart by nobody."""
        theirs = CustomerFactory(organization=world.south)

        with tenant(world.north):
            assert codes(problems.of_given_order({"customer": theirs})) == ["does_not_exist"]

    def test_a_customer_no_longer_in_use_is_refused(self, world):
        """Old orders keep them; new ones are for those who still are customers."""
        gone = CustomerFactory(organization=world.north, active=False)

        with tenant(world.north):
            assert codes(problems.of_given_order({"customer": gone})) == ["inactive"]

    def test_rows_are_named_by_their_number(self, world):
        """With twenty lines "enter a number" alone helps nobody."""
        product = ProductFactory(organization=world.north)
        process = ProcessFactory(organization=world.north, active=False)
        lines = [{"product": product, "quantity": 1}, {"product": product, "quantity": 0, "unit": "x" * 13}]

        with tenant(world.north):
            found = problems.of_given_work(lines, [{"process": process, "quantity": 5}])

        assert [(problem.field, problem.code, problem.message[:6]) for problem in found] == [
            ("products", "too_small", "Row 2:"),
            ("products", "max_length", "Row 2:"),
            ("processes", "inactive", "Row 1:"),
        ]

    def test_more_rows_than_an_order_can_have_are_refused(self, world):
        """One order of a thousand lines is a mistake of a program, and a release of as many tasks."""
        line = {"product": ProductFactory(organization=world.north), "quantity": 1}

        with tenant(world.north):
            assert codes(problems.of_given_work([line] * 101, [])) == ["too_many"]


class TestVerbs:
    """Why a verb may not run, asked without running it."""

    def test_submitting_lists_everything_that_is_missing(self, world):
        """Both at once, so that the planner goes back once."""
        empty = WorkOrderFactory(organization=world.north, line=False, due_at=None)

        assert codes(problems.of_submitting(empty, has_work=False)) == ["nothing_to_do", "due_date_missing"]

    def test_what_is_missing_is_not_asked_of_an_order_that_was_submitted(self, world):
        """Its state stands in the way for good: a due date would change nothing."""
        assert codes(problems.of_submitting(world.orders["released"], has_work=False)) == ["wrong_state"]

    def test_approving_needs_a_second_pair_of_eyes(self, world):
        """Whoever asked may not also agree."""
        order = WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)

        with tenant(world.north):
            assert codes(problems.of_approving(order, by=world.pia)) == ["approved_by_submitter"]
            assert problems.of_approving(order, by=world.ada) == []

    def test_approving_ones_own_is_fine_where_the_organization_says_so(self, world):
        """A shop of one planner would otherwise stand still."""
        order = WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)
        world.pia.organization.may_approve_own = True

        with tenant(world.north):
            assert problems.of_approving(order, by=world.pia) == []

    def test_a_waiting_task_of_a_held_order_has_two_reasons(self, world):
        """Both have to go before it can start, so both are told."""
        task = WorkOrderTaskFactory(organization=world.north, at="waiting")
        task.work_order.status = "on_hold"

        assert codes(problems.of_working(task, "start")) == ["wrong_state", "order_on_hold"]

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("waiting", []),
            ("ready", []),
            ("in_progress", ["task_started"]),
            ("paused", []),
            ("completed", ["task_ended"]),
            ("cancelled", ["task_ended"]),
        ],
    )
    def test_a_task_may_be_given_while_nobody_works_on_it(self, world, state, expected):
        """Taking work out of somebody's hands begins with them putting it down."""
        task = WorkOrderTaskFactory(organization=world.north, at=state)

        assert codes(problems.of_assigning(task)) == expected
