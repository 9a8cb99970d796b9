"""Frames between processes, through a real Redis: one subscription here, any number of publishers elsewhere."""

import asyncio
import threading

import pytest
import redis

from notifications.hub import Resync, Unread, hub, publish, publishing, rooms
from notifications.hub.publishing import Publisher
from notifications.hub.rooms import Hub
from tenants.ids import uuid7
from tests.integration.websocket.conftest import browser, talk
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
            subscribers = dict(await asyncio.to_thread(server.pubsub_numsub, rooms.CHANNEL))
            await gone(hub)
            return subscribers[rooms.CHANNEL.encode()]

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


class AwayRedis:
    """What a client looks like whose server does not answer."""

    def __init__(self):
        self.asked = 0

    def publish(self, channel, message):
        self.asked += 1
        raise redis.ConnectionError("refused")


@pytest.mark.django_db
class TestLayerDown:
    """Losing Redis costs a hint, never a request and never the truth."""

    @pytest.fixture
    def away(self, settings, monkeypatch):
        settings.REDIS_URL = "redis://127.0.0.1:1"
        monkeypatch.setattr(publishing, "CATCH_UP_SECONDS", 0.01)
        monkeypatch.setattr(publishing, "publisher", Publisher())
        publishing.publisher._client = AwayRedis()
        yield publishing.publisher._client
        publishing.publisher._client.publish = lambda channel, message: None  # let the catching-up thread end

    def test_sockets_of_this_process_are_still_told(self, world, away, monkeypatch):
        monkeypatch.setattr(hub, "_listen", asyncio.Event().wait)
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            publish(world.north.pk, Unread(count=5))
            heard = await socket.frame()
            await socket.leave()
            return heard

        assert talk(conversation) == {"type": "unread", "count": 5}

    def test_after_one_failure_it_is_left_alone(self, away, monkeypatch):
        """Nobody waits twice for something that is away."""
        monkeypatch.setattr(publishing, "CATCH_UP_SECONDS", 60)

        for _ in range(5):
            publish(uuid7(), Unread(count=1))

        assert away.asked == 1

    def test_what_was_missed_is_made_good_by_a_resync(self, away):
        """As soon as Redis is back, and without waiting for the next thing to happen."""
        sent, done = [], threading.Event()
        publish(uuid7(), Unread(count=1))

        def back(channel, message):
            sent.append(message)
            done.set()

        away.publish = back

        assert done.wait(timeout=5)
        assert b"resync" in sent[0]

    @pytest.mark.parametrize(
        "data",
        [b"x", b"[1]", b'["a","b","c"]', b'{"a":1}', b'[null,null,"t",null]', b"[1,2,3,4]", b'["a",null,"t",{}]'],
    )
    def test_nonsense_on_the_channel_is_left_out(self, data, caplog):
        """Whoever can write to Redis must not be able to end the one listener of a process."""
        hub._received(data)

        assert caplog.messages == ["A live frame that is none was left out."]

    @pytest.mark.parametrize("mark", ['["a"]', '["a","b","c"]', "7"])
    def test_frame_with_a_mark_that_is_none_is_left_out(self, mark, caplog):
        hub._received(f'["{uuid7()}",null,"t",{mark}]'.encode())

        assert caplog.messages == ["A live frame that is none was left out."]


class Ear:
    """A seat and what it was sent, one after the other."""

    def __init__(self, hub, organization_id, member_id):
        self._heard = asyncio.Queue()
        self.seat = hub.join(organization_id, member_id, self._heard.put)

    async def next(self):
        return await asyncio.wait_for(self._heard.get(), SOON)


async def seated(hub, organization_id, member_id):
    """A seat whose hub has its subscription."""
    seat = Ear(hub, organization_id, member_id)
    await wait.soon(lambda: hub.is_subscribed, within=SOON, why="the hub subscribes")
    return seat


async def soon(seat):
    return await seat.next()


async def gone(hub):
    hub._listener.cancel()
    await asyncio.gather(hub._listener, return_exceptions=True)
