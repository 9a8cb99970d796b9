"""People in front of their pages: real sockets that come back when their line breaks, and go on from their position."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import orjson
import psycopg

from config.subscriptions import SUBSCRIPTIONS
from notifications.queries.live import ANNOUNCE
from tests.support import wait
from tests.support.sockets import Follower

BACK_SECONDS = 10
ANNOUNCED = [kind for kind, reactions in SUBSCRIPTIONS.items() if ANNOUNCE in reactions]


def newest(look, house):
    """{thing: its newest version}, as a fresh look at every page of an organization would tell."""
    return dict(
        look.rows(
            "SELECT e.subject_id::text, max(e.subject_version) FROM tenants_event e JOIN tenants_organization o"
            " ON o.id = e.organization_id WHERE o.slug = %s AND e.kind = ANY(%s) GROUP BY 1",
            house,
            ANNOUNCED,
        )
    )


def unread(look):
    """{member: how many entries of their inbox they have not read}, of those who have any."""
    return dict(
        look.rows(
            "SELECT recipient_id::text, count(*) FROM notifications_notification"
            " WHERE read_at IS NULL AND archived_at IS NULL AND hidden_because = '' GROUP BY 1"
        )
    )


class Watcher(Follower):
    """Reads everything when it comes and when it is told to; what it knows besides, frames have told it."""

    def __init__(self, house, member, port, authorization, read_again):
        super().__init__(port, authorization, read_again)
        self.house, self.member, self.unread = house, member, 0
        self.frames, self.again = [], 0  # `again`: nothing new, and dropped for that

    def break_off(self):
        """As a cable does that somebody stumbles over."""
        if self.line is not None:
            self.line.close()

    def _frame(self, line, body):
        is_new_here = self.position < 0
        super()._frame(line, body)
        frame = orjson.loads(body)
        if frame["type"] == "unread":
            self.unread = frame["count"]
        if is_new_here and self.is_connected:
            self.read()

    def _changed(self, pk, version, position):
        self.frames.append((pk, version, position))
        self.again += version <= self.versions.get(pk, 0)
        super()._changed(pk, version, position)


class Watchers(threading.Thread):
    """All of them on a loop of their own, from `start` until `leave`."""

    def __init__(self, port, look, floors):
        super().__init__(name="watchers", daemon=True)
        self._port, self._look, self._floors = port, look, floors
        self._readers, self._end = ThreadPoolExecutor(1), asyncio.Event()
        self.everybody = []

    def run(self):
        asyncio.run(self._watch())

    async def _watch(self):
        self._loop = asyncio.get_running_loop()
        self.everybody = [
            Watcher(house, member, self._port, f"Token {token}", lambda house=house: self._read(house))
            for house, floor in self._floors.items()
            for token, member in floor["members"].items()
        ]
        tasks = [self._loop.create_task(watcher.follow()) for watcher in self.everybody]
        await self._end.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, house):
        """Asked again until there is an answer: the database may be away too."""
        while True:
            with suppress(psycopg.Error):
                return await self._loop.run_in_executor(self._readers, newest, self._look, house)
            await wait.before_trying_again()

    def break_one(self, rng):
        """The line of one of them; False if nobody has one for seconds."""
        with suppress(AssertionError):
            there = wait.until(lambda: [one for one in self.everybody if one.is_connected], within=BACK_SECONDS)
            self._loop.call_soon_threadsafe(rng.choice(there).break_off)
            return True
        return False

    def are_there(self):
        return bool(self.everybody) and all(watcher.is_connected for watcher in self.everybody)

    def are_right(self):
        truth, counts = {house: newest(self._look, house) for house in self._floors}, unread(self._look)
        return self.are_there() and all(
            watcher.versions == truth[watcher.house] and watcher.unread == counts.get(watcher.member, 0)
            for watcher in self.everybody
        )

    def leave(self):
        self._loop.call_soon_threadsafe(self._end.set)
        self.join(10)
        self._readers.shutdown()
