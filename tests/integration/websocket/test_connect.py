"""Who may open the socket, from where, and when it closes again."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.db.models import Max

from notifications import consumers
from notifications.consumers import watching
from notifications.hub import Unread, hub, publish
from tenants.actions import tokens
from tenants.context import tenant
from tenants.ids import uuid7
from tenants.models import ApiToken, Event, Organization
from tenants.states import OrganizationStatus
from tests.integration.websocket.conftest import Socket, browser, program, talk

pytestmark = pytest.mark.django_db


class TestConnect:
    """The same door as pages and API: a session, a token or an access token of an active member."""

    def test_session_opens_and_hears_position_and_counter_first(self, world):
        """A page that just loaded must not wait for the next event to show a true number."""
        socket = browser(world.omar)

        async def conversation():
            assert await socket.open()
            first = await socket.frame(), await socket.frame()
            await socket.leave()
            return first

        with tenant(world.north):
            newest = Event.objects.aggregate(newest=Max("position"))["newest"]
        assert newest
        assert talk(conversation) == ({"type": "hello", "position": newest}, {"type": "unread", "count": 0})

    def test_api_token_opens(self, world):
        socket = program(world.omar)

        async def conversation():
            await socket.opened()
            seats = await sync_to_async(hub.count)(world.omar.pk)
            await socket.leave()
            return seats

        assert talk(conversation) == 1

    def test_access_token_with_a_named_organization_opens(self, world):
        """A JWT names a user only; somebody of two houses says which one."""
        access = tokens.pair_for(world.bea.user)["access"]
        socket = Socket({"authorization": f"Bearer {access}", "x-organization": world.north.slug})

        async def conversation():
            await socket.opened()
            seats = hub.count(world.bea.pk)
            await socket.leave()
            return seats

        assert talk(conversation) == 1

    @pytest.mark.parametrize(
        "headers",
        [
            {"origin": "http://localhost"},
            {"origin": "http://localhost", "cookie": "workfloor=forged"},
            {"authorization": "Token wf_forged"},
            {"authorization": "Bearer not.a.token"},
        ],
        ids=["anonymous", "forged-session", "forged-token", "forged-access"],
    )
    def test_who_is_not_signed_in_is_told_4401(self, world, headers):
        """An open socket with a code, since a refused handshake tells a browser nothing."""
        socket = Socket(headers)

        async def conversation():
            assert await socket.open()
            return await socket.closed_with()

        assert talk(conversation) == 4401

    def test_inactive_member_is_told_4403(self, world):
        socket = browser(world.ivan)

        async def conversation():
            await socket.open()
            return await socket.closed_with()

        assert talk(conversation) == 4403

    def test_suspended_organization_is_told_4403(self, world):
        Organization.objects.filter(pk=world.north.pk).update(status=OrganizationStatus.SUSPENDED)
        socket = browser(world.ada)

        async def conversation():
            await socket.open()
            return await socket.closed_with()

        assert talk(conversation) == 4403

    def test_revoked_token_is_told_4401(self, world, settings):
        socket = program(world.omar)
        with tenant(world.north):
            ApiToken.objects.update(revoked_at="2020-01-01T00:00:00Z")

        async def conversation():
            await socket.open()
            return await socket.closed_with()

        assert talk(conversation) == 4401

    def test_host_of_another_organization_is_told_4403(self, world):
        """The address bar names the organization, and a stranger's is not there for me."""
        socket = browser(world.omar, host="south.localhost", origin="http://south.localhost")

        async def conversation():
            await socket.open()
            return await socket.closed_with()

        assert talk(conversation) == 4403


class TestLimits:
    def test_too_many_sockets_of_one_member_are_told_4429(self, world, monkeypatch):
        """A page that reconnects in a loop must not fill the server."""
        monkeypatch.setattr(consumers, "SOCKETS_PER_MEMBER", 2)
        first, second, third, other = browser(world.omar), browser(world.omar), browser(world.omar), browser(world.odd)

        async def conversation():
            await first.opened()
            await second.opened()
            await third.open()
            code = await third.closed_with()
            await other.opened()
            for socket in (first, second, other):
                await socket.leave()
            return code

        assert talk(conversation) == 4429

    def test_full_process_says_4429_before_it_asks_who_it_is(self, world, settings, monkeypatch):
        """A thousand pages that all come back must not cost a thousand questions to the database."""
        settings.LIVE_SOCKETS = 1
        first, second = browser(world.omar), browser(world.odd)

        async def conversation():
            await first.opened()
            monkeypatch.setattr(consumers, "standing_of", None)
            await second.open()
            code = await second.closed_with()
            await first.leave()
            return code

        assert talk(conversation) == 4429


class TestDisconnect:
    """Who leaves takes everything along that was kept for them."""

    def test_leaving_gives_the_seat_back(self, world):
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            taken = hub.count()
            await socket.leave()
            return taken, hub.count()

        assert talk(conversation) == (1, 0)

    def test_after_the_last_socket_nobody_looks_any_more(self, world):
        """A process without sockets leaves the database alone."""
        first, second = browser(world.omar), browser(world.zoe)

        async def conversation():
            await first.opened()
            await second.opened()
            looking = watching.watch._task
            await first.leave()
            still = looking.cancelling()
            await second.leave()
            return still, looking.cancelling(), watching.watch._task

        assert talk(conversation) == (0, 1, None)

    def test_frame_for_somebody_who_has_just_left_goes_nowhere(self):
        """It was on its way when the socket closed: after a close nothing may be said."""
        organization, said = uuid7(), []

        async def conversation():
            seat = hub.join(organization, uuid7(), said.append)
            publish(organization, Unread(count=3))
            hub.leave(seat)
            passed = asyncio.Event()
            asyncio.get_running_loop().call_soon_threadsafe(passed.set)
            await passed.wait()

        talk(conversation)
        assert said == []

    def test_line_that_breaks_while_a_frame_is_written_is_no_error(self):
        """The other end left; its disconnect comes next."""

        async def broken(text):
            raise OSError("gone")

        async def conversation():
            seat = hub.join(uuid7(), uuid7(), broken)
            seat.offer("one")
            seat.offer("two")
            hub.leave(seat)
            hub.leave(seat)
            return hub.count()

        assert talk(conversation) == 0
