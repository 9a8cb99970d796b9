"""Real sockets of `/ws/`, many in one process, with little work per frame: the server is what is looked at.

`Line` is one socket (RFC 6455, 5.2, as far as our server uses it), `Follower` a client as docs/live.md wants it: it
remembers a position, comes back when its line breaks, and resumes.
"""

import asyncio
import base64
import os
from contextlib import suppress

import orjson

from tests.support import wait

OPCODE, TEXT, PING, CLOSE = 0x0F, 0x1, 0x9, 0x8
LARGEST_SHORT, LARGEST_MIDDLE = 125, 65_535


class Line(asyncio.Protocol):
    """Hands itself and each frame's bytes to `heard`. `is_open` and `is_closed` are futures, that one of its code."""

    def __init__(self, port, authorization, heard):
        self._port, self._authorization, self._heard, self._rest = port, authorization, heard, b""
        loop = asyncio.get_running_loop()
        self.is_open, self.is_closed, self._code = loop.create_future(), loop.create_future(), None

    @classmethod
    async def to(cls, port, authorization, heard):
        """An open socket. Raises `OSError` if nobody lets us in."""
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(lambda: cls(port, authorization, heard), "127.0.0.1", port)
        await line.is_open
        return line

    def connection_made(self, transport):
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        shown = f"Authorization: {self._authorization}\r\n" if self._authorization else ""
        transport.write(
            f"GET /ws/ HTTP/1.1\r\nHost: localhost:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{shown}\r\n".encode()
        )

    def data_received(self, data):
        data = self._rest + data
        if not self.is_open.done():
            head, found, rest = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = data
                return
            if b" 101 " not in head[:20]:
                self.is_open.set_exception(OSError(head[:80]))
                self._transport.abort()
                return
            self.is_open.set_result(None)
            data = rest
        self._rest = self._frames(data)

    def connection_lost(self, error):
        if not self.is_open.done():
            self.is_open.set_exception(OSError("closed in the handshake"))
        if not self.is_closed.done():
            self.is_closed.set_result(self._code)

    def say(self, text):
        self._send(TEXT, text.encode())

    def close(self):
        self._transport.abort()

    def _send(self, opcode, body):
        """A client's frames are masked; a mask of zeros is one."""
        assert len(body) <= LARGEST_SHORT
        self._transport.write(bytes([0x80 | opcode, 0x80 | len(body), 0, 0, 0, 0]) + body)

    def _frames(self, data):
        start = 0
        while len(data) - start >= 2:
            length, begin = data[start + 1], start + 2
            if length > LARGEST_SHORT:
                length, begin = int.from_bytes(data[start + 2 : start + 4]), start + 4
            if len(data) < begin + length:
                break
            self._frame(data[start] & OPCODE, data[begin : begin + length])
            start = begin + length
        return data[start:]

    def _frame(self, opcode, body):
        if opcode == PING:
            self._send(0xA, body)
        elif opcode == CLOSE:
            self._code = int.from_bytes(body[:2])
            self._transport.close()
        else:
            self._heard(self, body)


class Follower:
    """One client for as long as `follow` runs. `read_again()` is awaited for what a fresh look tells: {id: version}."""

    def __init__(self, port, authorization, read_again):
        self._port, self._authorization, self._read_again = port, authorization, read_again
        self.versions, self.position = {}, -1
        self.said, self.went_back = {}, []  # on this socket; what was read again may be ahead of it
        self.heard = dict.fromkeys(("hello", "changed", "resync", "resumed"), 0)
        self.codes, self._reading = [], set()
        self.line, self.is_connected = None, False

    async def follow(self):
        while True:
            with suppress(OSError):
                self.line = await Line.to(self._port, self._authorization, self._frame)
                try:
                    self.codes.append(await self.line.is_closed)
                finally:
                    self.is_connected = False
                    self.line.close()
            await wait.before_trying_again()

    def _frame(self, line, body):
        frame = orjson.loads(body)
        kind = frame["type"]
        if kind in self.heard:
            self.heard[kind] += 1
        if kind == "changed":
            self._changed(frame["id"], frame["version"], frame["position"])
        elif kind == "hello":
            self.is_connected, self.said = True, {}
            if self.position < 0:
                self.position = frame["position"]
            else:
                line.say(f'{{"type": "resume", "position": {self.position}}}')
        elif kind == "resumed":
            self.position = frame["position"]
        elif kind == "resync":
            self.read()

    def read(self):
        """Begin to read everything again; the line is listened to meanwhile."""
        task = asyncio.get_running_loop().create_task(self._again())
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    def _changed(self, pk, version, position):
        if version < self.said.get(pk, 0):
            self.went_back.append((pk, self.said[pk], version))
        self.said[pk] = version
        self.versions[pk] = max(version, self.versions.get(pk, 0))
        self.position = max(self.position, position)

    async def _again(self):
        for pk, version in (await self._read_again()).items():
            self.versions[pk] = max(version, self.versions.get(pk, 0))
