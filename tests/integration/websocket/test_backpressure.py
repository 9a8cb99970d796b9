"""A socket that does not keep up costs a fixed amount of memory, delays nobody, and ends up right."""

import asyncio

from notifications.hub import Resync, Unread, hub, publish
from notifications.hub.seats import WAITING_AT_MOST, Seat
from tenants.ids import uuid7
from tests.integration.websocket.conftest import talk


class Line:
    """The sending end of a socket whose reader may stop reading."""

    def __init__(self, *, is_read=True):
        self.arrived, self._writable = [], asyncio.Event()
        if is_read:
            self._writable.set()

    async def send(self, text):
        await self._writable.wait()
        self.arrived.append(text)

    def read_on(self):
        self._writable.set()

    async def have_arrived(self, count):
        while len(self.arrived) < count:
            await passed()


async def passed():
    """One round of the loop."""
    done = asyncio.Event()
    asyncio.get_running_loop().call_soon(done.set)
    await done.wait()


def seat_on(line):
    return Seat(uuid7(), uuid7(), line.send)


class TestBackpressure:
    def test_who_reads_is_written_to_at_once(self):
        """In the very step: a task for each frame and socket would cost more than the writing."""

        async def conversation():
            line = Line()
            seat_on(line).offer("one")
            return line.arrived

        assert talk(conversation) == ["one"]

    def test_who_reads_late_gets_everything_in_order(self):
        async def conversation():
            line = Line(is_read=False)
            seat = seat_on(line)
            for number in range(50):
                seat.offer(str(number))
            before = list(line.arrived)
            line.read_on()
            await line.have_arrived(50)
            return before, line.arrived

        assert talk(conversation) == ([], [str(number) for number in range(50)])

    def test_who_does_not_read_gets_one_resync_for_all(self):
        """The first frame is on its way; ten thousand more are worth one hint to read everything again."""

        async def conversation():
            line = Line(is_read=False)
            seat = seat_on(line)
            for number in range(10_000):
                seat.offer(str(number))
            kept = len(seat._waiting)
            line.read_on()
            await line.have_arrived(2)
            seat.offer("after")
            await line.have_arrived(3)
            return kept, line.arrived

        assert talk(conversation) == (1, ["0", Resync().text(), "after"])

    def test_queue_is_bounded(self):
        async def conversation():
            seat, most = seat_on(Line(is_read=False)), 0
            for number in range(3 * WAITING_AT_MOST):
                seat.offer(str(number))
                most = max(most, len(seat._waiting))
            seat.leave()
            return most

        assert talk(conversation) == WAITING_AT_MOST

    def test_what_comes_during_a_resume_is_bounded_too(self):
        """A slow database must not make a queue of everything that happens meanwhile."""

        async def conversation():
            line = Line()
            seat = seat_on(line)
            seat.hold()
            for number in range(10_000):
                seat.offer(str(number))
            kept = len(seat._held)
            seat.release(())
            return kept, line.arrived

        assert talk(conversation) == (WAITING_AT_MOST, [Resync().text()])

    def test_others_do_not_wait_for_a_slow_one(self):
        """Nobody's turn comes after the one who does not read."""

        async def conversation():
            house, stuck, quick = uuid7(), Line(is_read=False), Line()
            seats = [hub.join(house, uuid7(), line.send) for line in (stuck, quick)]
            for number in range(5):
                publish(house, Unread(count=number))
            await quick.have_arrived(5)
            for seat in seats:
                hub.leave(seat)
            return len(stuck.arrived), len(quick.arrived)

        assert talk(conversation) == (0, 5)

    def test_leaving_ends_what_waits(self):
        """A closed socket's frames go nowhere and its task with them."""

        async def conversation():
            line = Line(is_read=False)
            seat = seat_on(line)
            seat.offer("one")
            seat.offer("two")
            pump = seat._pump
            seat.leave()
            await asyncio.wait([pump])
            line.read_on()
            await passed()
            return pump.cancelled(), line.arrived

        assert talk(conversation) == (True, [])

    def test_loop_that_has_closed_is_no_error(self):
        """A server that is going down closes its loop before the last frames come."""
        seat = talk(self._seat_of_a_closing_loop)

        publish(seat.organization_id, Unread(count=1))

        hub.leave(seat)
        assert hub.count() == 0

    async def _seat_of_a_closing_loop(self):
        seat = hub.join(uuid7(), uuid7(), Line().send)
        closed = asyncio.new_event_loop()
        closed.close()
        seat.loop = closed
        return seat
