"""Many entries in one mail: none is lost, none comes twice, whatever happens while it is sent."""

import datetime
import smtplib

import pytest

from notifications.actions import digests, inbox, preferences
from notifications.models import Digest, Message, Notification
from notifications.queries.preferences import LEFT, QUIET_HOURS, TURNED_OFF
from notifications.states import Kind, Transport, Wanted
from tenants import relay
from tenants.actions import dead
from tenants.context import tenant
from tenants.models import Member
from tenants.states import DeliveryState
from tests.factories import NotificationFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db

KIND = Kind.TASK_ASSIGNED
MORNING = datetime.datetime(2026, 3, 17, 7, tzinfo=datetime.UTC)
LABEL = "notifications.digest"


@pytest.fixture
def clock(world, frozen_clock):
    """Monday at nine; Omar wants to hear of his tasks in the digest, which comes at seven."""
    choose(world, Wanted.DIGEST)
    return frozen_clock


def choose(world, wanted):
    with tenant(world.north):
        cell = {"kind": KIND, "transport": Transport.EMAIL, "wanted": wanted}
        preferences.choose([cell], by=world.omar)


def told(world, title="A task is yours", **said):
    """The item that telling Omar leaves behind."""
    entry = NotificationFactory(organization=world.north, recipient=world.omar, kind=KIND, title=title, **said)
    with tenant(world.north):
        return Message.objects.select_related("digest").get(notification=entry, transport=Transport.EMAIL)


def items(world):
    """{title: (state, why)} of everything on its way to Omar by mail."""
    with tenant(world.north):
        rows = Message.objects.filter(notification__recipient=world.omar, transport=Transport.EMAIL)
        return {title: (state, why) for title, state, why in rows.values_list("notification__title", "state", "error")}


def only_digest(world):
    with tenant(world.north):
        return Digest.objects.get(member=world.omar)


class TestDigest:
    def test_all_of_a_day_is_one_mail_in_the_morning(self, world, clock, mailoutbox):
        told(world, "First", content="Please fold it.", url="/tasks/7/")
        clock.shift(hours=3)
        told(world, "Second")
        relay.drain(world.north)
        before = list(mailoutbox)
        clock.move_to(MORNING)
        relay.drain(world.north)
        relay.drain(world.north)

        [mail] = mailoutbox
        [(html, kind)] = mail.alternatives
        assert (before, mail.to, kind) == ([], [world.omar.user.email], "text/html")
        assert mail.subject == f"[{world.north.name}] 2 notifications"
        assert all(word in text for text in (mail.body, html) for word in ("First", "Second", "Please fold it."))
        assert "/tasks/7/" in mail.body
        assert 'href="http' in html
        assert items(world) == {"First": (DeliveryState.DONE, ""), "Second": (DeliveryState.DONE, "")}

    def test_what_is_about_one_thing_stands_together_under_its_name(self, world, clock, mailoutbox):
        order = WorkOrderFactory(organization=world.north, title="Posters")
        told(world, "Held", subject=order)
        told(world, "Something else")
        told(world, "Resumed", subject=order)
        clock.move_to(MORNING)
        relay.drain(world.north)

        body = mailoutbox[0].body
        places = [body.index(word) for word in (order.number, "Held", "Resumed", "Something else")]
        assert places == sorted(places)
        assert body.count(order.number) == 1

    def test_it_speaks_the_members_language(self, world, clock, mailoutbox):
        with tenant(world.north):
            preferences.edit_schedule(by=world.omar, language="de")
        told(world)
        clock.move_to(MORNING)
        relay.drain(world.north)

        [(html, _)] = mailoutbox[0].alternatives
        assert 'lang="de"' in html

    def test_its_message_id_is_the_same_at_every_try(self, world, clock, mailoutbox):
        told(world)
        clock.move_to(MORNING)
        relay.drain(world.north)

        key = f"digest.{world.omar.pk}.email.20260317T070000@workfloor.local"
        assert mailoutbox[0].extra_headers["Message-ID"] == f"<{key}>"

    def test_what_comes_after_seven_comes_tomorrow(self, world, clock, mailoutbox):
        told(world, "Monday")
        clock.move_to(MORNING)
        item = told(world, "Tuesday")
        relay.drain(world.north)

        assert item.digest.due_at == MORNING + datetime.timedelta(days=1)
        assert len(mailoutbox) == 1
        assert items(world)["Tuesday"] == (DeliveryState.PARKED, "")

    def test_long_one_says_how_much_it_leaves_out_and_is_done_with_all(self, world, clock, mailoutbox, monkeypatch):
        monkeypatch.setattr("notifications.transports.email.digest.MOST", 2)
        for title in ("First", "Second", "Third"):
            told(world, title)
        clock.move_to(MORNING)
        relay.drain(world.north)

        assert "Third" not in mailoutbox[0].body
        assert "1 more is in your inbox." in mailoutbox[0].body
        assert {state for state, _ in items(world).values()} == {DeliveryState.DONE}


class TestWhatIsNotWantedAnyMore:
    """An item is asked of again before it is brought. One that is not says why, and nothing is forgotten."""

    def test_not_theirs_any_more(self, world, clock, mailoutbox, monkeypatch):
        told(world, "Mine")
        told(world, "Taken away")
        monkeypatch.setattr(
            "notifications.kinds.no_longer", lambda entry: "It is not yours." if entry.title == "Taken away" else ""
        )
        clock.move_to(MORNING)
        relay.drain(world.north)

        assert items(world) == {
            "Mine": (DeliveryState.DONE, ""),
            "Taken away": (DeliveryState.SUPPRESSED, "It is not yours."),
        }
        assert "Taken away" not in mailoutbox[0].body

    def test_digest_of_nothing_is_not_sent(self, world, clock, mailoutbox):
        told(world)
        with tenant(world.north):
            Member.objects.filter(pk=world.omar.pk).update(active=False)
        clock.move_to(MORNING)
        relay.drain(world.north)

        row = only_digest(world)
        assert (row.state, row.error, mailoutbox) == (DeliveryState.SUPPRESSED, digests.NOTHING_LEFT, [])
        assert items(world) == {"A task is yours": (DeliveryState.SUPPRESSED, LEFT)}

    def test_turned_off_is_at_once_and_for_good(self, world, clock, mailoutbox):
        told(world)
        choose(world, Wanted.OFF)
        waiting = items(world)
        choose(world, Wanted.DIGEST)
        clock.move_to(MORNING)
        relay.drain(world.north)

        assert waiting == {"A task is yours": (DeliveryState.SUPPRESSED, TURNED_OFF)} == items(world)
        assert mailoutbox == []

    def test_who_wants_it_at_once_from_now_on_gets_what_waited(self, world, clock, mailoutbox):
        told(world)
        choose(world, Wanted.NOW)
        relay.drain(world.north)
        at_once = [mail.subject for mail in mailoutbox]
        clock.move_to(MORNING)
        relay.drain(world.north)

        assert at_once == [f"[{world.north.name}] A task is yours"]
        assert len(mailoutbox) == 1
        assert only_digest(world).state == DeliveryState.SUPPRESSED

    def test_everybodys_default_counts_when_it_is_sent(self, world, clock, mailoutbox):
        choose(world, None)
        with tenant(world.north):
            cell = {"kind": KIND, "transport": Transport.EMAIL, "wanted": Wanted.DIGEST}
            preferences.choose_default([cell], by=world.ada)
            told(world)
            preferences.choose_default([{**cell, "wanted": Wanted.OFF}], by=world.ada)
        clock.move_to(MORNING)
        relay.drain(world.north)

        assert items(world) == {"A task is yours": (DeliveryState.SUPPRESSED, TURNED_OFF)}
        assert mailoutbox == []

    def test_night_that_was_chosen_since_is_waited_for_with_the_door_open(self, world, clock, mailoutbox):
        told(world, "Monday")
        with tenant(world.north):
            preferences.edit_schedule(by=world.omar, quiet_from=datetime.time(22), quiet_until=datetime.time(9))
        clock.move_to(MORNING)
        relay.drain(world.north)

        row = only_digest(world)
        assert (row.closed_at, row.error, mailoutbox) == (None, QUIET_HOURS, [])
        assert row.run_after == MORNING + datetime.timedelta(hours=2)


class TestWhileItIsSent:
    """What comes while it is being sent takes the next one."""

    @pytest.fixture
    def during(self, monkeypatch):
        """`during(do)`: let something happen when the mail is about to leave."""

        def during(do):
            send = digests.SENDERS[Transport.EMAIL]

            def sent(*args, **said):
                do()
                return send(*args, **said)

            monkeypatch.setitem(digests.SENDERS, Transport.EMAIL, sent)

        return during

    def test_item_that_comes_too_late(self, world, clock, mailoutbox, during):
        told(world, "Monday")
        during(lambda: told(world, "Too late") if "Too late" not in items(world) else None)
        clock.move_to(MORNING)
        relay.drain(world.north)
        first = items(world)
        clock.shift(days=1)
        relay.drain(world.north)

        assert first == {"Monday": (DeliveryState.DONE, ""), "Too late": (DeliveryState.PARKED, "")}
        assert ["Too late" in mail.body for mail in mailoutbox] == [False, True]

    def test_the_slot_of_a_closed_digest_is_given_to_nobody(self, world, clock):
        """Whoever decided for seven o'clock before it was closed, and parks after that, gets the next."""
        item = told(world)
        with tenant(world.north):
            Digest.objects.update(closed_at=clock.now)

            taken = digests.take({world.omar.pk: item.digest.due_at})

        assert taken[world.omar.pk].due_at == MORNING + datetime.timedelta(days=1)

    def test_what_would_join_an_entry_that_is_brought_is_one_of_its_own(self, world, clock, during):
        """A mail that went out does not change any more: the second event would be told to nobody."""
        told(world, "Monday", coalesce="order")
        during(lambda: told(world, "Too late", coalesce="order") if "Too late" not in items(world) else None)
        clock.move_to(MORNING - datetime.timedelta(seconds=1))
        told(world, "Early", coalesce="order")
        clock.move_to(MORNING)
        relay.drain(world.north)

        assert items(world)["Too late"] == (DeliveryState.PARKED, "")

    def test_mail_server_that_is_away_is_asked_again_with_the_same_items(self, world, clock, mailoutbox, monkeypatch):
        told(world, "Monday")
        clock.move_to(MORNING)
        with monkeypatch.context() as away:
            away.setitem(digests.SENDERS, Transport.EMAIL, _refuses)
            relay.drain(world.north)
        between, item = items(world), told(world, "Tuesday")
        clock.shift(hours=1)
        relay.drain(world.north)

        assert between == {"Monday": (DeliveryState.PARKED, "")}
        assert item.digest.due_at == MORNING + datetime.timedelta(days=1)
        assert ["Tuesday" in mail.body for mail in mailoutbox] == [False]
        assert items(world)["Monday"] == (DeliveryState.DONE, "")

    def test_dead_one_keeps_its_items_and_brings_them_when_it_is_given_another_life(
        self, world, clock, mailoutbox, monkeypatch
    ):
        told(world)
        clock.move_to(MORNING)
        with monkeypatch.context() as away:
            away.setitem(digests.SENDERS, Transport.EMAIL, _refuses)
            relay.drain(world.north)
            clock.shift(days=4)
            relay.drain(world.north)
        row = only_digest(world)
        while_dead = items(world)
        with tenant(world.north):
            dead.replay(row, by=None)
        relay.drain(world.north)

        assert (row.state, while_dead) == (DeliveryState.DEAD, {"A task is yours": (DeliveryState.PARKED, "")})
        assert len(mailoutbox) == 1
        assert items(world) == {"A task is yours": (DeliveryState.DONE, "")}


def _refuses(*_, **__):
    raise smtplib.SMTPServerDisconnected("away")


class Killed(BaseException):
    """A worker that is gone: nothing is written down any more."""


class TestCrashes:
    """A worker dies between any two steps; the next one ends what it began."""

    STEPS = ["_close", "_wanted_still", "mail", "_bring"]

    @pytest.mark.parametrize("step", STEPS)
    @pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
    def test_everything_comes_once_under_one_key(self, world, clock, mailoutbox, monkeypatch, step, before):
        told(world, "First")
        told(world, "Second")
        clock.move_to(MORNING)
        row = only_digest(world)
        with monkeypatch.context() as patched, pytest.raises(Killed):
            self._die(patched, step, before)
            relay.run(LABEL, world.north, row.pk)
        late = told(world, "Late")
        clock.shift(seconds=11)  # the lease of the dead has run out
        relay.drain(world.north)
        clock.shift(days=1)
        relay.drain(world.north)

        bodies = {mail.extra_headers["Message-ID"]: mail.body for mail in mailoutbox}
        assert len(bodies) == 2
        assert [sum(title in body for body in bodies.values()) for title in ("First", "Second", "Late")] == [1, 1, 1]
        assert len(mailoutbox) - len(bodies) == (1 if (step, before) in (("mail", False), ("_bring", True)) else 0)
        assert {state for state, _ in items(world).values()} == {DeliveryState.DONE}
        assert late.digest_id != row.pk

    def test_who_lost_the_lease_marks_nothing(self, world, clock, mailoutbox, monkeypatch):
        """Thought dead, and back after another one took over: its mail has the same key, its rows are not its own."""
        told(world)
        clock.move_to(MORNING)
        row = only_digest(world)
        send = digests.SENDERS[Transport.EMAIL]

        def slow(*args, **said):
            send(*args, **said)
            with tenant(world.north):
                Digest.objects.filter(pk=row.pk).update(owner=None)

        monkeypatch.setitem(digests.SENDERS, Transport.EMAIL, slow)
        relay.run(LABEL, world.north, row.pk)

        assert items(world) == {"A task is yours": (DeliveryState.PARKED, "")}
        assert only_digest(world).state == DeliveryState.PENDING

    @staticmethod
    def _die(patched, step, before):
        usual = digests.SENDERS[Transport.EMAIL] if step == "mail" else getattr(digests, step)

        def dies(*args, **said):
            if not before:
                usual(*args, **said)
            raise Killed

        if step == "mail":
            patched.setitem(digests.SENDERS, Transport.EMAIL, dies)
        else:
            patched.setattr(digests, step, dies)


class TestInbox:
    def test_reading_an_entry_does_not_take_it_out_of_the_digest(self, world, clock, mailoutbox):
        """Who reads it in the inbox may still want the mail for the archive; nothing that was promised is dropped."""
        item = told(world)
        with tenant(world.north):
            inbox.read(Notification.objects.get(pk=item.notification_id), by=world.omar)
        clock.move_to(MORNING)
        relay.drain(world.north)

        assert len(mailoutbox) == 1
