"""The machines of the shop floor, held to the tables people wrote: a stray edge in the code is found here first."""

import pytest

from dispatch import states as dispatch
from dispatch.states import PLAN
from notifications import states as notifications
from notifications.states import ESCALATION
from tests.golden import events as golden_events
from tests.golden import states as golden
from workorder import states as floor
from workorder.states import IMPORT, ORDER, ORDER_OPEN, PROCESS, TASK, TICKET, Priority

MACHINES = {
    "workorder": ORDER,
    "process": PROCESS,
    "task": TASK,
    "ticket": TICKET,
    "import": IMPORT,
    "plan": PLAN,
    "escalation": ESCALATION,
}
INTERNAL = floor.INTERNAL | dispatch.INTERNAL | notifications.INTERNAL
# Verbs that change something else than the status.
BESIDES = {"edit", "report", "reschedule", "prioritize", "assign", "claim", "split", "merge"}
by_noun = pytest.mark.parametrize("noun", MACHINES)


def moves(noun, state):
    """What the golden table grants in a state, as {verb: state it leads to}."""
    cells = {verb: cell for (line, verb), cell in golden.GRIDS[noun].items() if line == state}
    return {verb: cell for verb, cell in cells.items() if cell not in "+=-"}


class TestMachines:
    """Two tables, written apart: the code's, and the one the customer would recognise."""

    @by_noun
    def test_states_and_verbs_are_those_of_the_golden_table(self, noun):
        """A state or a verb without a line in the table has been decided by nobody."""
        states, verbs = (set(names) for names in zip(*golden.GRIDS[noun], strict=True))

        assert set(MACHINES[noun].states.values) == states
        assert set(MACHINES[noun].moves) == verbs - BESIDES

    @pytest.mark.parametrize(("noun", "state"), [(n, s) for n, m in MACHINES.items() for s in m.states.values])
    def test_verbs_lead_where_the_golden_table_says(self, noun, state):
        """Neither an edge too many nor one too few, and none that ends elsewhere."""
        machine = MACHINES[noun]

        assert set(machine.verbs_from(state)) == set(moves(noun, state))
        assert all(target in machine.moves[verb].targets for verb, target in moves(noun, state).items())

    @by_noun
    def test_begin_and_end_are_those_of_the_golden_table(self, noun):
        """Where a new row stands, and where nothing leads out of."""
        assert MACHINES[noun].initial == golden.INITIAL[noun]
        assert MACHINES[noun].ended == golden.ENDED[noun]

    @by_noun
    def test_verbs_of_the_system_are_those_of_the_golden_table(self, noun):
        """A verb the floor says by itself must not grow a button."""
        assert INTERNAL[noun] == golden.INTERNAL[noun]

    @by_noun
    def test_each_verb_leaves_the_golden_kind_of_event(self, noun):
        """Subscriptions name kinds: one renamed by accident would silence a reaction."""
        expected = {verb: kind for (of, verb), kind in golden_events.WRITTEN_BY.items() if of == noun}

        assert {verb: MACHINES[noun].kind(verb) for verb in MACHINES[noun].moves}.items() <= expected.items()

    def test_a_completed_order_is_not_open_although_it_may_be_reopened(self):
        """Open is what somebody still waits for, not what something leads out of."""
        assert {"draft", "submitted", "approved", "rejected", "released", "in_progress", "on_hold"} == ORDER_OPEN


class TestPriority:
    def test_priorities_rank_by_urgency_not_by_letters(self):
        """Alphabetically "urgent" would follow "normal" only by luck."""
        assert sorted(["urgent", "low", "high", "normal"], key=lambda name: Priority(name).rank) == [
            "low",
            "normal",
            "high",
            "urgent",
        ]
