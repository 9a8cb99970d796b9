"""Ways to say a verb: through the action, and through each door. All answer alike, so one grid judges them all.

A driver is made with pytest's `request`. `knows(noun, verb)` tells whether there is such a way at all; `as_(member)`
answers the driver with that member signed in, and `say(row, verb)` an `Outcome`. What goes along with a verb stands in
`payloads`. To add a door, write its class and put it into DRIVERS.
"""

import datetime
import inspect
from dataclasses import dataclass
from decimal import Decimal

from dispatch.actions import absences, assignments, parts, plans
from notifications.actions import escalations
from tenants import context
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed
from tenants.transitions import move
from tests.golden.states import INTERNAL
from tests.support import payloads
from tests.support.html import Page
from tests.support.registry import Route, routes
from workorder.actions import imports, orders, processes, tasks, tickets
from workorder.models import WorkOrderTask

ACTIONS = {
    "workorder": orders,
    "process": processes,
    "task": tasks,
    "ticket": tickets,
    "import": imports,
    "assignment": assignments,
    "absence": absences,
    "plan": plans,
    "escalation": escalations,
}
ABOVE = {
    ("task", "assign"): assignments.assign,
    ("task", "claim"): assignments.claim,
    ("task", "split"): parts.split,
    ("plan", "return"): plans.return_,
}  # those that upper apps say
# What an action takes typed, where a form or a client sends text.
TYPED = {
    "edit": lambda world: {"title": "Another title"},
    "reschedule": lambda world: {"due_at": datetime.datetime(2031, 3, 1, 12, tzinfo=datetime.UTC)},
    "report": lambda world: {"good": 1},
    "assign": lambda world: {"member": world.omar},
    "split": lambda world: {"parts": [{"quantity": Decimal(1)}]},
    "merge": lambda world: {"parts": [WorkOrderTask.objects.exclude(split_from=None).order_by("pk").last()]},
}
# Columns that the product writes together with a verb of the system.
TOGETHER = {
    ("workorder", "finish"): lambda: {"completed_at": context.now()},
    ("plan", "hand_out"): lambda: {"published_at": context.now()},
    ("plan", "stop"): lambda: {"to": "ready"},
}


@dataclass(frozen=True)
class Outcome:
    """What was answered: 200 or 409, and the codes of the problems in their order."""

    status: int
    codes: tuple[str, ...] = ()


class ByAction:
    """Calls the verb itself; what the floor says by itself goes to `move`, which is all those verbs do."""

    def __init__(self, request):
        self._world, self._by = request.getfixturevalue("world"), None

    @classmethod
    def knows(cls, noun, verb):
        return True

    def as_(self, member):
        self._by = member
        return self

    def say(self, row, verb):
        with tenant(row.organization_id):
            try:
                self._say(row, verb)
            except NotAllowed as refusal:
                return Outcome(409, tuple(problem.code for problem in refusal.problems))
            except Invalid as refusal:
                raise AssertionError(_no_words(verb, refusal)) from refusal
        return Outcome(200)

    def _say(self, row, verb):
        if verb in INTERNAL[row.NOUN]:
            together = TOGETHER.get((row.NOUN, verb), dict)()
            move(type(row).objects.lock(row), verb, by=self._by, **together)
        else:
            act = ABOVE.get((row.NOUN, verb)) or getattr(ACTIONS[row.NOUN], verb)
            words = TYPED[verb](self._world) if verb in TYPED else payloads.WORDS.get(verb, {})
            try:
                inspect.signature(act).bind(row, by=self._by, **words)
            except TypeError as missing:
                raise AssertionError(_no_words(verb, missing)) from missing
            act(row, by=self._by, **words)


class OverHttp:
    """What all doors share: a verb has one address, and a body that the route accepts."""

    PREFIX = "/"
    EDITS = "POST", "edit/"  # how a thing is edited, which is no verb of its own everywhere

    def __init__(self, request):
        self._request, self._world = request, request.getfixturevalue("world")

    @classmethod
    def knows(cls, noun, verb):
        return any(str(route) in routes() for route in cls._places(noun, verb))

    @classmethod
    def _places(cls, noun, verb):
        """Where the verb is said, or would be if it could be said here."""
        method, tail = cls.EDITS if verb == "edit" else ("POST", f"{verb.replace('_', '-')}/")
        return [Route(method, f"{cls.PREFIX}{stem}/{{pk}}/{tail}", None, "") for stem in cls.stems(noun)]

    @classmethod
    def stems(cls, noun):
        return [stem for stem, model in payloads.MODELS.items() if getattr(model, "NOUN", "") == noun]

    def as_(self, member):
        self._client = self._signed_in(member)
        return self

    def say(self, row, verb):
        places = self._places(row.NOUN, verb)
        route = next((routes()[str(place)] for place in places if str(place) in routes()), places[0])
        sent = payloads.body(route, self._world) or {}
        answer = self._send(route, row, sent)
        if answer.status_code in (400, 422):
            raise AssertionError(_no_words(route, answer.text))
        return Outcome(200 if self._is_done(answer, row) else answer.status_code, self._codes(answer))


class ByApiV1(OverHttp):
    """JSON with a token; what is done answers the thing as it is now."""

    PREFIX = "/api/v1/"
    EDITS = "PATCH", ""

    def _signed_in(self, member):
        return self._request.getfixturevalue("api_client").as_(member)

    def _send(self, route, row, sent):
        return payloads.knock(route, self._client, row.pk, sent)

    @staticmethod
    def _is_done(answer, row):
        return answer.status_code == 200 and answer.body["id"] == str(row.pk)

    @staticmethod
    def _codes(answer):
        return tuple(answer.codes)


class ByPart(OverHttp):
    """A form sent by HTMX from the thing's page, with the version that was shown there: the part answers."""

    @classmethod
    def stems(cls, noun):
        return ["processes"] if noun == "process" else super().stems(noun)  # those of the catalogue have no page

    def _signed_in(self, member):
        return self._request.getfixturevalue("hx_client").as_(member)

    def _send(self, route, row, sent):
        return self._client.post(route.at(row.pk), sent | {"version": row.version})

    def _is_done(self, answer, row):
        """The part, with nothing around it; or the word to go on to another page, which saving a form answers."""
        if answer.status_code != 200:
            return False
        return "HX-Redirect" in answer or not self._client.part(answer).has("[data-code]")

    @staticmethod
    def _codes(answer):
        return tuple(line["data-code"] for line in Page(answer.content).all("[role=alert] [data-code]"))


class ByForm(ByPart):
    """The same form sent by a browser without scripts: what is done leads on to a page."""

    def _send(self, route, row, sent):
        return self._client.plain("post", route.at(row.pk), sent | {"version": row.version})

    @staticmethod
    def _is_done(answer, row):
        return answer.status_code == 302


def _no_words(verb, said):
    """What to do about a verb nobody has given words to."""
    where = "WORDS or BODIES in tests/support/bodies.py"
    return f"{verb}: refused for its words, which proves nothing of its state. Give it some in {where}.\n{said!s:.600}"


DRIVERS = {"action": ByAction, "v1": ByApiV1, "htmx": ByPart, "form": ByForm}
DOORS = {name: door for name, door in DRIVERS.items() if issubclass(door, OverHttp)}
