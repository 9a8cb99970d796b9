"""Who hears what: it follows from how they came in, never from what they ask for."""

import threading

import pytest
from asgiref.sync import async_to_sync

from notifications.hub import Told, Unread, publish
from tenants.access import SESSION_KEY
from tenants.ids import uuid7
from tests.integration.websocket.conftest import Socket, browser, changed, program, said_of, talk

pytestmark = pytest.mark.django_db


def heard_by(sockets, do):
    """Open the sockets, do something, and answer what each of them heard before its pong."""

    async def conversation():
        for socket in sockets:
            await socket.opened()
        do()
        heard = [await socket.frames_before_pong() for socket in sockets]
        for socket in sockets:
            await socket.leave()
        return heard

    return async_to_sync(conversation)()


class TestSubscriptions:
    """There are no subscriptions: a socket hears the organization its sign-in chose, and itself."""

    @pytest.mark.parametrize("wish", ["subscribe", "group", "join", "organization"])
    def test_nobody_can_ask_for_more(self, world, wish):
        """A name a client may send is a name it may guess."""
        zoe = browser(world.zoe)

        async def conversation():
            await zoe.opened()
            await zoe.say(f'{{"type": "{wish}", "organization": "{world.north.pk}"}}')
            refused = await zoe.frame()
            publish(world.north.pk, changed())
            silent = await zoe.hears_nothing_before_pong()
            await zoe.leave()
            return refused["type"], silent

        assert talk(conversation) == ("error", True)

    def test_member_of_two_houses_hears_the_one_they_chose(self, world):
        """Bea's tab is in the north; what happens in the south is for another tab."""
        frame = changed()

        def both():
            publish(world.south.pk, Unread(count=5))
            publish(world.north.pk, frame)

        assert heard_by([browser(world.bea)], both) == [[said_of(frame)]]

    def test_token_hears_its_own_house_whatever_else_is_named(self, world):
        """A token of the north with a header for the south is two organizations, which is none."""
        secret = dict(program(world.bea).line.scope["headers"])[b"authorization"].decode()
        socket = Socket({"authorization": secret, "x-organization": world.south.slug})

        async def conversation():
            await socket.open()
            return await socket.closed_with()

        assert SESSION_KEY
        assert talk(conversation) in (4401, 4403)


class TestOrganizationFanout:
    """A frame reaches the sockets of one organization, or of one member in it, and no others."""

    def test_everybody_in_the_organization_hears_a_change(self, world):
        frame = changed()

        heard = heard_by([browser(world.omar), browser(world.pia)], lambda: publish(world.north.pk, frame))

        assert heard == [[said_of(frame)]] * 2

    def test_another_organization_hears_nothing(self, world):
        """Even that something happened next door is none of Zoe's business."""

        def next_door():
            publish(world.north.pk, changed())
            publish(world.north.pk, Unread(count=7), member_id=world.omar.pk)

        assert heard_by([browser(world.zoe)], next_door) == [[]]

    def test_a_members_frame_reaches_all_their_sockets_and_nobody_elses(self, world):
        """The phone and the terminal show the same counter and the same toast."""
        told = Told(id=uuid7(), level="warning")
        sockets = [browser(world.omar), browser(world.omar), browser(world.odd)]

        heard = heard_by(sockets, lambda: publish(world.north.pk, told, member_id=world.omar.pk))

        assert heard == [[said_of(told)], [said_of(told)], []]

    def test_member_id_of_another_organization_reaches_nobody(self, world):
        """A frame names both; one of the north for Zoe is a mistake and goes nowhere."""
        heard = heard_by([browser(world.zoe)], lambda: publish(world.north.pk, Unread(count=1), member_id=world.zoe.pk))

        assert heard == [[]]

    def test_frame_from_another_thread_arrives(self, world):
        """The embedded edition's relay is a thread; it must not wait for the server's next tick."""
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            sender = threading.Thread(target=publish, args=(world.north.pk, Unread(count=4)))
            sender.start()
            heard = await socket.frame()
            sender.join()
            await socket.leave()
            return heard

        assert talk(conversation) == {"type": "unread", "count": 4}
