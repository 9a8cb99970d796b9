"""The approval card, the buttons of those who decide, and the settings around it."""

import datetime

import pytest
from django.urls import reverse

from tenants import context
from tenants.context import tenant
from tenants.models import Deputy
from tests.factories import DeputyFactory, WorkOrderFactory
from workorder.actions import approval_policy, orders
from workorder.models import ApprovalPolicy, WorkOrder

pytestmark = pytest.mark.django_db

POLICY = "/settings/approval/"
DEPUTIES = "/settings/deputies/"
SEVERAL = {"second_level_budget": "5000", "second_level_priority": "urgent", "overdue_hours": "12"}


def verb_of(order, verb):
    return reverse("workorder:order_verb", args=[order.pk, verb])


@pytest.fixture
def order(world):
    """Submitted by Pia; it needs two levels."""
    with tenant(world.north):
        approval_policy.edit(by=world.ada, second_level_priority="low")
    return WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)


def card(page):
    return page.text("section[aria-labelledby=approvals-title]")


class TestTheCard:
    """Who agreed, for whom, when, and who is waited for."""

    def test_it_tells_of_every_level_in_words(self, world, hx_client, frozen_clock, order):
        with tenant(world.north):
            DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
            orders.approve(order, by=world.omar, comment="Price agreed.")

        said = " ".join(card(hx_client.as_(world.vera).page(order)).split())

        assert "Round 1, level 1: Omar for Bea approved" in said
        assert "Price agreed." in said
        assert "Round 1, level 2: waiting for an admin since" in said
        assert "Overdue" not in said

    def test_what_waits_too_long_says_so(self, world, hx_client, frozen_clock, order):
        frozen_clock.shift(hours=25)

        assert "Overdue" in card(hx_client.as_(world.vera).page(order))

    def test_nobody_is_waited_for_once_the_order_is_cancelled(self, world, hx_client, order):
        with tenant(world.north):
            orders.cancel(order, by=world.pia, reason="The theatre has closed.")

        said = card(hx_client.as_(world.vera).page(order))

        assert "nobody decided" in said
        assert "waiting" not in said


class TestButtons:
    """Shown to whoever may say them now, and to nobody else."""

    @pytest.mark.parametrize(("who", "shown"), [("bea", True), ("pia", False), ("omar", False), ("ada", True)])
    def test_approve_is_shown_to_who_may(self, world, hx_client, order, who, shown):
        """Not to the submitter, who reads why."""
        page = hx_client.as_(getattr(world, who)).page(order)

        assert page.has(f"form[action='{verb_of(order, 'approve')}']") is shown

    def test_a_deputy_finds_the_button_and_presses_it(self, world, hx_client, order):
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
        window = hx_client.as_(world.omar)
        page = window.page(order)

        answer = window.post(verb_of(order, "approve"), {"comment": "", "version": order.version})

        assert page.has(f"form[action='{verb_of(order, 'approve')}']")
        assert answer.status_code == 200
        window.assert_toast(answer, "success", f"{order.number}: Approved. Level 2 is asked next.")

    def test_the_first_approver_reads_that_another_is_needed(self, world, hx_client, order):
        window = hx_client.as_(world.ada)
        window.post(verb_of(order, "approve"), {"version": order.version})

        page = window.page(order)

        assert not page.has(f"form[action='{verb_of(order, 'approve')}']")
        assert "another level needs another person" in page.text("section[aria-label='What you can do']")

    def test_a_cancellation_says_what_it_stopped(self, world, hx_client):
        order = world.orders["in_progress"]
        with tenant(world.north):
            title = order.tasks.get().title
        window = hx_client.as_(world.pia)

        answer = window.post(verb_of(order, "cancel"), {"reason": "No paper.", "version": order.version})

        stopped = f"1 process and 1 task stopped, of which {title} had begun"
        window.assert_toast(answer, "success", f"{order.number}: Cancelled: {stopped}.")
        assert stopped in window.part(answer).text("[data-kind='workorder.cancelled']")

    def test_another_date_and_priority_are_asked_for_with_what_holds_now(self, world, hx_client):
        order = world.orders["released"]
        window = hx_client.as_(world.pia)
        page = window.page(order)
        fold = page.one(f"form[action='{verb_of(order, 'reschedule')}']")

        moved = window.post(verb_of(order, "reschedule"), {"due_at": "2031-03-01T12:00", "version": order.version})
        urgent = window.post(verb_of(order, "prioritize"), {"priority": "urgent", "reason": "Opening night."})

        assert fold.select_one("[name=due_at]")["value"][:10] == order.due_at.date().isoformat()
        assert (moved.status_code, urgent.status_code) == (200, 200)
        with tenant(world.north):
            kept = WorkOrder.objects.get(pk=order.pk)
        assert (kept.priority, kept.due_at.year) == ("urgent", 2031)

    def test_a_date_nobody_means_comes_back_beside_the_field(self, world, hx_client):
        order = world.orders["released"]
        window = hx_client.as_(world.pia)

        answer = window.post(verb_of(order, "reschedule"), {"due_at": "9999-12-31T23:59", "version": order.version})

        assert answer.status_code == 422
        assert window.part(answer).one("[aria-invalid=true]")["name"] == "due_at"

    def test_a_draft_has_no_such_buttons(self, world, hx_client):
        """Both are where everything else of it is edited."""
        order = world.orders["draft"]

        page = hx_client.as_(world.pia).page(order)

        assert not page.has(f"form[action='{verb_of(order, 'reschedule')}']")


class TestPolicyPage:
    """Everybody reads how orders are approved, admins write it."""

    def test_an_admin_writes_it_down(self, world, hx_client):
        window = hx_client.as_(world.ada)

        answer = window.post(POLICY, SEVERAL)

        assert answer["HX-Redirect"] == POLICY
        with tenant(world.north):
            policy = ApprovalPolicy.objects.get()
        assert (policy.second_level_budget, policy.second_level_priority, policy.overdue_hours) == (5000, "urgent", 12)

    def test_others_read_it(self, world, hx_client):
        window = hx_client.as_(world.vera)

        page = window.page(POLICY)

        assert not page.has("#policy form")
        assert "24 h" in page.text("#policy")
        assert window.post(POLICY, SEVERAL).status_code == 403

    def test_what_somebody_else_wrote_meanwhile_is_shown_first(self, world, hx_client):
        with tenant(world.north):
            seen = ApprovalPolicy.objects.current().version
            approval_policy.edit(by=world.ada, overdue_hours=8)
        window = hx_client.as_(world.ada)

        answer = window.post(POLICY, SEVERAL | {"version": seen})

        part = window.part(answer)
        assert answer.status_code == 409
        assert part.one("[name=overdue_hours]")["value"] == "8"

    def test_a_number_that_cannot_be_meant_comes_back(self, world, hx_client):
        window = hx_client.as_(world.ada)

        answer = window.post(POLICY, SEVERAL | {"overdue_hours": "100000"})

        assert answer.status_code == 422
        assert window.part(answer).one("[aria-invalid=true]")["name"] == "overdue_hours"


class TestDeputiesPage:
    """Before the holiday: who decides meanwhile."""

    def test_a_planner_names_one_and_ends_it_again(self, world, hx_client):
        window = hx_client.as_(world.bea)

        named = window.post(DEPUTIES, {"deputy": str(world.omar.pk), "ends_at": "2031-03-01T12:00"})
        with tenant(world.north):
            row = Deputy.objects.get()
        shown = window.page(DEPUTIES).text("#deputies table")
        ended = window.post(f"{DEPUTIES}{row.pk}/end/")

        assert (named["HX-Redirect"], ended["HX-Redirect"]) == (DEPUTIES, DEPUTIES)
        assert "Omar for Bea" in " ".join(shown.split())
        with tenant(world.north):
            assert not Deputy.objects.exists()

    def test_everybody_sees_their_own_and_admins_all(self, world, hx_client):
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)

        seen = {
            who: hx_client.as_(getattr(world, who)).page(DEPUTIES).has("#deputies table")
            for who in ("ada", "bea", "omar", "pia")
        }

        assert seen == {"ada": True, "bea": True, "omar": True, "pia": False}

    def test_an_end_in_the_past_comes_back_beside_the_field(self, world, hx_client):
        window = hx_client.as_(world.bea)
        yesterday = (context.now() - datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")

        answer = window.post(DEPUTIES, {"deputy": str(world.omar.pk), "ends_at": yesterday})

        assert answer.status_code == 422
        assert window.part(answer).one("[aria-invalid=true]")["name"] == "ends_at"

    def test_who_decides_nothing_names_nobody(self, world, hx_client):
        window = hx_client.as_(world.omar)

        assert not window.page(DEPUTIES).has("#deputies form")
        assert window.post(DEPUTIES, {"deputy": str(world.sina.pk), "ends_at": "2031-03-01T12:00"}).status_code == 403

    def test_only_they_and_admins_end_it(self, world, hx_client):
        row = DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)

        answers = {
            who: hx_client.as_(getattr(world, who)).post(f"{DEPUTIES}{row.pk}/end/").status_code
            for who in ("omar", "pia")
        }

        assert answers == {"omar": 403, "pia": 403}
