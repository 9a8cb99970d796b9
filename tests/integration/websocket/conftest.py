"""Sockets for tests: the real consumer behind the real door, in process.

The test stays synchronous and its conversation is wrapped in `async_to_sync`: the database work of a consumer then
runs on the test's own connection, inside the transaction that is rolled back afterwards.
"""

import json

import pytest
from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from notifications.consumers import LiveConsumer, watching
from notifications.hub import Changed, hub
from tenants import relay
from tenants.access import SESSION_KEY
from tenants.actions import tokens
from tenants.context import tenant
from tenants.ids import uuid7
from tests.support.clients import committed

PATIENCE = 2  # seconds until a frame that does not come fails the test


class Socket:
    """One end of `/ws/`, as a browser or a program holds it."""

    def __init__(self, headers, host="localhost"):
        sent = {"host": host, **headers}
        encoded = [(name.encode(), value.encode("latin1")) for name, value in sent.items()]
        self.line = WebsocketCommunicator(LiveConsumer.as_asgi(), "/ws/", headers=encoded)

    async def open(self):
        """Shake hands; answers whether the door let us through the handshake."""
        accepted, _ = await self.line.connect(timeout=PATIENCE)
        return accepted

    async def opened(self):
        """Open and read the first two frames, which are always the position and the counter."""
        assert await self.open()
        self.position = (await self.frame())["position"]
        assert (await self.frame())["type"] == "unread"
        return self

    async def frame(self):
        return json.loads(await self.line.receive_from(timeout=PATIENCE))

    async def say(self, text):
        await self.line.send_to(text_data=text)

    async def hears_nothing_before_pong(self):
        """Frames come in order, so an answered ping proves that nothing was sent before it."""
        await self.say('{"type": "ping"}')
        return await self.frame() == {"type": "pong"}

    async def frames_before_pong(self):
        """All that was sent before an answered ping."""
        await self.say('{"type": "ping"}')
        frames = []
        while (frame := await self.frame()) != {"type": "pong"}:
            frames.append(frame)
        return frames

    async def closed_with(self):
        """The code of the close, which is the next thing said."""
        said = await self.line.receive_output(timeout=PATIENCE)
        assert said["type"] == "websocket.close"
        return said["code"]

    async def leave(self):
        await self.line.disconnect()


def browser(member, *, origin="http://localhost", host="localhost"):
    """A page of ours with the member's session; `origin=None` sends no Origin."""
    client = Client()
    client.force_login(member.user)
    session = client.session
    session[SESSION_KEY] = str(member.organization_id)
    session.save()
    headers = {"cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}
    return Socket(headers | ({"origin": origin} if origin is not None else {}), host)


def program(member):
    """A program with an API token, which has no page and so no Origin."""
    with tenant(member.organization):
        _, secret = tokens.make_api_token(member=member, name="live", by=member)
    return Socket({"authorization": f"Token {secret}"})


def talk(conversation):
    """Run an async conversation on the test's own thread and connection."""
    return async_to_sync(conversation)()


def changed(**given):
    """A frame about some task."""
    return Changed(**({"subject": "task", "id": uuid7(), "version": 3, "position": 7} | given))


def said_of(frame):
    """A frame as it arrives."""
    return json.loads(frame.text())


def drained(organization):
    """Relay what has happened and let everybody react to it, here and now."""
    with committed():
        relay.drain_here(organization)


@pytest.fixture(autouse=True)
def connection_stays_open(monkeypatch):
    """A consumer closes old connections around each step; here that would be the test's own, in the middle of it."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


@pytest.fixture(autouse=True)
def everybody_leaves():
    """A seat that outlives its test would hear the next one's frames."""
    yield
    left, watched = hub.count(), watching.watch._sockets
    hub._rooms, hub._total, watching.watch._sockets = {}, 0, {}
    assert (left, watched) == (0, {})


@pytest.fixture
def quick_recheck(monkeypatch):
    """Look after the sockets at once instead of every few seconds."""
    monkeypatch.setattr(watching, "EVERY_SECONDS", 0.01)
