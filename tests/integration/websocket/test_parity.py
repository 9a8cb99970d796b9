"""What is shown to somebody who only follows the frames is what is so."""

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.db.models import Max
from django.urls import reverse

from notifications.actions import inbox, telling
from notifications.states import Kind
from notifications.subscribers import announce
from tenants import events, relay
from tenants.context import tenant
from tenants.models import Event, Member
from tests.golden.roles import ROLES, ROUTES
from tests.golden.states import GRIDS
from tests.integration.websocket.conftest import browser, drained, talk
from tests.matrices.test_state_x_verb import MADE_BY, speaker, with_a_part
from tests.support.clients import committed
from tests.support.drivers import DRIVERS
from tests.support.mirror import PageMirror, ThingMirror
from tests.support.payloads import MODELS
from tests.support.registry import routes
from workorder.actions import tasks

pytestmark = pytest.mark.django_db

STEMS = {
    model.NOUN: stem
    for stem, model in MODELS.items()
    if hasattr(model, "NOUN") and f"GET /api/v1/{stem}/{{pk}}/" in routes()
}
LISTENERS = ("vera", "omar", "sina", "pia", "ada")  # a viewer to an admin


def spoken():
    """Each verb once, from the first state in which it does something, with somebody of each role listening in turn."""
    first = {}
    for noun, grid in GRIDS.items():
        for (state, verb), cell in grid.items():
            if cell not in "=-" and noun in STEMS:
                first.setdefault((noun, verb), state)
    for number, ((noun, verb), state) in enumerate(first.items()):
        may = ROUTES[f"GET /api/v1/{STEMS[noun]}/{{pk}}/"]
        who = [person for person, role in zip(LISTENERS, ROLES, strict=True) if may[role] == "200"]
        listener = who[number % len(who)]
        yield pytest.param(noun, state, verb, listener, id=f"{noun}-{verb}-{listener}")


VERBS = list(spoken())


@pytest.fixture
def row(world, noun, state, verb):
    """The thing a verb is said to, in a state where that does something."""
    if noun == "workorder":
        return world.orders[state]
    if verb == "merge":
        return with_a_part(world, state)
    made = MADE_BY[noun](organization=world.north, department=world.assembly, at=state)
    if (noun, state, verb) == ("task", "in_progress", "complete"):
        with tenant(world.north):
            return tasks.report(made, by=world.ada, good=made.quantity).task
    return made


class TestParity:
    """Every verb, heard by somebody who may listen, who then knows what a fresh look would tell them."""

    def test_there_are_enough_of_them(self):
        assert len(VERBS) >= 45
        assert {parameter.values[0] for parameter in VERBS} >= {"workorder", "process", "task", "ticket", "assignment"}

    @pytest.mark.parametrize(("noun", "state", "verb", "listener"), VERBS)
    def test_frames_lead_to_what_a_fresh_look_tells(self, world, request, api_client, row, noun, verb, listener):
        """The frame names the thing; reading it again must be all there is to do."""
        person = getattr(world, listener)
        client, socket = api_client.as_(person), browser(person)

        def read(subject, pk):
            return client.get(f"{STEMS[subject]}/{pk}/").body if subject == noun and pk == str(row.pk) else None

        mirror = ThingMirror(read)

        def say():
            before = read(noun, str(row.pk))
            assert DRIVERS["action"](request).as_(speaker(world, noun, verb)).say(row, verb).status == 200
            drained(world.north)
            return before

        async def conversation():
            await socket.opened()
            before = await sync_to_async(say)()
            frames = await socket.frames_before_pong()
            await sync_to_async(mirror.hear)(frames)
            await socket.leave()
            return before, await sync_to_async(read)(noun, str(row.pk))

        before, fresh = talk(conversation)
        assert mirror.known[noun, str(row.pk)] == fresh
        assert fresh != before, "nothing changed, which proves nothing"
        assert mirror.versions[noun, str(row.pk)] == newest_version(row)

    def test_event_becomes_a_hint_after_the_commit_only(self, world):
        """A page told earlier would read the old row and never look again."""
        socket = browser(world.omar)
        with tenant(world.north):
            event = events.record(world.assembly, "department.created", by=world.ada)
        with tenant(world.north):
            relay.relay(world.north)
            event.refresh_from_db()

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
        assert heard == {
            "type": "changed",
            "subject": "department",
            "id": str(event.subject_id),
            "version": 1,
            "position": event.position,
        }

    def test_counter_follows_telling_and_reading(self, world):
        socket = browser(world.omar)
        event = recorded(world)

        def read():
            with committed(), tenant(world.north):
                inbox.read_all(by=world.omar)

        async def conversation():
            await socket.opened()
            await sync_to_async(told)(world, event)
            after_telling = [frame for frame in await socket.frames_before_pong() if frame["type"] == "unread"]
            await sync_to_async(read)()
            after_reading = await socket.frame()
            await socket.leave()
            return after_telling[-1]["count"], after_reading["count"]

        assert talk(conversation) == (1, 0)

    def test_counter_mends_itself_when_its_frame_was_lost(self, world, quick_recheck):
        """Frames are hints: one that never came costs seconds, not truth."""
        socket = browser(world.omar)
        event = recorded(world)

        async def conversation():
            await socket.opened()
            await sync_to_async(told)(world, event, heard=False)
            heard = await socket.frame()
            await socket.leave()
            return heard

        assert talk(conversation) == {"type": "unread", "count": 1}

    def test_change_whose_frame_was_lost_is_found_in_the_ledger(self, world, quick_recheck):
        """Redis was emptied, or whoever should have announced it died: the ledger still has it."""
        socket = browser(world.omar)
        drained(world.north)

        def happens_in_silence():
            with tenant(world.north):
                event = events.record(world.assembly, "absence.requested", by=world.ada)
                last = Event.objects.aggregate(last=Max("position"))["last"]
                long_ago = event.recorded_at.replace(year=2020)
                with connection.cursor() as cursor:
                    cursor.execute(
                        "UPDATE tenants_event SET position = %s, relayed_at = %s WHERE id = %s",
                        [last + 1, long_ago, event.pk.hex if connection.vendor == "sqlite" else event.pk],
                    )
                return event

        async def conversation():
            await socket.opened()
            event = await sync_to_async(happens_in_silence)()
            heard = await socket.frame()
            silent = await socket.hears_nothing_before_pong()
            await socket.leave()
            return heard["id"] == str(event.subject_id), heard["position"] == socket.position + 1, silent

        assert talk(conversation) == (True, True, True)


class TestLiveParts:
    """The parts of a page listen for the frames that concern them, read themselves again, and are then as if new."""

    def watch(self, world, person, url, hx_client, do):
        """Open a page, let something happen, and pass on what the socket says."""
        drained(world.north)
        mirror, socket = PageMirror(hx_client.as_(person), url), browser(person)

        def happens():
            with committed(), tenant(world.north):
                do()
            drained(world.north)

        async def conversation():
            await socket.opened()
            await sync_to_async(happens)()
            frames = await socket.frames_before_pong()
            await socket.leave()
            return frames

        mirror.hear(talk(conversation))
        mirror.assert_true()
        return mirror

    def test_task(self, world, hx_client):
        """Its page shows the new version, which the buttons on it send along."""
        task = MADE_BY["task"](organization=world.north, department=world.assembly, at="ready")
        page = reverse("workorder:task_detail", args=[task.pk])

        mirror = self.watch(world, world.sina, page, hx_client, lambda: tasks.start(task, by=world.ada))

        assert mirror.reads == 1

    def test_unread_entries(self, world, hx_client):
        """The inbox lists what the counter beside the bell has counted."""
        event = recorded(world)
        mirror = self.watch(
            world, world.omar, reverse("notifications:inbox"), hx_client, lambda: told(world, event, heard=None)
        )

        assert mirror.reads == 1

    def test_board(self, world, hx_client):
        """A card moves to another column for everybody who looks at the board."""
        task = MADE_BY["task"](organization=world.north, department=world.assembly, at="ready")
        page = f"{reverse('dispatch:board')}?department={world.assembly.pk}"

        self.watch(world, world.sina, page, hx_client, lambda: tasks.start(task, by=world.ada))

    def test_my_tasks(self, world, hx_client):
        """What was just given to somebody is on their phone without a touch."""
        given = MADE_BY["assignment"](world.north, world.assembly, "offered")
        with tenant(world.north):
            member = Member.objects.select_related("user", "organization").get(pk=given.member_id)
            task = given.task

        self.watch(world, member, reverse("workorder:my_tasks"), hx_client, lambda: tasks.start(task, by=member))

    def test_a_mirror_that_hears_nothing_is_found_out(self, world, hx_client):
        """The oracle itself: without its frames the page is old, and that is seen."""
        task = MADE_BY["task"](organization=world.north, department=world.assembly, at="ready")
        mirror = PageMirror(hx_client.as_(world.sina), reverse("workorder:task_detail", args=[task.pk]))
        with committed(), tenant(world.north):
            tasks.start(task, by=world.ada)

        with pytest.raises(AssertionError, match="no longer so"):
            mirror.assert_true()


def newest_version(row):
    with tenant(row.organization_id):
        return Event.objects.about(row).values_list("subject_version", flat=True).first()


def recorded(world):
    with tenant(world.north):
        return events.record(world.assembly, "department.created", by=world.ada)


def told(world, event, *, heard=True):
    """`heard` False: nobody says so; None: whoever calls commits."""

    def tell():
        with tenant(world.north):
            telling.tell(event, to=[world.omar], kind=Kind.TASK_ASSIGNED, title="Yours")

    if heard:
        with committed():
            tell()
    else:
        tell()
