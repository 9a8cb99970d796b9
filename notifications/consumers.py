"""The one socket, `/ws/`: says what changed in the caller's organization, and how much they have not read."""

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.urls import path
from django.utils.module_loading import import_string
from pydantic import ValidationError

from notifications.hub import Error, Frame, Ping, Pong, Unread, hub
from notifications.queries import unread_count
from tenants.access import SESSION_KEY, Caller, answer_door
from tenants.context import tenant

log = logging.getLogger(__name__)

NOT_SIGNED_IN, NO_LONGER_ALLOWED, TOO_MANY = 4401, 4403, 4429
GOING_AWAY, TOO_BIG, TRY_AGAIN_LATER = 1001, 1009, 1013  # RFC 6455 7.4.1
SOCKETS_PER_MEMBER = 10  # in one process
FRAMES_PER_SECOND = 20
LARGEST_FRAME = 64 * 1024
LIFE_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Shown:
    """What a socket shows of its caller, read from the handshake."""

    host: str
    origin: str
    authorization: str
    organization: str
    session: str

    @classmethod
    def by(cls, scope: dict[str, Any]) -> "Shown":
        headers = {name.decode("latin1").lower(): value.decode("latin1") for name, value in scope["headers"]}
        return cls(
            host=headers.get("host", ""),
            origin=headers.get("origin", ""),
            authorization=headers.get("authorization", ""),
            organization=headers.get("x-organization", ""),
            session=parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, ""),
        )

    @property
    def may_knock(self) -> bool:
        """Whether the host is ours and, for a cookie, the page is too: browsers send cookies along for any page."""
        if not validate_host(split_domain_port(self.host)[0], settings.ALLOWED_HOSTS):
            return False
        if self.authorization:
            return True
        try:
            origin = urlsplit(self.origin)
        except ValueError:
            return False
        schemes = ("https",) if settings.HTTPS else ("http", "https")
        return origin.scheme in schemes and origin.netloc.lower() == self.host.lower()


@dataclass(frozen=True)
class Standing:
    """What the database says about a caller: a close code if they may not listen, else who they are."""

    code: int | None
    caller: Caller
    unread: int = 0

    @property
    def who(self) -> tuple[Any, ...]:
        member = self.caller.member
        return (member.pk, member.role) if member else ()


def standing_of(shown: Shown) -> Standing:
    """Ask the same door as pages and API do; asked again while the socket is open, it notices a sign-out."""
    session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(shown.session or None)
    caller = answer_door(
        host=shown.host,
        authorization=shown.authorization,
        named=shown.organization,
        session_choice=session.get(SESSION_KEY, ""),
        user=get_user(SimpleNamespace(session=session)),
        method="GET",
    )
    if caller.member is None:
        is_known = caller.user is not None and not (caller.turned and caller.turned.status == 401)
        return Standing(NO_LONGER_ALLOWED if is_known else NOT_SIGNED_IN, caller)
    with tenant(caller.organization, atomic=False):
        return Standing(None, caller, unread_count(caller.member))


class LiveConsumer(AsyncWebsocketConsumer):
    """One open socket: a seat in the hub, a task that sends what the seat gets, and one that asks the door again."""

    recheck_seconds = 4.0  # whoever signs out is out within five

    async def connect(self):
        self.shown, self.seat, self.tasks = Shown.by(self.scope), None, []
        self.heard: deque[float] = deque(maxlen=FRAMES_PER_SECOND)
        if not self.shown.may_knock:
            return await self.close()  # refuses the handshake: another site's page learns nothing from a code
        self.standing = await self.ask_door()
        await self.accept()  # a code reaches the browser only through an open socket
        if self.standing.code:
            return await self.close(self.standing.code)
        member = self.standing.caller.member
        if hub.count(member.pk) >= SOCKETS_PER_MEMBER:
            return await self.close(TOO_MANY)
        self.seat = hub.join(member.organization_id, member.pk)
        await self.say(Unread(count=self.standing.unread))
        self.tasks = [asyncio.create_task(self.pump()), asyncio.create_task(self.recheck())]

    async def receive(self, text_data=None, bytes_data=None):
        if len(text_data or bytes_data or "") > LARGEST_FRAME:
            return await self.end(TOO_BIG)
        if self.is_flooding():
            return await self.end(TOO_MANY)
        if text_data is None:
            return await self.say(Error(code="text_only", message="Frames are JSON text."))
        try:
            Ping.model_validate_json(text_data)
        except ValidationError:
            return await self.say(Error(code="unknown_frame", message='The only frame is {"type": "ping"}.'))
        await self.say(Pong())

    async def disconnect(self, code):
        self.rise()

    async def pump(self):
        """Send what the hub hands over, in its order."""
        with suppress(OSError, RuntimeError):  # the other end left; its disconnect comes next
            while True:
                await self.send(text_data=await self.seat.next())

    async def recheck(self):
        """Ask the door again for as long as the socket is open, and mend a counter whose frame was lost."""
        until, misses = time.monotonic() + LIFE_SECONDS, 0
        with suppress(OSError, RuntimeError):
            while misses < 3:
                await asyncio.sleep(self.recheck_seconds)
                if time.monotonic() > until:
                    return await self.end(GOING_AWAY)
                try:
                    before, self.standing = self.standing, await self.ask_door()
                except DatabaseError as error:
                    misses += 1
                    log.warning("A socket's caller could not be checked: %s", error)
                    continue
                misses = 0
                if self.standing.code or self.standing.who != before.who:
                    return await self.end(self.standing.code or NO_LONGER_ALLOWED)
                if self.standing.unread != before.unread:
                    await self.say(Unread(count=self.standing.unread))
            await self.end(TRY_AGAIN_LATER)  # who cannot be checked may not listen

    async def ask_door(self) -> Standing:
        return await database_sync_to_async(standing_of)(self.shown)

    def is_flooding(self) -> bool:
        moment = time.monotonic()
        full = len(self.heard) == FRAMES_PER_SECOND and moment - self.heard[0] < 1.0
        self.heard.append(moment)
        return full

    async def say(self, frame: Frame):
        await self.send(text_data=frame.text())

    async def end(self, code: int):
        """Stop sending first: a frame after the close would be an error of the protocol."""
        self.rise()
        await self.close(code)

    def rise(self):
        """Give the seat back."""
        if self.seat:
            hub.leave(self.seat)
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self.tasks = []


websocket_urlpatterns = [path("ws/", LiveConsumer.as_asgi())]
