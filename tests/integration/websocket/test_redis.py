"""Frames between processes, through a real Redis: one subscription here, any number of publishers elsewhere."""

import asyncio

import pytest
import redis

from notifications import hub as live
from notifications.hub import Hub, Publisher, Resync, Unread
from tenants.ids import uuid7
from tests.integration.websocket.conftest import talk
from tests.support import wait

SOON = 3  # seconds until a frame that does not come fails the test


@pytest.fixture
def server(redis_url, settings):
    """A client of the server that carries the frames, to look at it and to break its lines."""
    settings.REDIS_URL = redis_url
    with redis.Redis.from_url(redis_url) as client:
        yield client


class TestThroughRedis:
    """With Redis a frame reaches the sockets of every process, and each process asks for them once."""

    def test_frame_from_another_process_arrives_once(self, server):
        """A publisher of its own is what another process looks like from here."""
        organization, member = uuid7(), uuid7()

        async def conversation():
            hub = Hub()
            seat = await seated(hub, organization, member)
            sent = await asyncio.to_thread(Publisher().publish, organization, None, Unread(count=3).text())
            await asyncio.to_thread(Publisher().publish, organization, member, "last")
            heard = [await soon(seat), await soon(seat)]
            await gone(hub)
            return sent, heard

        assert talk(conversation) == (True, [Unread(count=3).text(), "last"])

    def test_frames_of_others_do_not_arrive(self, server):
        """One channel carries all organizations; who hears what is decided by seat."""
        organization, member = uuid7(), uuid7()

        async def conversation():
            hub, elsewhere = Hub(), Publisher()
            seat = await seated(hub, organization, member)
            for place, person in ((uuid7(), None), (organization, uuid7()), (organization, member)):
                await asyncio.to_thread(elsewhere.publish, place, person, f"for {person}")
            heard = await soon(seat)
            await gone(hub)
            return heard

        assert talk(conversation) == f"for {member}"

    def test_a_process_subscribes_once_however_many_sockets_it_has(self, server):
        """A thousand sockets must not be a thousand subscriptions."""

        async def conversation():
            hub = Hub()
            for _ in range(20):
                await seated(hub, uuid7(), uuid7())
            subscribers = dict(await asyncio.to_thread(server.pubsub_numsub, live.CHANNEL))
            await gone(hub)
            return subscribers[live.CHANNEL.encode()]

        assert talk(conversation) == 1

    def test_after_a_lost_line_the_listener_returns_and_says_resync(self, server):
        """What was published meanwhile is gone, so everybody is told to look for themselves."""
        organization, member = uuid7(), uuid7()

        async def conversation():
            hub = Hub()
            seat = await seated(hub, organization, member)
            await asyncio.to_thread(server.client_kill_filter, _type="pubsub")
            first = await soon(seat)
            await asyncio.to_thread(Publisher().publish, organization, member, "again")
            second = await soon(seat)
            await gone(hub)
            return first, second

        assert talk(conversation) == (Resync().text(), "again")


async def seated(hub, organization_id, member_id):
    """A seat whose hub has its subscription."""
    seat = hub.join(organization_id, member_id)
    await wait.soon(lambda: hub.is_subscribed, within=SOON, why="the hub subscribes")
    return seat


async def soon(seat):
    return await asyncio.wait_for(seat.next(), SOON)


async def gone(hub):
    hub._listener.cancel()
    await asyncio.gather(hub._listener, return_exceptions=True)
