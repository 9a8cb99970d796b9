"""Any sequence of verbs by anybody leaves the floor whole: Hypothesis writes the sequences, the invariants judge.

A failure comes back as the shortest sequence that leads to it. `PROPERTY_EXAMPLES=500` looks longer, and elsewhere.
"""

import collections
import contextlib
import os
from decimal import Decimal
from unittest import mock

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tenants import transitions
from tenants.transitions import change
from tests.factories import ProcessFactory, ProductFactory, RoutingStepFactory
from tests.property.floor import ROUTINGS, Floor
from workorder import problems
from workorder.actions import orders
from workorder.actions.tasks import ending, reports, work

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "0"))
SETTINGS = settings(
    max_examples=EXAMPLES or 12,
    stateful_step_count=40,
    derandomize=not EXAMPLES,  # named by hand it looks for what nobody has seen; otherwise it is the same every time
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
ENOUGH = 50
OFTEN = {  # no sequence is worth much that never came so far
    ("workorder", "release"),
    ("workorder", "hold"),
    ("task", "start"),
    ("task", "pause"),
    ("task", "report"),
    ("task", "complete"),
}


@pytest.fixture
def products(world):
    """A product for each routing; the last process of each is made in batches of four."""
    found = {}
    for name, widths in ROUTINGS.items():
        product = found[name] = ProductFactory(organization=world.north)
        places = [place for width in widths for place in range(width)]
        for sequence, place in enumerate(places, start=1):
            batch = Decimal(4) if sequence == len(places) else None
            process = ProcessFactory(organization=world.north, department=world.assembly, batch_size=batch)
            RoutingStepFactory(
                organization=world.north,
                product=product,
                process=process,
                sequence=sequence * 10,
                parallel_with_previous=place > 0,
            )
    return found


# --- what each invariant stands guard over, broken -----------------------------------------------------------------
def summed_wrongly(task, kind, data, *, by):
    change(task, kind, by=by, completed_quantity=data["good"], reported_quantity=data["good"])


def written_silently(obj, kind, *, by, data=None, **changes):
    type(obj).objects.filter(pk=obj.pk).update(version=obj.version + 1, **changes)


def nothing(*said, **more):
    return []


BROKEN = {
    "progress is not written with a report": [(orders, "roll_up", nothing)],
    "a sum is typed over": [(reports, "_recount", summed_wrongly)],
    "a change has no event": [(reports, "change", written_silently)],
    "a task need not wait for its turn": [(problems, "of_working", nothing), (transitions, "wrong_state", nothing)],
    "a rest never ends": [(work, "end_downtime", lambda task: Decimal(0))],
    "the last task does not end its process": [(ending.processes, "complete_if_done", nothing)],
}


@pytest.mark.slow
@pytest.mark.timeout(0 if EXAMPLES else 240)
class TestFloor:
    """Orders, processes and tasks, by everybody, in any sequence."""

    @pytest.fixture(autouse=True)
    def floor(self, world, products):
        Floor.world, Floor.products, Floor.said = world, products, collections.Counter()

    def test_any_sequence_of_verbs_leaves_the_floor_whole(self, record_property):
        run_state_machine_as_test(Floor, settings=SETTINGS)

        done = {(noun, verb): count for (noun, verb, how), count in Floor.said.items() if count and how == "done"}
        refused = sum(count for (_, _, how), count in Floor.said.items() if how != "done")
        told = f"{len(done)} verbs done {sum(done.values())} times, {refused} refusals"
        record_property("figures", f"any sequence of verbs: {told}")
        assert OFTEN - done.keys() == set(), Floor.said
        assert sum(done.values()) > ENOUGH
        assert refused > ENOUGH

    @pytest.mark.parametrize("broken", BROKEN)
    def test_control_a_broken_guard_is_found(self, broken):
        """An invariant that never fails may be one that never looks."""
        with contextlib.ExitStack() as guards:
            for owner, name, instead in BROKEN[broken]:
                guards.enter_context(mock.patch.object(owner, name, instead))
            with pytest.raises((AssertionError, IntegrityError)):
                run_state_machine_as_test(Floor, settings=settings(SETTINGS, max_examples=60, phases=[Phase.generate]))
