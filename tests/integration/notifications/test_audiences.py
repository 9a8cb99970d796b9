"""Everybody who must know, nobody else, and each with the reason why it is them."""

import datetime
from decimal import Decimal

import pytest

from dispatch.actions import assignments, capacity
from dispatch.actions import skills as skill_actions
from dispatch.models import Assignment, CertificateEnd
from notifications.actions import follows
from notifications.models import Notification
from notifications.queries import unread_count, unread_counts
from tenants import context, events, relay
from tenants.context import tenant
from tenants.models import Member
from tests.factories import (
    CommentFactory,
    DeputyFactory,
    OperatorFactory,
    OrderImportFactory,
    PlanFactory,
    SkillFactory,
    TicketFactory,
    WorkOrderFactory,
)
from workorder.actions import comments, orders, tickets
from workorder.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(world, heard):
    """Pia's order on the floor; its one task is Omar's."""
    order = WorkOrderFactory(
        organization=world.north, line__department=world.assembly, at="released", at__by=world.pia, priority="normal"
    )
    relay.drain_here(world.north)
    with tenant(world.north):
        WorkOrder.objects.filter(pk=order.pk).update(submitted_by=world.pia)
    return order


@pytest.fixture
def task(world, order):
    with tenant(world.north):
        return order.tasks.get()


def follow(member, subject, muted=False):
    with tenant(member.organization_id):
        (follows.mute if muted else follows.follow)(subject, by=member)


def why(found):
    """{name: why it is them}"""
    return {name: entry.why for name, entry in found.items()}


class TestOrders:
    @pytest.mark.parametrize(
        ("verb", "words", "kind", "title"),
        [
            ("hold", {"reason": "No paper."}, "order_held", "{} is on hold"),
            ("cancel", {"reason": "Sold."}, "order_cancelled", "{} is cancelled"),
            ("prioritize", {"priority": "high"}, "order_changed", "{} now has the priority high"),
        ],
    )
    def test_who_asked_who_follows_and_who_works_on_it_are_told(self, world, order, heard, verb, words, kind, title):
        follow(world.vera, order)
        with tenant(world.north):
            getattr(orders, verb)(order, by=world.ada, **words)

        found = heard(kind)

        assert why(found) == {
            "Omar": "You have work of it.",
            "Pia": "You submitted it.",
            "Vera": f"You follow {order.number}.",
        }
        assert found["Omar"].title == title.format(order.number)
        assert (found["Omar"].subject_type, found["Omar"].subject_id) == ("workorder", order.pk)

    def test_a_reason_is_said_along(self, world, order, heard):
        with tenant(world.north):
            orders.hold(order, by=world.ada, reason="No paper.")

        assert heard("order_held")["Pia"].content == f"Ada put “{order.title}” on hold. Reason: No paper."

    def test_who_did_it_is_not_told(self, world, order, heard):
        with tenant(world.north):
            orders.hold(order, by=world.pia, reason="No paper.")

        assert set(heard("order_held")) == {"Omar"}

    def test_a_new_due_date_is_said_on_the_wall_of_the_organization(self, world, order, heard):
        """Berlin is an hour ahead in winter: half past eleven at night is the next day there."""
        with tenant(world.north):
            type(world.north).objects.filter(pk=world.north.pk).update(time_zone="Europe/Berlin")
            late = datetime.datetime(2031, 1, 31, 23, 30, tzinfo=datetime.UTC)
            orders.reschedule(order, by=world.ada, due_at=late)

        entry = heard("order_changed")["Pia"]

        assert entry.title == f"{order.number} is due on 1 February 2031"
        assert "to 1 February 2031 00:30" in entry.content

    def test_released_is_news_to_who_asked_and_who_follows(self, world, heard):
        order = WorkOrderFactory(organization=world.north, at="approved", at__by=world.ada)
        with tenant(world.north):
            WorkOrder.objects.filter(pk=order.pk).update(submitted_by=world.pia)
            order.refresh_from_db()
        follow(world.vera, order)
        with tenant(world.north):
            orders.release(order, by=world.ada)

        assert set(heard("order_released")) == {"Pia", "Vera"}

    def test_a_deputy_is_told_in_whose_place(self, world, heard):
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
        WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)

        assert why(heard("order_submitted")) == {
            "Ada": "You may approve orders.",
            "Bea": "You may approve orders.",
            "Omar": "You stand in for Bea.",
        }


class TestTasks:
    def test_taken_back_is_told_to_who_had_it(self, world, task, heard):
        with tenant(world.north):
            assignments.withdraw(Assignment.objects.open().get(task=task), by=world.sina)

        entry = heard("task_taken_back")["Omar"]

        assert (entry.title, entry.why) == (f"{task.title} is not yours any more", "It was yours.")
        assert entry.content.endswith("Sina took it back.")

    def test_what_was_given_on_is_told_to_both(self, world, task, heard):
        other = OperatorFactory(organization=world.north, department=world.assembly)
        with tenant(world.north):
            theirs = Assignment.objects.open().get(task=task)
            assignments.reassign(theirs, member=other, by=world.sina, reason="Omar is ill.")

        assert set(heard("task_taken_back")) == {"Omar"}
        assert other.name in heard("task_assigned")

    def test_declined_is_told_to_the_supervisor_of_the_department(self, world, task, heard):
        with tenant(world.north):
            assignments.decline(Assignment.objects.open().get(task=task), by=world.omar, reason="My back hurts.")

        found = heard("task_declined")

        assert why(found) == {"Sina": "You supervise Assembly."}
        assert (found["Sina"].title, found["Sina"].level) == (f"Omar declined {task.title}", "warning")
        assert "My back hurts." in found["Sina"].content

    def test_what_a_cancelled_order_takes_along_is_told_once(self, world, order, heard):
        """The order's own news says it: a second entry per task would be noise."""
        with tenant(world.north):
            orders.cancel(order, by=world.ada, reason="Sold.")

        assert heard("task_taken_back") == {}
        assert heard("order_cancelled")["Omar"].why == "You have work of it."


class TestTickets:
    def test_a_new_one_is_told_to_the_supervisor_of_its_department(self, world, heard):
        TicketFactory(organization=world.north, department=world.assembly, reported_by=world.omar, title="Smoke")

        found = heard("ticket_created")

        assert why(found) == {"Sina": "You supervise Assembly."}
        assert found["Sina"].title == "New ticket: Smoke"
        assert found["Sina"].content.splitlines() == ["Omar reported it.", "It can be smelt from the door."]

    def test_without_a_department_those_who_plan_are_told(self, world, heard):
        TicketFactory(organization=world.north, department=None, reported_by=world.omar)

        assert why(heard("ticket_created")) == dict.fromkeys(("Ada", "Bea", "Pia"), "You plan the work.")

    def test_what_becomes_of_it_is_told_to_who_reported_has_and_follows_it(self, world, heard):
        ticket = TicketFactory(organization=world.north, department=world.assembly, reported_by=world.omar)
        follow(world.vera, ticket)
        with tenant(world.north):
            tickets.triage(ticket, by=world.pia, assigned_member=world.sina)

        assert why(heard("ticket_changed")) == {
            "Omar": "You reported it.",
            "Sina": "You take care of it.",
            "Vera": f"You follow {ticket.title}.",
        }

    def test_the_resolution_is_said_along(self, world, heard):
        ticket = TicketFactory(
            organization=world.north, department=world.assembly, reported_by=world.omar, at="in_progress"
        )
        with tenant(world.north):
            tickets.resolve(ticket, by=world.sina, resolution="Oiled.")

        entry = heard("ticket_changed")["Omar"]
        assert (entry.title, entry.content.splitlines()[-1]) == (
            f"“{ticket.title}” is resolved",
            "Sina resolved it: Oiled.",
        )


class TestComments:
    def test_those_who_care_about_the_thing_are_told(self, world, order, heard):
        follow(world.vera, order)
        CommentFactory(organization=world.north, subject=order, member=world.odd, text="First")
        heard("commented")
        CommentFactory(organization=world.north, subject=order, member=world.sina, text="Ink is low")

        found = heard("commented")

        assert why(found) == {
            "Odd": "You commented on it.",
            "Pia": "You submitted it.",
            "Vera": f"You follow {order.number}.",
        }
        assert found["Odd"].content == "Sina: Ink is low"

    def test_whom_it_names_is_told_of_that_alone(self, world, order, heard):
        CommentFactory(organization=world.north, subject=order, member=world.sina, text="@pia ink is low")

        assert heard("commented") == {}
        assert set(heard("mentioned")) == {"Pia"}

    def test_who_has_the_task_is_told(self, world, task, heard):
        CommentFactory(organization=world.north, subject=task, member=world.sina, text="Wear gloves")

        assert why(heard("commented")) == {"Omar": "It is yours."}

    def test_removed_in_time_it_is_no_news(self, world, order, heard):
        said = CommentFactory(organization=world.north, subject=order, member=world.sina, text="Oops")
        with tenant(world.north):
            comments.remove(said, by=world.sina)

        assert heard("commented") == {}


class TestPeople:
    def test_a_certificate_that_ran_out_is_told_to_its_holder_and_their_supervisor(self, world, frozen_clock, heard):
        skill = SkillFactory(organization=world.north, code="forklift", name="Forklift")
        with tenant(world.north):
            until = context.today(world.north)
            skill_actions.grant(world.omar, skill=skill, by=world.ada, certified_until=until)
            end = CertificateEnd.objects.get()
        frozen_clock.shift(days=2)
        relay.run("dispatch.certificateend", world.north, end.pk)

        found = heard("skill_expired")

        assert why(found) == {"Omar": "It is yours.", "Sina": "You supervise Assembly."}
        assert found["Sina"].title == "The certificate of Omar for Forklift ran out"
        assert f"until {until.day} {until:%B %Y}." in found["Sina"].content

    def test_too_much_work_is_told_to_the_supervisor_and_those_who_plan(self, world, heard):
        with tenant(world.north):
            row = capacity.create(world.omar, by=world.ada, open_minutes=Decimal(10))
            told = {"member": world.omar.pk, "load_minutes": Decimal("90.50"), "room_minutes": 10, "because": "Rush."}
            row.version += 1
            type(row).objects.filter(pk=row.pk).update(version=row.version)
            events.record(row, "capacity.exceeded", by=world.pia, **told)

        found = heard("overloaded")

        assert why(found) == {"Sina": "You supervise Assembly.", "Bea": "You plan the work."}
        assert found["Sina"].content == "Pia gave them work nevertheless: 90 of 10 minutes. They wrote: Rush."


class TestPlansAndImports:
    def test_a_plan_that_waits_is_told_to_those_who_may_publish_it(self, world, heard):
        plan = PlanFactory(organization=world.north, member=world.pia)
        with tenant(world.north):
            plan.version += 1
            type(plan).objects.filter(pk=plan.pk).update(version=plan.version)
            events.record(plan, "plan.submitted", by=world.pia, tasks=3)

        found = heard("plan_waiting")

        assert set(found) == {"Ada", "Bea"}
        assert found["Ada"].content == "Pia submitted it: it moves 3 tasks."

    def test_a_plan_that_a_worker_could_not_publish_is_told_to_who_wanted_it(self, world, heard):
        """They pressed the button and went on; whoever made the plan has nothing to do with it."""
        plan = PlanFactory(organization=world.north, member=world.ada)
        with tenant(world.north):
            plan.version += 1
            type(plan).objects.filter(pk=plan.pk).update(version=plan.version)
            events.record(plan, "plan.stopped", by=None, member=world.pia.pk, reason="Two tasks have begun.")

        found = heard("plan_stopped")

        assert why(found) == {"Pia": "You published it."}
        assert found["Pia"].content == "Nothing has been changed. Reason: Two tasks have begun."

    @pytest.mark.parametrize(("state", "level"), [("written", "success"), ("failed", "error")])
    def test_an_import_is_told_to_who_sent_the_file(self, world, heard, state, level):
        order_import = OrderImportFactory(organization=world.north, member=world.pia, at=state)

        found = heard("import_ended")

        assert (set(found), found["Pia"].level) == ({"Pia"}, level)
        assert found["Pia"].title.startswith(order_import.name)


class TestStrongestReason:
    """Who is named twice is told once, for the reason that binds them most."""

    def test_work_comes_before_asking_and_asking_before_following(self, world, order, heard):
        with tenant(world.north):
            WorkOrder.objects.filter(pk=order.pk).update(submitted_by=world.omar)
        follow(world.omar, order)
        follow(world.pia, order)
        with tenant(world.north):
            orders.hold(order, by=world.ada, reason="No paper.")

        assert why(heard("order_held")) == {"Omar": "You have work of it.", "Pia": f"You follow {order.number}."}

    def test_nobody_inactive_is_told(self, world, order, heard):
        follow(world.vera, order)
        with tenant(world.north):
            Member.objects.filter(pk=world.vera.pk).update(active=False)
            orders.hold(order, by=world.ada, reason="No paper.")

        assert "Vera" not in heard("order_held")


class TestMuted:
    """What somebody mutes is written down and hidden, so that it can be said afterwards why they heard nothing."""

    def test_muted_is_an_entry_nobody_sees_and_no_message(self, world, order, heard):
        follow(world.pia, order, muted=True)
        with tenant(world.north):
            orders.hold(order, by=world.ada, reason="No paper.")

        entry = heard("order_held")["Pia"]

        assert entry.hidden_because == "muted"
        with tenant(world.north):
            assert not entry.messages.exists()
            assert not Notification.objects.of(world.pia).filter(pk=entry.pk).exists()

    def test_muted_is_not_counted_as_unread(self, world, order, heard):
        """The number beside the bell is that of the inbox, on each page and over the socket."""
        follow(world.pia, order, muted=True)
        with tenant(world.north):
            before = unread_count(world.pia)
            orders.hold(order, by=world.ada, reason="No paper.")

        assert heard("order_held")["Pia"].hidden_because == "muted"
        with tenant(world.north):
            assert (unread_count(world.pia), unread_counts([world.pia.pk])) == (before, {world.pia.pk: before})

    def test_a_mute_of_the_order_counts_for_its_tasks(self, world, order, task, heard):
        follow(world.omar, order, muted=True)
        CommentFactory(organization=world.north, subject=task, member=world.sina, text="Wear gloves")

        assert heard("commented")["Omar"].hidden_because == "muted"

    def test_what_is_given_to_you_breaks_it(self, world, order, task, heard):
        """Whoever mutes an order still has to do the work they are given of it."""
        follow(world.omar, order, muted=True)
        with tenant(world.north):
            assignments.withdraw(Assignment.objects.open().get(task=task), by=world.sina)

        assert heard("task_taken_back")["Omar"].hidden_because == ""
