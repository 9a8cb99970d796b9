"""What ends a sign-in ends the socket that came from it, within seconds; and what a look at all of them costs."""

import datetime

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications import consumers
from notifications.consumers import watching
from tenants.access import SESSION_KEY
from tenants.actions import tokens
from tenants.context import tenant
from tenants.models import ApiToken, Member, Organization, User
from tenants.queries import Pass, holds
from tenants.states import OrganizationStatus, Role
from tests.integration.websocket.conftest import Socket, browser, program, talk
from tests.support.queries import statements

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def bearer(member):
    access = tokens.pair_for(member.user)["access"]
    return Socket({"authorization": f"Bearer {access}", "x-organization": member.organization.slug})


def new_password(world):
    world.omar.user.set_password("another one")
    world.omar.user.save()


def member(**changes):
    return lambda world: Member.objects.filter(pk=world.omar.pk).update(**changes)


def switch(world):
    """Bea of north goes to her other house, in another tab of the same browser."""
    session = SessionStore(Session.objects.get().session_key)
    session[SESSION_KEY] = str(world.south.pk)
    session.save()


ENDS = {
    "sign-out": (browser, lambda world: Session.objects.all().delete(), 4401),
    "session-over": (browser, lambda world: Session.objects.update(expire_date=LONG_AGO), 4401),
    "new-password": (browser, new_password, 4401),
    "new-password-of-a-program": (bearer, new_password, 4401),
    "user-locked": (browser, lambda world: User.objects.filter(pk=world.omar.user_id).update(is_active=False), 4401),
    "token-revoked": (program, lambda world: ApiToken.objects.update(revoked_at=LONG_AGO), 4401),
    "token-over": (program, lambda world: ApiToken.objects.update(expires_at=LONG_AGO), 4401),
    "deactivated": (browser, member(active=False), 4403),
    "deactivated-with-a-token": (program, member(active=False), 4403),
    "other-role": (browser, member(role=Role.VIEWER), 4403),
    "suspended": (browser, lambda world: Organization.objects.update(status=OrganizationStatus.SUSPENDED), 4403),
}


class TestWhileOpen:
    """Another role may see other things, another house other rows: the page comes back with what it may see now."""

    @pytest.mark.parametrize("end", ENDS)
    def test_what_let_them_in_has_ended(self, world, quick_recheck, end):
        opener, change, code = ENDS[end]
        socket = opener(world.omar)

        def ends():
            with tenant(world.north):
                assert change(world) != 0

        async def conversation():
            await socket.opened()
            await sync_to_async(ends)()
            return await socket.closed_with()

        assert talk(conversation) == code

    def test_choosing_another_organization_closes_4403(self, world, quick_recheck):
        """The socket belongs to the house that was left; it may not go on telling of it."""
        socket = browser(world.bea)

        async def conversation():
            await socket.opened()
            await sync_to_async(switch)(world)
            return await socket.closed_with()

        assert talk(conversation) == 4403

    def test_session_that_merely_remembers_more_stays(self, world, quick_recheck):
        """It is written for many reasons; the door judges, and lets the same person in again."""
        socket = browser(world.omar)
        asked = []

        def remember():
            session = SessionStore(Session.objects.get().session_key)
            session["something"] = "else"
            session.save()

        async def conversation():
            await socket.opened()
            standing = consumers.standing_of
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(consumers, "standing_of", lambda shown: asked.append(shown) or standing(shown))
                await sync_to_async(remember)()
                while not asked:
                    await sync_to_async(len)(asked)
            assert await socket.hears_nothing_before_pong()
            await socket.leave()
            return len(asked)

        assert talk(conversation) == 1

    def test_nothing_is_said_after_the_close(self, world, quick_recheck):
        """Not a frame more for somebody who may not listen."""
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await sync_to_async(Session.objects.all().delete)()
            code = await socket.closed_with()
            consumers.hub.fan_out(world.north.pk, None, "secret")
            return code, await socket.line.receive_nothing(0.01)

        assert talk(conversation) == (4401, True)

    def test_access_token_ends_by_the_clock(self, world):
        """It lives a quarter of an hour, and so does what it opened."""
        with tenant(world.north):
            found = holds([pass_until(world.omar, LONG_AGO), pass_until(world.omar, timezone.now() + THE_DAY)])

        assert [hold.is_signed_in for hold in found.values()] == [False, True]

    def test_socket_does_not_live_for_ever(self, world, quick_recheck, monkeypatch):
        monkeypatch.setattr(consumers, "LIFE_SECONDS", 0)
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            return await socket.closed_with()

        assert talk(conversation) == 1001

    @pytest.mark.parametrize("asked", ["notifications.consumers.standing_of", "notifications.queries.live.settled"])
    def test_nobody_comes_in_while_the_database_is_away(self, world, monkeypatch, asked):
        """Who tries later is let in; a handshake that fails would tell a page nothing."""
        socket = browser(world.omar)

        def away(*asked):
            raise DatabaseError("gone")

        monkeypatch.setattr(asked, away)

        async def conversation():
            await socket.open()
            return await socket.closed_with()

        assert talk(conversation) == 1013

    def test_caller_who_cannot_be_checked_may_not_listen(self, world, quick_recheck, monkeypatch):
        """With the database away nobody can say whether they are still a member."""
        socket = browser(world.omar)

        def away(*asked):
            raise DatabaseError("gone")

        async def conversation():
            await socket.opened()
            monkeypatch.setattr(watching, "look", away)
            return await socket.closed_with()

        assert talk(conversation) == 1013


THE_DAY = datetime.timedelta(days=1)


def pass_until(person, moment):
    return Pass(organization_id=person.organization_id, member_id=person.pk, ends_at=moment)


class TestOneLook:
    """A thousand sockets that each asked every four seconds would be 250 questions a second."""

    def test_a_look_costs_the_same_for_one_socket_and_for_many(self, world):
        people = [world.omar, world.odd, world.pia, world.ada, world.bea]
        for person in people:
            browser(person)
        sessions = list(Session.objects.values_list("session_key", flat=True))
        passes = [
            Pass(person.organization_id, person.pk, session) for person, session in zip(people, sessions, strict=True)
        ]

        asked = []
        for some in (passes[:1], passes):
            with CaptureQueriesContext(connection) as found:
                look = watching.look(world.north.pk, some, 10**9)
            asked.append(statements(found))
            assert all(hold.is_signed_in and hold.is_welcome for hold in look.holds.values())

        assert asked == [4, 4]

    def test_stranger_among_the_passes_is_not_known(self, world):
        """A pass of another house, looked at in this one, opens nothing."""
        with tenant(world.north):
            found = holds([pass_until(world.zoe, timezone.now() + THE_DAY)])

        assert [hold.is_welcome for hold in found.values()] == [False]
