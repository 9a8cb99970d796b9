"""What is said over the socket: typed hints that name what changed, and answers to what a client says."""

import asyncio
import threading

import pytest
import redis
from asgiref.sync import sync_to_async
from pydantic import ValidationError

from notifications import hub as live
from notifications.actions import inbox, telling
from notifications.hub import Changed, Publisher, Resync, Seat, Unread, hub, publish
from notifications.states import Kind
from notifications.subscribers import announce
from tenants import events
from tenants.context import tenant
from tenants.ids import uuid7
from tests.integration.websocket.conftest import browser, talk
from tests.support.clients import committed

pytestmark = pytest.mark.django_db


class TestFrames:
    """A client says ping and nothing else. Whatever else it says is answered, never a crash."""

    def test_ping_is_answered(self, world):
        """Proxies close what is silent, and a page wants to know that it is still connected."""
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await socket.say('{"type": "ping"}')
            answer = await socket.frame()
            await socket.leave()
            return answer

        assert talk(conversation) == {"type": "pong"}

    @pytest.mark.parametrize(
        "text",
        [
            '{"type": "subscribe"}',
            '{"type": "ping", "x": 1}',
            "not json",
            "[]",
            "null",
            '"ping"',
            "\x00",
            "{" * 999,
        ],
        ids=["unknown", "extra-field", "no-json", "list", "null", "string", "nul", "deep"],
    )
    def test_anything_else_is_answered_and_the_socket_stays(self, world, text):
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await socket.say(text)
            answer = await socket.frame()
            assert await socket.hears_nothing_before_pong()
            await socket.leave()
            return answer

        assert talk(conversation) == {
            "type": "error",
            "code": "unknown_frame",
            "message": 'The only frame is {"type": "ping"}.',
        }

    def test_binary_is_answered(self, world):
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await socket.line.send_to(bytes_data=b'{"type": "ping"}')
            answer = await socket.frame()
            await socket.leave()
            return answer["code"]

        assert talk(conversation) == "text_only"

    def test_oversize_closes_1009(self, world):
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await socket.say("x" * (64 * 1024 + 1))
            return await socket.closed_with()

        assert talk(conversation) == 1009

    def test_flood_closes_4429(self, world):
        """Twenty a second are plenty for somebody who has one thing to say."""
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            for _ in range(21):
                await socket.say('{"type": "ping"}')
            answers = [await socket.frame() for _ in range(20)]
            return len(answers), await socket.closed_with()

        assert talk(conversation) == (20, 4429)


class TestFanout:
    """A frame reaches the sockets of one organization, or of one member in it, and no others."""

    def test_everybody_in_the_organization_hears_a_change(self, world):
        frame = Changed(subject="task", id=uuid7(), version=3)
        omar, pia = browser(world.omar), browser(world.pia)

        async def conversation():
            await omar.opened()
            await pia.opened()
            publish(world.north.pk, frame)
            heard = await omar.frame(), await pia.frame()
            await omar.leave()
            await pia.leave()
            return heard

        said = {"type": "changed", "subject": "task", "id": str(frame.id), "version": 3}
        assert talk(conversation) == (said, said)

    def test_another_organization_hears_nothing(self, world):
        """Even that something happened next door is none of Zoe's business."""
        zoe = browser(world.zoe)

        async def conversation():
            await zoe.opened()
            publish(world.north.pk, Changed(subject="task", id=uuid7(), version=3))
            publish(world.north.pk, Unread(count=7), member_id=world.omar.pk)
            silent = await zoe.hears_nothing_before_pong()
            await zoe.leave()
            return silent

        assert talk(conversation)

    def test_a_members_frame_reaches_all_their_sockets_and_nobody_elses(self, world):
        """The phone and the terminal show the same counter."""
        phone, terminal, other = browser(world.omar), browser(world.omar), browser(world.odd)

        async def conversation():
            for socket in (phone, terminal, other):
                await socket.opened()
            publish(world.north.pk, Unread(count=2), member_id=world.omar.pk)
            heard = await phone.frame(), await terminal.frame()
            silent = await other.hears_nothing_before_pong()
            for socket in (phone, terminal, other):
                await socket.leave()
            return heard, silent

        assert talk(conversation) == (({"type": "unread", "count": 2},) * 2, True)

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


class TestParity:
    """What a socket is told equals what the database says."""

    def test_event_becomes_a_hint_after_the_commit_only(self, world):
        """A page told earlier would read the old row and never look again."""
        socket = browser(world.omar)
        with tenant(world.north):
            event = events.record(world.assembly, "department.created", by=world.ada)

        def react():
            with tenant(world.north):
                announce(event)

        commit = committed()

        async def conversation():
            await socket.opened()
            await sync_to_async(commit.__enter__)()
            await sync_to_async(react)()
            silent = await socket.hears_nothing_before_pong()
            await sync_to_async(commit.__exit__)(None, None, None)
            heard = await socket.frame()
            await socket.leave()
            return silent, heard

        silent, heard = talk(conversation)
        assert silent
        assert heard == {"type": "changed", "subject": "department", "id": str(event.subject_id), "version": 1}

    def test_counter_follows_telling_and_reading(self, world):
        socket = browser(world.omar)
        with tenant(world.north):
            event = events.record(world.assembly, "department.created", by=world.ada)

        def told():
            with committed(), tenant(world.north):
                return telling.tell(event, to=[world.omar], kind=Kind.TASK_ASSIGNED, title="Yours")

        def read():
            with committed(), tenant(world.north):
                inbox.read_all(by=world.omar)

        async def conversation():
            await socket.opened()
            await sync_to_async(told)()
            after_telling = await socket.frame()
            await sync_to_async(read)()
            after_reading = await socket.frame()
            await socket.leave()
            return after_telling["count"], after_reading["count"]

        assert talk(conversation) == (1, 0)

    def test_counter_mends_itself_when_its_frame_was_lost(self, world, quick_recheck):
        """Frames are hints: one that never came costs seconds, not truth."""
        socket = browser(world.omar)
        with tenant(world.north):
            event = events.record(world.assembly, "department.created", by=world.ada)

        def told_silently():
            with tenant(world.north):
                telling.tell(event, to=[world.omar], kind=Kind.TASK_ASSIGNED, title="Yours")

        async def conversation():
            await socket.opened()
            await sync_to_async(told_silently)()
            heard = await socket.frame()
            await socket.leave()
            return heard

        assert talk(conversation) == {"type": "unread", "count": 1}

    def test_frames_carry_no_content(self):
        """A hint that is overheard, logged or cached gives nothing away."""
        assert set(Changed.model_fields) == {"type", "subject", "id", "version"}
        assert set(Unread.model_fields) == {"type", "count"}
        with pytest.raises(ValidationError):
            Changed(subject="task", id=uuid7(), version=1, title="Secret poster")


class TestBackpressure:
    """A socket that does not keep up costs a fixed amount of memory and ends up right."""

    def test_full_queue_becomes_one_resync(self):
        async def conversation():
            seat = Seat(uuid7(), uuid7())
            for number in range(live.WAITING_AT_MOST + 1):
                seat.offer(str(number))
            seat.offer("after")
            return [await seat.next(), await seat.next()]

        assert talk(conversation) == [Resync().text(), "after"]

    def test_others_do_not_wait_for_a_slow_one(self, world):
        """Every seat has its own queue; sending to one is not a turn the others wait for."""
        quick = browser(world.omar)

        async def conversation():
            await quick.opened()
            stuck = hub.join(world.north.pk, world.odd.pk)
            publish(world.north.pk, Unread(count=1))
            heard = await quick.frame()
            hub.leave(stuck)
            await quick.leave()
            return heard

        assert talk(conversation) == {"type": "unread", "count": 1}

    def test_loop_that_has_closed_is_no_error(self):
        """A server that is going down closes its loop before the last frames come."""
        seat = talk(self._seat_of_a_closing_loop)

        publish(seat.organization_id, Unread(count=1))

        hub.leave(seat)
        assert hub.count() == 0

    async def _seat_of_a_closing_loop(self):
        seat = hub.join(uuid7(), uuid7())
        closed = asyncio.new_event_loop()
        closed.close()
        seat.loop = closed
        return seat


class AwayRedis:
    """What a client looks like whose server does not answer."""

    def __init__(self):
        self.asked = 0

    def publish(self, channel, message):
        self.asked += 1
        raise redis.ConnectionError("refused")


class TestRedisAway:
    """Losing Redis costs a hint, never a request and never the truth."""

    @pytest.fixture
    def away(self, settings, monkeypatch):
        settings.REDIS_URL = "redis://127.0.0.1:1"
        monkeypatch.setattr(live, "CATCH_UP_SECONDS", 0.01)
        monkeypatch.setattr(live, "publisher", Publisher())
        live.publisher._client = AwayRedis()
        yield live.publisher._client
        live.publisher._client.publish = lambda channel, message: None  # let the catching-up thread end

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
        monkeypatch.setattr(live, "CATCH_UP_SECONDS", 60)

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

    @pytest.mark.parametrize("data", [b"x", b"[1]", b'["a","b","c"]', b'{"a":1}', b'[null,null,"t"]'])
    def test_nonsense_on_the_channel_is_left_out(self, data, caplog):
        """Whoever can write to Redis must not be able to end the one listener of a process."""
        hub._received(data)

        assert caplog.messages == ["A live frame that is none was left out."]
