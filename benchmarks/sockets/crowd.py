"""A thousand sockets in one process of their own, which counts how often each broadcast arrived and when."""

import asyncio
import time

import orjson
import uvloop

from tests.support.sockets import Line

AT_ONCE = 50


class Crowd:
    def __init__(self, pipe, port, authorizations):
        self._pipe, self._port, self._authorizations = pipe, port, authorizations
        self.lines, self._moments, self._greeted, self._all_are = [], {}, 0, asyncio.Event()

    async def open(self):
        """All sockets, until each has been greeted; answers how many seconds that took."""
        begun = time.monotonic()
        for start in range(0, len(self._authorizations), AT_ONCE):
            batch = self._authorizations[start : start + AT_ONCE]
            self.lines += await asyncio.gather(*(Line.to(self._port, shown, self.heard) for shown in batch))
        for line in self.lines:
            line.is_closed.add_done_callback(self.lost)
        await self._all_are.wait()
        return time.monotonic() - begun

    def lost(self, is_closed):
        """A socket that is closed would be waited for in vain."""
        self._pipe.send(("lost", is_closed.result(), None))

    def heard(self, line, body):
        if b'"hello"' in body:
            self._greeted += 1
            if self._greeted == len(self._authorizations):
                self._all_are.set()
        if b'"changed"' not in body:
            return
        moment = time.monotonic()
        number = orjson.loads(body)["position"]
        moments = self._moments.setdefault(number, [])
        moments.append(moment)
        if len(moments) == len(self._authorizations):
            self._pipe.send(("all", number, self._moments.pop(number)))


def attend(pipe, port, authorizations):
    """The process: opens everything, says so, reports each broadcast that reached everybody, until told to stop."""
    loop = uvloop.new_event_loop()
    crowd = Crowd(pipe, port, authorizations)

    async def begin():
        pipe.send(("open", await crowd.open(), None))
        loop.add_reader(pipe.fileno(), loop.stop)

    loop.run_until_complete(begin())
    loop.run_forever()
