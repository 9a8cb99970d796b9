"""Every verb in every state, through every way to say it, against the table people wrote (tests/golden/states.py)."""

import pytest

from tenants import events
from tenants.context import tenant
from tenants.models import Event, Member
from tests.factories import (
    AbsenceFactory,
    AssignmentFactory,
    DepartmentFactory,
    EscalationFactory,
    OperatorFactory,
    OrderImportFactory,
    PlanFactory,
    TicketFactory,
    WorkOrderProcessFactory,
    WorkOrderTaskFactory,
)
from tests.golden.events import WRITTEN_BY
from tests.golden.states import GRIDS, INTERNAL, OWN_WORD, SPOKEN_BY, refusal
from tests.support import payloads
from tests.support.drivers import DOORS, DRIVERS, Outcome
from tests.support.walk import walk
from workorder.actions import tasks

ENOUGH = 900
CELLS = [
    pytest.param(driver, noun, state, verb, cell, id=f"{driver}-{noun}-{state}-{verb}")
    for driver, door in DRIVERS.items()
    for noun, grid in GRIDS.items()
    for (state, verb), cell in grid.items()
    if door.knows(noun, verb)
]
VERBS = sorted({(noun, verb) for noun, grid in GRIDS.items() for _, verb in grid})


def in_a_hand(organization, department=None, at=None):
    """A task of the department in the hands of an operator there, given by an admin."""
    place = department or DepartmentFactory(organization=organization)
    with tenant(organization):
        here = Member.objects.active().filter(role="operator", department=place).first()
        admin = Member.objects.filter(role="admin").first()
    member = here or OperatorFactory(organization=organization, department=place)
    return AssignmentFactory(
        organization=organization, member=member, task__department=place, at=at or "offered", by=admin
    )


MADE_BY = {
    "process": WorkOrderProcessFactory,
    "task": WorkOrderTaskFactory,
    "ticket": TicketFactory,
    "assignment": in_a_hand,
    "absence": lambda organization, department, **at: AbsenceFactory(
        organization=organization, member=OperatorFactory(organization=organization, department=department), **at
    ),
    "plan": lambda organization, department=None, **at: PlanFactory(
        organization=organization, department=DepartmentFactory(organization=organization), **at
    ),
    "escalation": lambda organization, department=None, **at: EscalationFactory(organization=organization, **at),
    "import": lambda organization, department=None, **at: OrderImportFactory(organization=organization, **at),
}


def cells(*kinds, drivers=DRIVERS):
    """The cells of the grids whose content is one of these; `moves` stands for the name of a state."""
    chosen = [
        p for p in CELLS if (p.values[-1] if p.values[-1] in "+=-" else "moves") in kinds and p.values[0] in drivers
    ]
    return pytest.mark.parametrize(("driver", "noun", "state", "verb", "cell"), chosen)


@pytest.fixture
def drive(request, driver):
    return DRIVERS[driver](request)


def with_a_part(world, state):
    """A task in a state, off which some was split while that could be done."""
    made = WorkOrderTaskFactory(
        organization=world.north, department=world.assembly, at="waiting" if state == "waiting" else None
    )
    with tenant(world.north):
        tasks.split(made, by=world.ada, parts=[{"quantity": 4}])
        made.refresh_from_db()
    return walk(made, to=state) or made


def speaker(world, noun, verb):
    return getattr(world, SPOKEN_BY.get((noun, verb), "ada"))


@pytest.fixture
def row(world, noun, state):
    """An order of the cast, or what is on stage in the state of its line."""
    return world.orders[state] if noun == "workorder" else world.scene[1]


def in_state(world, noun, state, verb):
    if verb == "merge":
        return with_a_part(world, state)
    made = MADE_BY[noun](organization=world.north, department=world.assembly, at=state)
    if (noun, state, verb) == ("task", "in_progress", "complete"):
        with tenant(world.north):
            return tasks.report(made, by=world.ada, good=made.quantity).task
    return made


def scene_of_cell(noun, state, verb, **_):
    """One row for all verbs and doors, but for those verbs that ask for more than a state."""
    if noun == "workorder":
        return None
    own = verb if verb in ("merge", "complete") else ""
    return f"{noun} {state} {own}", lambda world: in_state(world, noun, state, verb)


def as_kept(row):
    with tenant(row.organization_id):
        return type(row).objects.get(pk=row.pk)


def events_after(row):
    with tenant(row.organization_id):
        return list(Event.objects.about(row).filter(subject_version__gt=row.version).values_list("kind", flat=True))


class TestStateByVerb:
    """The table is the law: what it grants happens once and leaves one event, what it refuses leaves no trace."""

    scene = staticmethod(scene_of_cell)

    def test_there_are_enough_of_them(self):
        """A door whose addresses nobody finds any more would drop out of the matrix without a sound."""
        assert len(CELLS) > ENOUGH
        assert {parameters.values[0] for parameters in CELLS} == set(DRIVERS)

    @cells("moves")
    def test_a_move_is_kept_and_leaves_one_event(self, world, drive, row, noun, state, verb, cell):
        """The status, its version and its history change together or not at all."""
        outcome = drive.as_(speaker(world, noun, verb)).say(row, verb)

        kept = as_kept(row)
        assert outcome == Outcome(200)
        assert (kept.status, kept.version) == (cell, row.version + 1)
        assert events_after(row) == [WRITTEN_BY[noun, verb]]

    @cells("moves", drivers=("htmx", "form"))
    def test_said_twice_from_one_page_it_is_done_once(self, world, drive, row, noun, state, verb, cell):
        """A double click names the version of before the first click, which is nobody else's change."""
        drive.as_(speaker(world, noun, verb))

        outcomes = drive.say(row, verb), drive.say(row, verb)

        assert outcomes == (Outcome(200), Outcome(200))
        assert events_after(row) == [WRITTEN_BY[noun, verb]]

    @cells("+")
    def test_a_verb_that_moves_nothing_leaves_the_state_and_one_event(self, world, drive, row, noun, state, verb, cell):
        """A report and an edit are changes too: they have a version and an event like any other."""
        outcome = drive.as_(speaker(world, noun, verb)).say(row, verb)

        kept = as_kept(row)
        assert outcome == Outcome(200)
        assert (kept.status, kept.version) == (state, row.version + 1)
        assert events_after(row) == [WRITTEN_BY[noun, verb]]

    @cells("=")
    def test_said_again_by_the_same_member_it_is_a_retry(self, world, drive, row, noun, state, verb, cell):
        """The answer was lost on the way: whoever asks again is told yes, and nothing happens twice."""
        with tenant(world.north):
            drive.as_(events.newest(row).actor)
        before = world.fingerprint()

        outcome = drive.say(row, verb)

        assert outcome == Outcome(200)
        assert world.fingerprint() == before

    @cells("=")
    def test_said_again_by_somebody_else_it_is_refused(self, world, driver, drive, row, noun, state, verb, cell):
        """Whoever comes second must not believe that it was their doing."""
        with tenant(world.north):
            drive.as_(world.bea if events.newest(row).actor_id == world.ada.pk else world.ada)
        before = world.fingerprint()

        outcome = drive.say(row, verb)

        if (noun, verb) in OWN_WORD and driver != "action":
            assert outcome.status == 403
        else:
            assert outcome == Outcome(409, (f"already_{state}",))
        assert world.fingerprint() == before

    @cells("-")
    def test_a_refused_verb_changes_nothing(self, world, drive, row, noun, state, verb, cell):
        """Refused means: no row, no event, and the same reason at every door."""
        drive.as_(speaker(world, noun, verb))
        before = world.fingerprint()

        outcome = drive.say(row, verb)

        assert outcome == Outcome(409, (refusal(noun, state, verb),))
        assert world.fingerprint() == before


class TestDoors:
    """What people say has an address at every door, and what only the floor says has one at none."""

    @pytest.mark.parametrize("door", DOORS)
    def test_every_verb_people_say_can_be_said_there(self, door):
        """A verb that exists in the API only is missed by whoever stands at the machine, and the other way round."""
        spoken = [(noun, verb) for noun, verb in VERBS if verb not in INTERNAL[noun]]

        assert [said for said in spoken if not DOORS[door].knows(*said)] == []

    @pytest.mark.parametrize("driver", DRIVERS)
    def test_a_verb_without_words_is_no_refusal(self, world, drive, monkeypatch):
        """A cell must not be green because nobody wrote down what is said along with a new verb."""
        monkeypatch.delitem(payloads.WORDS, "cancel")

        with pytest.raises(AssertionError, match="Give it some in WORDS or BODIES in tests/support/bodies.py"):
            drive.as_(world.ada).say(world.orders["draft"], "cancel")

    @pytest.mark.parametrize("door", DOORS)
    @pytest.mark.parametrize(
        ("noun", "verb"), [said for said in VERBS if said[1] in INTERNAL[said[0]]], ids=lambda part: part
    )
    def test_a_verb_of_the_system_is_nobodys_to_say(self, request, world, door, noun, verb):
        """Not even an admin may tell a process that it has ended."""
        said = DOORS[door](request).as_(world.ada)
        row = world.orders["released"] if noun == "workorder" else MADE_BY[noun](organization=world.north)
        before = world.fingerprint()

        outcome = said.say(row, verb)

        assert outcome.status == 404
        assert world.fingerprint() == before
