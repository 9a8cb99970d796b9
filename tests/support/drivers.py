"""Ways to say a verb: through the action, and through each door. All answer alike, so one grid judges them all.

A driver is made with pytest's `request`. `knows(noun, verb)` tells whether there is such a way at all, and
`say(row, verb, by)` answers an `Outcome`. To add a door, write its class and put it into DRIVERS.
"""

import datetime
from dataclasses import dataclass

from tenants import context
from tenants.context import tenant
from tenants.errors import NotAllowed
from tenants.transitions import move
from tests.golden.states import INTERNAL
from workorder.actions import orders, processes, tasks, tickets

ACTIONS = {"workorder": orders, "process": processes, "task": tasks, "ticket": tickets}
WORDS = {
    "edit": {"title": "Another title"},
    "reject": {"comment": "Too expensive."},
    "hold": {"reason": "Waiting for paper."},
    "cancel": {"reason": "Not wanted any more."},
    "reopen": {"reason": "Two boxes were wet."},
    "reschedule": {"due_at": datetime.datetime(2031, 3, 1, 12, tzinfo=datetime.UTC)},
    "prioritize": {"priority": "urgent"},
    "skip": {"reason": "Comes cut already."},
    "report": {"good": 1},
    "resolve": {"resolution": "A new bearing."},
}


@dataclass(frozen=True)
class Outcome:
    """What a door answered: 200 or 409, and the codes of the problems in their order."""

    status: int
    codes: tuple[str, ...] = ()


class ByAction:
    """Calls the verb itself; what the floor says by itself goes to `move`, which is all those verbs do."""

    def __init__(self, request):
        pass

    def knows(self, noun, verb):
        return True

    def say(self, row, verb, by):
        with tenant(row.organization_id):
            try:
                self._say(row, verb, by)
            except NotAllowed as refusal:
                return Outcome(409, tuple(problem.code for problem in refusal.problems))
        return Outcome(200)

    def _say(self, row, verb, by):
        if verb in INTERNAL[row.NOUN]:
            ended = {"completed_at": context.now()} if (row.NOUN, verb) == ("workorder", "finish") else {}
            move(type(row).objects.lock(row), verb, by=by, **ended)
        else:
            getattr(ACTIONS[row.NOUN], verb)(row, by=by, **WORDS.get(verb, {}))


DRIVERS = {"action": ByAction}
