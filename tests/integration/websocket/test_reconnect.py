"""Who was away says what they saw last, and is told what they missed: from the ledger, which forgets nothing."""

import datetime
import json
import re
import threading

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError
from django.utils import timezone

from notifications.consumers import RESUMED_ALREADY
from notifications.hub import hub, publish
from notifications.queries import live
from tenants import events
from tenants.context import tenant
from tenants.ids import uuid7
from tenants.models import Delivery, Event
from tests.integration.websocket.conftest import browser, changed, drained, talk
from tests.support.clients import Door

pytestmark = pytest.mark.django_db

FIRST = 1_000_000  # a position behind all that the world has
A_MINUTE = datetime.timedelta(minutes=1)


def happened(world, *subjects, organization=None, apart=A_MINUTE, kind="absence.requested"):
    """Relayed events about these (id, version), further apart than a frame may be late, and after all the world has."""
    place = organization or world.north
    moments = [timezone.now() + number * apart for number in range(1, len(subjects) + 1)]
    with tenant(place):
        Event.objects.bulk_create(
            Event(
                organization_id=place.pk,
                kind=kind,
                subject_type="absence",
                subject_id=pk,
                subject_version=version,
                via="job",
                occurred_at=moment,
                recorded_at=moment,
                relayed_at=moment,
                position=FIRST + number,
            )
            for number, ((pk, version), moment) in enumerate(zip(subjects, moments, strict=True))
        )


def resumed(world, position, meanwhile=None):
    """What Omar hears after he resumed from a position."""
    return answered(world, {"type": "resume", "position": position}, meanwhile)


def loaded(world, moment):
    """What Omar hears on a page that was read from a moment on."""
    return answered(world, {"type": "loaded", "at": moment.isoformat()})


def answered(world, said, meanwhile=None):
    socket = browser(world.omar)

    async def conversation():
        await socket.opened()
        if meanwhile:
            meanwhile()
        await socket.say(json.dumps(said))
        heard = await socket.frames_before_pong()
        await socket.leave()
        return heard

    return talk(conversation)


def missed(frames):
    return [(frame["id"], frame["version"], frame["position"]) for frame in frames if frame["type"] == "changed"]


class TestReconnect:
    """A gap in the line is no gap in what is known."""

    def test_what_was_missed_is_said_again_and_no_more(self, world):
        one, two, three = uuid7(), uuid7(), uuid7()
        happened(world, (one, 1), (two, 1), (three, 1), (two, 2))

        heard = resumed(world, FIRST + 1)

        assert missed(heard) == [(str(three), 1, FIRST + 2), (str(two), 2, FIRST + 3)]
        assert heard[-1] == {"type": "resumed", "position": FIRST + 3}

    def test_of_one_thing_only_the_newest_version_is_said(self, world):
        """The page reads it again once; the versions in between are nobody's any more."""
        one, two = uuid7(), uuid7()
        happened(world, (two, 1), (one, 1), (one, 2), (two, 2), (one, 3))

        assert missed(resumed(world, FIRST - 1)) == [(str(two), 2, FIRST + 3), (str(one), 3, FIRST + 4)]

    def test_what_may_have_been_overtaken_is_said_again(self, world):
        """A worker that died held one announcement while the next was heard: who resumes from that missed the other."""
        overtaken = uuid7()
        happened(world, (uuid7(), 1), (overtaken, 1), (uuid7(), 1), apart=0.6 * live.OVERTAKEN)

        assert missed(resumed(world, FIRST + 2)) == [(str(overtaken), 1, FIRST + 1)]

    def test_who_missed_nothing_hears_nothing(self, world):
        happened(world, (uuid7(), 1))

        assert resumed(world, FIRST) == [{"type": "resumed", "position": FIRST}]

    def test_gap_too_wide_is_a_resync(self, world, monkeypatch):
        """A thousand single hints are dearer than one fresh page."""
        monkeypatch.setattr(live, "AT_MOST", 3)
        happened(world, *((uuid7(), 1) for _ in range(4)))

        assert resumed(world, FIRST - 1) == [{"type": "resync"}, {"type": "resumed", "position": FIRST + 3}]
        assert len(missed(resumed(world, FIRST))) == 3

    def test_too_old_is_a_resync(self, world, monkeypatch):
        monkeypatch.setattr(live, "AT_MOST", 3)
        happened(world, *((uuid7(), 1) for _ in range(4)))

        assert resumed(world, 0)[0] == {"type": "resync"}

    def test_position_nobody_has_seen_yet_is_a_resync(self, world):
        """The database was put back to an older day, or somebody guesses."""
        happened(world, (uuid7(), 1))

        assert resumed(world, 2**62)[0] == {"type": "resync"}

    def test_database_away_is_a_resync(self, world, monkeypatch):
        """Nobody knows what was missed, so everything may have been."""

        def away():
            raise DatabaseError("gone")

        monkeypatch.setattr(live, "recent", away)

        assert [frame["type"] for frame in resumed(world, 1)] == ["resync", "resumed"]

    def test_other_organizations_stay_unheard(self, world):
        happened(world, (uuid7(), 1), organization=world.south)
        happened(world, (uuid7(), 1))

        assert len(missed(resumed(world, FIRST - 1))) == 1

    def test_what_nobody_announces_is_not_said(self, world):
        """A token's making is in the ledger and on nobody's page."""
        happened(world, (uuid7(), 1), kind="token.made")

        assert resumed(world, FIRST - 1) == [{"type": "resumed", "position": FIRST}]

    def test_what_happens_while_it_reads_comes_once_and_after(self, world, monkeypatch):
        """The seat is taken before the ledger is read, so nothing falls between the two."""
        old, new = uuid7(), uuid7()
        happened(world, (old, 1), (new, 1))
        reading = live.recent

        def slowly():
            found = reading()
            publish(world.north.pk, changed(id=old, version=1, position=FIRST))
            publish(world.north.pk, changed(id=new, version=2, position=FIRST + 2))
            return found

        monkeypatch.setattr(live, "recent", slowly)

        assert missed(resumed(world, FIRST - 1)) == [
            (str(old), 1, FIRST),
            (str(new), 1, FIRST + 1),
            (str(new), 2, FIRST + 2),
        ]

    def test_once_is_enough(self, world):
        """Each costs a look into the ledger."""
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await socket.say('{"type": "resume", "position": 0}')
            await socket.frames_before_pong()
            await socket.say('{"type": "resume", "position": 0}')
            answer = await socket.frame()
            await socket.leave()
            return answer

        assert talk(conversation) == json.loads(RESUMED_ALREADY.text())

    def test_all_who_come_back_together_are_one_question(self, world, monkeypatch):
        """After a restart two hundred pages resume at once; two hundred looks into the ledger would take seconds."""
        sockets = [browser(person) for person in (world.omar, world.odd, world.pia, world.ada, world.bea, world.vera)]
        reading, asked = live.recent, []
        monkeypatch.setattr(live, "recent", lambda: asked.append(1) or reading())
        happened(world, (uuid7(), 1))

        async def conversation():
            for socket in sockets:
                await socket.opened()
            for socket in sockets:
                await socket.say(json.dumps({"type": "resume", "position": FIRST - 1}))
            heard = [await socket.frames_before_pong() for socket in sockets]
            for socket in sockets:
                await socket.leave()
            return heard

        heard = talk(conversation)
        assert [len(missed(frames)) for frames in heard] == [1] * len(sockets)
        assert 1 <= len(asked) <= 2

    def test_hello_does_not_promise_what_is_not_announced_yet(self, world):
        """Who resumed from the newest position would never hear of what waits before it."""
        drained(world.north)
        with tenant(world.north):
            before = live.settled()
            event = events.record(world.assembly, "absence.requested", by=world.ada)
            Event.objects.filter(pk=event.pk).update(position=before + 1, relayed_at=timezone.now())
            waiting = Delivery.objects.create(event_id=event.pk, subscriber=live.ANNOUNCE)
            unsettled = live.settled()
            waiting.delete()

            assert (unsettled, live.settled()) == (before, before + 1)


class TestOrder:
    """Of one thing an older version never comes after a newer one, whoever announced it first."""

    def test_frame_that_was_overtaken_is_not_said(self, world):
        pk = uuid7()
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            for version in (2, 1, 2, 3):
                publish(world.north.pk, changed(id=pk, version=version, position=version))
            heard = await socket.frames_before_pong()
            await socket.leave()
            return heard

        assert [frame["version"] for frame in talk(conversation)] == [2, 3]

    def test_late_frame_does_not_follow_what_a_resume_has_said(self, world):
        """The ledger was ahead of the one who announces: version 2 was said from there, then comes the frame of 1."""
        pk = uuid7()
        happened(world, (pk, 1), (pk, 2))
        socket, other = browser(world.omar), browser(world.odd)

        async def conversation():
            await socket.opened()
            await other.opened()
            await socket.say(json.dumps({"type": "resume", "position": FIRST - 1}))
            first = await socket.frames_before_pong()
            for version in (1, 2):
                publish(world.north.pk, changed(id=pk, version=version, position=FIRST + version - 1))
            then = await socket.frames_before_pong()
            heard = await other.frames_before_pong()
            await socket.leave()
            await other.leave()
            return [[frame["version"] for frame in frames if "version" in frame] for frames in (first, then, heard)]

        assert talk(conversation) == [[2], [], [2]]

    def test_what_was_heard_last_is_not_said_in_an_older_version(self, world):
        """Version 2 is said to all while they resume from it. The one before it may be late, but it is no news."""
        pk = uuid7()
        happened(world, (pk, 1), (pk, 2), apart=0.1 * live.OVERTAKEN)

        def said_again():
            publish(world.north.pk, changed(id=pk, version=2, position=FIRST + 1))

        heard = resumed(world, FIRST + 1, meanwhile=said_again)

        assert [version for thing, version, _ in missed(heard) if thing == str(pk)] == [2]

    def test_threads_that_announce_at_once_keep_it(self, world):
        """Each thread has some of the versions; what is heard only rises."""
        pk = uuid7()
        socket = browser(world.omar)

        def announce(versions):
            for version in versions:
                publish(world.north.pk, changed(id=pk, version=version, position=version))

        async def conversation():
            await socket.opened()
            threads = [threading.Thread(target=announce, args=(range(start, 60, 3),)) for start in (1, 2, 3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                await sync_to_async(thread.join)()
            heard = await socket.frames_before_pong()
            await socket.leave()
            return [frame["version"] for frame in heard]

        heard = talk(conversation)
        assert heard == sorted(set(heard))
        assert heard[-1] == 59

    def test_only_so_much_is_remembered(self, world, monkeypatch):
        """A house with a million things does not fill the memory of its server."""
        monkeypatch.setattr("notifications.hub.rooms.REMEMBERED", 3)
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            for _ in range(10):
                publish(world.north.pk, changed(id=uuid7()))
            known = len(hub._rooms[world.north.pk]._newest)
            await socket.leave()
            return known

        assert talk(conversation) == 3


class TestLoaded:
    """A page is read first, its socket opened then: what happens in between is on neither, unless it is asked for."""

    def test_what_happened_while_the_page_was_loaded_is_said(self, world):
        """And what it shows already is not, but for the last seconds, in which clocks may differ."""
        old, shown, new = uuid7(), uuid7(), uuid7()
        happened(world, (old, 1), (shown, 1), (new, 1), apart=live.GRACE)
        with tenant(world.north):
            began_at = Event.objects.get(subject_id=shown).relayed_at + live.GRACE / 2

        heard = loaded(world, began_at)

        assert missed(heard) == [(str(shown), 1, FIRST + 1), (str(new), 1, FIRST + 2)]
        assert heard[-1] == {"type": "resumed", "position": FIRST + 2}

    def test_page_names_the_moment_before_it_was_read(self, world):
        """What the view does not show may be committed while it runs: the moment is that of the door."""
        before = timezone.now()
        page = Door().sign_in(world.omar).get("/notifications/").content.decode()
        moment = datetime.datetime.fromisoformat(re.search(r'data-live="([^"]+)"', page)[1])
        new = uuid7()
        happened(world, (new, 1), apart=datetime.timedelta(milliseconds=1))

        assert before <= moment <= timezone.now()
        assert missed(loaded(world, moment))[-1] == (str(new), 1, FIRST)

    def test_more_than_a_page_load_is_said_all_the_same(self, world, monkeypatch):
        monkeypatch.setattr(live, "A_PAGE_LOAD", 3)
        began_at = timezone.now()
        happened(world, *((uuid7(), 1) for _ in range(5)))

        assert len(missed(loaded(world, began_at + A_MINUTE / 2))) == 5

    @pytest.mark.parametrize("ago", [datetime.timedelta(days=9), datetime.timedelta(days=700_000)])
    def test_page_from_another_day_is_a_resync(self, world, monkeypatch, ago):
        """The browser kept it, and shows it again."""
        monkeypatch.setattr(live, "AT_MOST", 3)
        happened(world, *((uuid7(), 1) for _ in range(6)))

        assert loaded(world, timezone.now() - ago)[0] == {"type": "resync"}

    def test_either_resume_or_loaded_and_once(self, world):
        socket = browser(world.omar)

        async def conversation():
            await socket.opened()
            await socket.say(json.dumps({"type": "loaded", "at": timezone.now().isoformat()}))
            await socket.frames_before_pong()
            await socket.say('{"type": "resume", "position": 0}')
            answer = await socket.frame()
            await socket.leave()
            return answer

        assert talk(conversation) == json.loads(RESUMED_ALREADY.text())
