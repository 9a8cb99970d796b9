"""`move` is the only writer of a status. What it promises is what history, mail and live pages rest on."""

import pytest

from tenants import events, transitions
from tenants.context import tenant
from tenants.errors import NotAllowed, Stale
from tenants.models import Event, inserting
from tenants.transitions import change, change_all, is_repeat, move, move_all, was_said
from tests.factories import WorkOrderFactory
from workorder.models import WorkOrder

pytestmark = pytest.mark.django_db


class TestMove:
    """Compare, set, believe the row count, record: all or nothing."""

    def test_move_writes_status_version_and_one_event(self, world):
        """The next version and its event are one fact: a reader of either can trust the other."""
        order = WorkOrderFactory(organization=world.north)

        with tenant(world.north):
            moved = move(order, "cancel", by=world.pia, data={"reason": "duplicate"})
            kept, event = WorkOrder.objects.get(pk=order.pk), events.newest(order)

        assert moved is True
        assert (kept.status, kept.version) == ("cancelled", order.version)
        assert (event.kind, event.subject_version, event.actor_id) == (
            "workorder.cancelled",
            kept.version,
            world.pia.pk,
        )
        assert event.data == {"reason": "duplicate"}

    def test_move_from_a_wrong_state_is_refused_and_writes_nothing(self, world):
        """The table is the law: a verb that does not lead out of a state leaves no trace."""
        order = WorkOrderFactory(organization=world.north)

        with tenant(world.north):
            before = Event.objects.count()
            with pytest.raises(NotAllowed) as refusal:
                move(order, "approve", by=world.pia)
            kept = WorkOrder.objects.get(pk=order.pk)

            assert [problem.code for problem in refusal.value.problems] == ["wrong_state"]
            assert (kept.status, kept.version, Event.objects.count()) == ("draft", order.version, before)

    def test_move_of_an_outdated_copy_is_stale(self, world):
        """Two people hold the same version: the second to write learns that somebody was first."""
        order = WorkOrderFactory(organization=world.north)

        with tenant(world.north):
            mine, theirs = WorkOrder.objects.get(pk=order.pk), WorkOrder.objects.get(pk=order.pk)
            change(theirs, "workorder.edited", by=world.ada, title="Another title")
            with pytest.raises(Stale):
                move(mine, "cancel", by=world.pia)

            assert WorkOrder.objects.get(pk=order.pk).status == "draft"

    def test_move_said_twice_by_the_same_member_is_one_event(self, world):
        """A retry after a lost answer must not look like a second decision."""
        order = WorkOrderFactory(organization=world.north)

        with tenant(world.north):
            move(order, "cancel", by=world.pia)
            count = Event.objects.count()

            assert move(order, "cancel", by=world.pia) is False
            assert Event.objects.count() == count

    def test_move_said_twice_by_somebody_else_is_refused(self, world):
        """Whoever comes second is told so; silence would let them believe it was their doing."""
        order = WorkOrderFactory(organization=world.north)

        with tenant(world.north):
            move(order, "cancel", by=world.pia)
            with pytest.raises(NotAllowed) as refusal:
                move(order, "cancel", by=world.ada)

        assert [problem.code for problem in refusal.value.problems] == ["already_cancelled"]

    def test_is_repeat_asks_for_the_newest_event(self, world):
        """Cancelled by Pia is a repeat for Pia only, and only while nothing else has happened since."""
        order = WorkOrderFactory(organization=world.north)

        with tenant(world.north):
            move(order, "cancel", by=world.pia)

            assert is_repeat(order, "cancel", by=world.pia)
            assert not is_repeat(order, "cancel", by=world.ada)
            assert not is_repeat(order, "cancel", by=None)


class TestSaidFromAnOldPage:
    """Whoever names the version of before their own doing is no stranger to it."""

    def said(self, world, *between, by, seen=1):
        """What the verb finds after Pia cancelled and what came then, said by somebody who saw a version."""
        order = WorkOrderFactory(organization=world.north)
        with tenant(world.north):
            for member in between:
                change(order, "workorder.edited", by=member, title="Other")
            move(order, "cancel", by=world.pia)
            return was_said(order, "cancel", by=by, seen=seen)

    def test_a_double_click_is_one_wish(self, world):
        assert self.said(world, by=world.pia)
        assert self.said(world, world.pia, by=world.pia), "what they did themselves meanwhile is no news to them"

    def test_what_somebody_else_did_since_is_news(self, world):
        """The decision was about another picture, whoever took it first."""
        with pytest.raises(Stale):
            self.said(world, world.ada, by=world.pia)
        assert self.said(world, world.ada, by=world.pia, seen=2)

    def test_somebody_elses_doing_is_news(self, world):
        with pytest.raises(Stale):
            self.said(world, by=world.ada)

    def test_nobody_has_seen_a_version_that_is_to_come(self, world):
        with pytest.raises(Stale):
            self.said(world, by=world.pia, seen=10**500)

    def test_who_names_no_version_is_judged_by_the_state(self, world):
        assert self.said(world, world.ada, by=world.pia, seen=None)
        assert not self.said(world, by=world.ada, seen=None)


class TestMoveAll:
    """The set form of `move`: the same guard, one statement."""

    def test_move_all_takes_the_rows_whose_state_allows_it(self, world):
        """A cascade passes by what has ended already, and answers what it stopped."""
        drafts = WorkOrderFactory.create_batch(2, organization=world.north)
        closed = WorkOrderFactory(organization=world.north, at="cancelled")

        with tenant(world.north):
            moved = move_all([*drafts, closed], "cancel", by=world.pia)
            states = set(WorkOrder.objects.filter(pk__in=[d.pk for d in drafts]).values_list("status", "version"))

        assert {order.pk for order in moved} == {draft.pk for draft in drafts}
        assert states == {("cancelled", drafts[0].version)}

    def test_move_all_with_one_outdated_row_is_stale(self, world):
        """One row changed underneath means the whole picture was old: nothing is kept."""
        orders = WorkOrderFactory.create_batch(2, organization=world.north)

        with tenant(world.north):
            change(WorkOrder.objects.get(pk=orders[1].pk), "workorder.edited", by=world.ada, title="Other")
            with pytest.raises(Stale):
                move_all(orders, "cancel", by=world.pia)

            assert not WorkOrder.objects.filter(pk__in=[o.pk for o in orders], status="cancelled").exists()


class TestChangeAll:
    """The set form of `change`: rows of different versions, each with its own next one and its own event."""

    def test_rows_of_several_versions_change_together(self, world):
        """One event per row, and what the rows know is what was written."""
        one, two = WorkOrderFactory.create_batch(2, organization=world.north)

        with tenant(world.north):
            change(two, "workorder.edited", by=world.ada, title="Other")
            change_all(
                [one, two],
                "workorder.edited",
                by=world.pia,
                data=lambda order: {"to": order.number},
                changes=lambda order: {"notes": f"New {order.number}"},
            )
            kept = {order.pk: order for order in WorkOrder.objects.filter(pk__in=[one.pk, two.pk])}
            told = {order.pk: events.newest(order) for order in (one, two)}

        for order in (one, two):
            assert kept[order.pk].notes == order.notes == f"New {order.number}"
            assert kept[order.pk].version == order.version == told[order.pk].subject_version
            assert (told[order.pk].data, told[order.pk].actor_id) == ({"to": order.number}, world.pia.pk)

    def test_one_outdated_row_keeps_all_as_they_were(self, world):
        """The others must not change without it: the picture they belong to was old."""
        orders = WorkOrderFactory.create_batch(2, organization=world.north)

        with tenant(world.north):
            change(WorkOrder.objects.get(pk=orders[1].pk), "workorder.edited", by=world.ada, title="Other")
            with pytest.raises(Stale):
                change_all(orders, "workorder.edited", by=world.pia, changes=lambda order: {"notes": "New"})

            assert not WorkOrder.objects.filter(notes="New").exists()

    def test_many_more_than_a_statement_holds(self, world, monkeypatch):
        """Rows are written in pieces of a size the database answers in time."""
        monkeypatch.setattr(transitions, "AT_ONCE", 2)
        monkeypatch.setattr(inserting, "AT_ONCE", 2)
        orders = WorkOrderFactory.create_batch(5, organization=world.north)

        with tenant(world.north):
            change_all(orders, "workorder.edited", by=world.pia, changes=lambda order: {"notes": "New"})
            moved = move_all(orders, "cancel", by=world.pia)

            assert WorkOrder.objects.filter(notes="New", status="cancelled").count() == len(moved) == 5

    def test_a_status_is_refused(self, world):
        order = WorkOrderFactory(organization=world.north)

        with tenant(world.north), pytest.raises(TypeError):
            change_all([order], "workorder.edited", by=None, changes=lambda order: {"status": "closed"})


class TestChange:
    """An edit is held to the same rules as a move, and cannot smuggle in a status."""

    def test_change_refuses_a_status(self, world):
        """A second writer of statuses would skip the table."""
        order = WorkOrderFactory(organization=world.north)

        with tenant(world.north), pytest.raises(TypeError):
            change(order, "workorder.edited", by=world.pia, status="closed")
