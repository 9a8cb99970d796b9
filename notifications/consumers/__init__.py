"""The one socket, `/ws/`: says what changed in the caller's organization, and how much they have not read."""

import asyncio
import datetime
import time
from collections import deque
from contextlib import suppress

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.urls import path
from pydantic import ValidationError

from notifications.consumers.door import (
    NO_LONGER_ALLOWED,
    NOT_SIGNED_IN,
    Shown,
    Standing,
    pass_of,
    standing_of,
)
from notifications.consumers.together import greetings, ledger, since
from notifications.consumers.watching import watch
from notifications.hub import Error, Frame, Hello, Loaded, Pong, Resume, Resumed, Unread, hub, understood
from tenants.queries import Hold, hold_of

TOO_MANY = 4429
GOING_AWAY, TOO_BIG, TRY_AGAIN_LATER = 1001, 1009, 1013  # RFC 6455 7.4.1
SOCKETS_PER_MEMBER = 10  # in one process
FRAMES_PER_SECOND = 20
LARGEST_FRAME = 64 * 1024  # bytes
LIFE_SECONDS = 12 * 3600

TEXT_ONLY = Error(code="text_only", message="Frames are JSON text.")
UNKNOWN_FRAME = Error(
    code="unknown_frame",
    message='Say {"type": "ping"}, or {"type": "resume", "position": 12}; see /api/v1/live/schema/.',
)
RESUMED_ALREADY = Error(code="resumed_already", message="A socket resumes once, when it was opened anew.")


class LiveConsumer(AsyncWebsocketConsumer):
    """One open socket: a seat in the hub, looked after by the watch of its process."""

    async def connect(self):
        self.shown, self.seat, self.has_resumed = Shown.by(self.scope), None, False
        self.heard: deque[float] = deque(maxlen=FRAMES_PER_SECOND)
        if not self.shown.may_knock:
            return await self.close()  # refuses the handshake: another site's page learns nothing from a code
        if hub.count() >= settings.LIVE_SOCKETS:
            return await self.refuse(TOO_MANY)
        try:
            self.standing = await self.ask_door()
        except DatabaseError:
            return await self.refuse(TRY_AGAIN_LATER)
        if self.standing.code:
            return await self.refuse(self.standing.code)
        await self.accept()
        member = self.standing.caller.member
        if hub.count(member.pk) >= SOCKETS_PER_MEMBER or hub.count() >= settings.LIVE_SOCKETS:
            return await self.close(TOO_MANY)
        try:
            await self.sit_down(member)
        except DatabaseError:
            await self.end(TRY_AGAIN_LATER)

    async def refuse(self, code: int):
        """A code reaches the browser only through an open socket."""
        await self.accept()
        await self.close(code)

    async def sit_down(self, member):
        """Listen first and ask then: what happens in between is heard, and said after the first words."""
        self.until = time.monotonic() + LIFE_SECONDS
        self.hold = hold_of(member, self.standing.session_data)
        self.passed = pass_of(self.shown, self.standing.caller)
        self.seat = hub.join(member.organization_id, member.pk, self.send)
        self.seat.hold()
        position, unread = await greetings.ask(member.organization_id, member.pk)
        self.unread = unread[member.pk]
        await self.send(Hello(position=position).text())
        await self.send(Unread(count=self.unread).text())
        self.seat.release(())
        watch.add(self, position)

    async def receive(self, text_data=None, bytes_data=None):
        if self.seat is None:
            return
        if len(bytes_data or text_data.encode()) > LARGEST_FRAME:
            return await self.end(TOO_BIG)
        if self.is_flooding():
            return await self.end(TOO_MANY)
        if text_data is None:
            return self.say(TEXT_ONLY)
        try:
            frame = understood.validate_json(text_data)
        except ValidationError:
            return self.say(UNKNOWN_FRAME)
        if isinstance(frame, Resume):
            return await self.resume(frame.position)
        if isinstance(frame, Loaded):
            return await self.go_on_from(frame.at)
        self.say(Pong())

    async def disconnect(self, code):
        self.rise()

    async def resume(self, position: int):
        """Say what came after `position`, and only then what comes meanwhile."""

        async def missed():
            recent = await ledger.ask(self.passed.organization_id, self.passed.member_id)
            return recent.after(position), recent.settled

        await self.catch_up(missed, position)

    async def go_on_from(self, moment: datetime.datetime):
        """The same for a page that heard nothing yet: what was relayed while it was read and sent."""
        await self.catch_up(lambda: since(self.passed.organization_id, moment), 0)

    async def catch_up(self, missed, position: int):
        if self.has_resumed:
            return self.say(RESUMED_ALREADY)
        self.has_resumed = True
        self.seat.hold()
        frames, settled = None, position  # read everything again, which is always right
        with suppress(DatabaseError):
            frames, settled = await missed()
        await asyncio.sleep(0)  # what of that is news to everybody is held now, too
        self.seat.release(frames)
        self.say(Resumed(position=settled))

    # --- what the watch asks for ---
    def heed(self, hold: Hold):
        """What follows from how things stand now: None, or what ends the socket."""
        before, self.hold = self.hold, hold
        if time.monotonic() > self.until:
            return self.end(GOING_AWAY)
        if not hold.is_signed_in:
            return self.end(NOT_SIGNED_IN)
        if not hold.is_welcome:
            return self.end(NO_LONGER_ALLOWED)
        return self.ask_again() if hold != before else None

    async def ask_again(self):
        """Something that let them in is different: let the door judge."""
        try:
            before, self.standing = self.standing, await self.ask_door()
        except DatabaseError:
            self.hold = None  # ask at the next look
            return
        if self.standing.code or self.standing.who != before.who:
            await self.end(self.standing.code or NO_LONGER_ALLOWED)

    def count(self, unread: int):
        """Mend a counter whose frame was lost."""
        if unread != self.unread:
            self.unread = unread
            self.say(Unread(count=unread))

    async def give_up(self):
        await self.end(TRY_AGAIN_LATER)

    async def ask_door(self) -> Standing:
        return await database_sync_to_async(standing_of)(self.shown)

    def is_flooding(self) -> bool:
        moment = time.monotonic()
        full = len(self.heard) == FRAMES_PER_SECOND and moment - self.heard[0] < 1.0
        self.heard.append(moment)
        return full

    def say(self, frame: Frame):
        """In its turn among what the hub sends."""
        self.seat.offer(frame.text())

    async def end(self, code: int):
        """Stop sending first: a frame after the close would be an error of the protocol."""
        self.rise()
        await self.close(code)

    def rise(self):
        """Give the seat back."""
        if self.seat:
            hub.leave(self.seat)
            watch.drop(self)


websocket_urlpatterns = [path("ws/", LiveConsumer.as_asgi())]
