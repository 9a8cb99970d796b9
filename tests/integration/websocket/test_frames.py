"""What is said over the socket: typed hints that name what changed, and answers to what a client says."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from notifications import hub as live
from notifications.consumers import FRAMES_PER_SECOND, LARGEST_FRAME, UNKNOWN_FRAME
from notifications.hub import Changed, Hello, Told, Unread, hub, publish
from tenants.ids import uuid7
from tests.integration.websocket.conftest import browser, changed, talk

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "frames.json"
PING = '{"type": "ping"}'


class TestFrames:
    """A client may say three things. Whatever else it says is answered, never a crash."""

    @pytest.mark.parametrize(
        "text",
        [
            '{"type": "subscribe"}',
            '{"type": "changed", "subject": "task", "id": "x", "version": 1, "position": 1}',
            '{"type": "ping", "x": 1}',
            '{"type": "resume"}',
            '{"type": "resume", "position": -1}',
            '{"type": "resume", "position": 1.5}',
            '{"type": "resume", "position": "1"}',
            '{"type": "resume", "position": true}',
            '{"type": "resume", "position": NaN}',
            '{"type": "resume", "position": 9223372036854775808}',
            '{"type": "resume", "position": null}',
            '{"type": "loaded"}',
            '{"type": "loaded", "at": "yesterday"}',
            '{"type": "loaded", "at": "2026-11-21T20:00:00"}',
            '{"type": "loaded", "at": 1e999}',
            '{"position": 1}',
            '{"type": ["ping"]}',
            "not json",
            " ",
            "[]",
            "null",
            '"ping"',
            "\x00",
            "{" * 999,
        ],
        ids=[
            "unknown",
            "a-servers-frame",
            "extra-field",
            "no-position",
            "negative",
            "fraction",
            "text",
            "boolean",
            "not-a-number",
            "huge",
            "null-position",
            "no-moment",
            "no-time",
            "no-zone",
            "endless",
            "no-type",
            "type-list",
            "no-json",
            "empty",
            "list",
            "null",
            "string",
            "nul",
            "deep",
        ],
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

        assert talk(conversation) == json.loads(UNKNOWN_FRAME.text())

    def test_binary_is_answered(self, world):
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await socket.line.send_to(bytes_data=b'{"type": "ping"}')
            answer = await socket.frame()
            assert await socket.hears_nothing_before_pong()
            await socket.leave()
            return answer["code"]

        assert talk(conversation) == "text_only"

    @pytest.mark.parametrize(
        "text", ["x" * (LARGEST_FRAME + 1), "\u00fc" * (LARGEST_FRAME // 2 + 1)], ids=["ascii", "utf-8"]
    )
    def test_oversize_closes_1009(self, world, text):
        """Bytes are counted, not letters."""
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await socket.say(text)
            return await socket.closed_with()

        assert talk(conversation) == 1009

    def test_flood_closes_4429(self, world):
        """Twenty a second are plenty for somebody who has two things to say."""
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            for _ in range(FRAMES_PER_SECOND + 1):
                await socket.say(PING)
            answers = [await socket.frame() for _ in range(FRAMES_PER_SECOND)]
            return len(answers), await socket.closed_with()

        assert talk(conversation) == (FRAMES_PER_SECOND, 4429)


class TestFramesCarryNoContent:
    """A hint that is overheard, logged or cached gives nothing away."""

    def test_every_field_is_a_name_a_number_or_a_word_of_ours(self):
        """Whoever adds one decides here what it gives away; the text of things is read over HTTP."""
        fields = {frame.__name__: set(frame.model_fields) - {"type"} for frame in live.SERVER.__args__}

        assert fields == {
            "Hello": {"position"},
            "Changed": {"subject", "id", "version", "position"},
            "Unread": {"count"},
            "Told": {"id", "level"},
            "Resync": set(),
            "Resumed": {"position"},
            "Pong": set(),
            "Error": {"code", "message"},
        }

    def test_nothing_else_fits_in(self):
        """The type is the guard: a title handed to a frame is a mistake that shows at once."""
        with pytest.raises(ValidationError):
            Changed(subject="task", id=uuid7(), version=1, position=1, title="Secret poster")
        with pytest.raises(ValidationError):
            Told(id=uuid7(), level="Secret poster")

    def test_error_does_not_repeat_what_was_said(self, world):
        """What comes back must not depend on what somebody else put into a client's mouth."""
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await socket.say('{"type": "<script>canary</script>"}')
            answer = await socket.line.receive_from(timeout=2)
            await socket.leave()
            return answer

        assert "canary" not in talk(conversation)


class TestHeartbeat:
    """Proxies close what is silent, and a page wants to know that it is still connected."""

    def test_ping_is_answered(self, world):
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await socket.say(PING)
            answer = await socket.frame()
            await socket.leave()
            return answer

        assert talk(conversation) == {"type": "pong"}

    def test_pong_comes_in_its_turn(self, world):
        """So a client that hears it has heard everything that was said before."""
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            publish(world.north.pk, Unread(count=9))
            await socket.line.send_input({"type": "websocket.receive", "text": PING})
            heard = [await socket.frame(), await socket.frame()]
            await socket.leave()
            return [frame["type"] for frame in heard]

        assert talk(conversation) == ["unread", "pong"]

    def test_pings_at_a_sane_pace_never_end(self, world, monkeypatch):
        """The limit looks at the last second only, however long the socket has been open."""
        socket = browser(world.omar)
        moments = iter(range(10_000))
        monkeypatch.setattr("notifications.consumers.time", SimpleNamespace(monotonic=lambda: next(moments)))

        async def conversation():
            await socket.opened()
            for _ in range(3 * FRAMES_PER_SECOND):
                assert await socket.hears_nothing_before_pong()
            await socket.leave()
            return hub.count()

        assert talk(conversation) == 0


class TestSchema:
    """What frames look like is published, and does not change unnoticed."""

    def test_schema_is_the_golden_one(self):
        """Programs are written against it. A change is written down on purpose: json.dumps(schema(), indent=2)."""
        assert json.loads(GOLDEN.read_text()) == live.schema()

    def test_api_publishes_it_to_everybody(self, api_client):
        answer = api_client.get("live/schema/")

        assert answer.status_code == 200
        assert answer.body == live.schema()

    @pytest.mark.parametrize("frame", [Hello(position=1), changed(), Unread(count=2), Told(id=uuid7(), level="info")])
    def test_frames_are_what_it_says(self, frame):
        said = json.loads(frame.text())
        described = live.schema()["$defs"][type(frame).__name__]

        assert set(said) == set(described["required"]) == set(described["properties"])
        assert described["additionalProperties"] is False
