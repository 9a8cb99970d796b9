"""Who may open the socket, from where, and when it closes again."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session

from notifications import consumers
from notifications.hub import hub
from tenants.actions import tokens
from tenants.context import tenant
from tenants.models import ApiToken, Member, Organization
from tenants.states import OrganizationStatus, Role
from tests.integration.websocket.conftest import Socket, browser, program, talk

pytestmark = pytest.mark.django_db


class TestConnect:
    """The same door as pages and API: a session, a token or an access token of an active member."""

    def test_session_opens_and_hears_the_counter_first(self, world):
        """A page that just loaded must not wait for the next event to show a true number."""
        socket = browser(world.omar)

        async def conversation():
            assert await socket.open()
            first = await socket.frame()
            await socket.leave()
            return first

        assert talk(conversation) == {"type": "unread", "count": 0}

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


class TestOrigin:
    """Browsers send cookies along for every page on the web; only our own may use them."""

    @pytest.mark.parametrize(
        "origin",
        [
            None,
            "",
            "null",
            "http://evil.example",
            "http://localhost.evil.example",
            "http://evil.example/localhost",
            "http://south.localhost",
            "http://localhost:9999",
            "ftp://localhost",
            "http://localhost@evil.example",
            "http://[",
        ],
    )
    def test_foreign_or_missing_origin_is_refused_with_a_cookie(self, world, origin):
        """Refused before the handshake, so that the other page does not even learn a code."""
        socket = browser(world.omar, origin=origin)

        assert talk(socket.open) is False

    def test_origin_with_the_port_of_our_host_is_ours(self, world):
        socket = browser(world.omar, host="localhost:8000", origin="http://localhost:8000")

        async def conversation():
            await socket.opened()
            await socket.leave()
            return True

        assert talk(conversation)

    def test_plain_http_page_is_refused_where_https_is_required(self, world, settings):
        """A page that came unprotected may have been changed on its way."""
        settings.HTTPS = True
        socket = browser(world.omar)

        assert talk(socket.open) is False

    def test_host_that_is_not_ours_is_refused(self, world):
        """A made-up Host with a matching Origin is how DNS rebinding looks from here."""
        socket = browser(world.omar, host="evil.example", origin="http://evil.example")

        assert talk(socket.open) is False


class TestWhileOpen:
    """What ends a sign-in ends the socket that came from it, within seconds."""

    def test_sign_out_closes_4401(self, world, quick_recheck):
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await sync_to_async(Session.objects.all().delete)()
            return await socket.closed_with()

        assert talk(conversation) == 4401

    def test_new_password_closes_4401(self, world, quick_recheck):
        """Whoever changed it perhaps did so because somebody else was signed in."""
        socket = browser(world.omar)

        def change_password():
            world.omar.user.set_password("another one")
            world.omar.user.save()

        async def conversation():
            await socket.opened()
            await sync_to_async(change_password)()
            return await socket.closed_with()

        assert talk(conversation) == 4401

    @pytest.mark.parametrize("change", [{"active": False}, {"role": Role.VIEWER}], ids=["deactivated", "other-role"])
    def test_changed_membership_closes_4403(self, world, quick_recheck, change):
        """Another role may see other things; the page comes back with what it may see now."""
        socket = browser(world.omar)

        def change_membership():
            with tenant(world.north):
                Member.objects.filter(pk=world.omar.pk).update(**change)

        async def conversation():
            await socket.opened()
            await sync_to_async(change_membership)()
            return await socket.closed_with()

        assert talk(conversation) == 4403

    def test_socket_does_not_live_for_ever(self, world, quick_recheck, monkeypatch):
        monkeypatch.setattr(consumers, "LIFE_SECONDS", 0)
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            return await socket.closed_with()

        assert talk(conversation) == 1001

    def test_caller_who_cannot_be_checked_may_not_listen(self, world, quick_recheck, monkeypatch):
        """With the database away nobody can say whether they are still a member."""
        socket = browser(world.omar)

        def away(shown):
            raise consumers.DatabaseError("gone")

        async def conversation():
            await socket.opened()
            monkeypatch.setattr(consumers, "standing_of", away)
            return await socket.closed_with()

        assert talk(conversation) == 1013


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

    def test_leaving_gives_the_seat_back(self, world):
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            taken = hub.count()
            await socket.leave()
            return taken, hub.count()

        assert talk(conversation) == (1, 0)
