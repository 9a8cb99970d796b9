"""Takes an order, a process, a task or a ticket to a state by the verbs people would say: no row is impossible."""

from tenants.context import tenant
from tenants.models import Member, Organization
from tenants.states import Role
from tests.factories import members
from workorder.actions import orders, processes, tasks, tickets

# The verbs that lead from a new row to each state; those after the first stop are said by the floor.
ORDER = {
    "draft": [],
    "submitted": ["submit"],
    "approved": ["submit", "approve"],
    "rejected": ["submit", "reject"],
    "released": ["submit", "approve", "release"],
    "in_progress": ["submit", "approve", "release", "begin"],
    "on_hold": ["submit", "approve", "release", "hold"],
    "completed": ["submit", "approve", "release", "finish"],
    "closed": ["submit", "approve", "release", "finish", "close"],
    "cancelled": ["cancel"],
}
PROCESS = {
    "waiting": [],
    "ready": [],
    "in_progress": ["start"],
    "completed": ["start", "complete"],
    "skipped": ["skip"],
    "cancelled": ["cancel"],
}
TASK = {
    "waiting": [],
    "ready": [],
    "in_progress": ["start"],
    "paused": ["start", "pause"],
    "completed": ["start", "complete"],
    "cancelled": ["cancel"],
}
TICKET = {
    "new": [],
    "triaged": ["triage"],
    "in_progress": ["triage", "start"],
    "resolved": ["triage", "start", "resolve"],
    "closed": ["triage", "start", "resolve", "close"],
    "converted": ["triage", "convert"],
}
ROUTES = {"workorder": ORDER, "process": PROCESS, "task": TASK, "ticket": TICKET}
ACTIONS = {"workorder": orders, "process": processes, "task": tasks, "ticket": tickets}
WORDS = {"reject": "comment", "hold": "reason", "cancel": "reason", "skip": "reason", "resolve": "resolution"}


def walk(row, *, to, by=None):
    """Take `row`, fresh from its factory, to the state `to`; `by` says the last verb. Planners are made if missing."""
    route = ROUTES[row.NOUN][to]
    with tenant(row.organization_id):
        for place, verb in enumerate(route):
            is_last = place == len(route) - 1
            member = by if is_last and by else somebody(row.organization_id, other_than=_excluded(row, verb, route, by))
            STEPS.get((row.NOUN, verb), _said)(row, verb, member)
            row.refresh_from_db()
        if row.status != to:
            raise AssertionError(f"A {row.NOUN} fresh from its factory is {row.status}; it cannot be walked to {to}.")


def somebody(organization_id, *, other_than=()):
    """The oldest planner or admin of the organization, or a new planner."""
    found = Member.objects.active().at_least(Role.PLANNER).exclude(pk__in=[m.pk for m in other_than if m]).first()
    return found or members.PlannerFactory(organization=Organization.objects.get(pk=organization_id))


def _excluded(row, verb, route, by):
    """Four eyes: whoever submits does not approve, and leaves that to `by` if that is what they came for."""
    if verb == "submit":
        return [by] if route[-1] == "approve" else []
    return [row.submitted_by] if verb == "approve" else []


def _said(row, verb, member):
    words = {WORDS[verb]: "It was asked for."} if verb in WORDS else {}
    getattr(ACTIONS[row.NOUN], verb)(row, by=member, **words)


def _begin(order, verb, member):
    tasks.start(_next_task(order), by=member)


def _finish(order, verb, member):
    while task := _next_task(order):
        _start(task, verb, member)
        _complete(task, verb, member)


def _next_task(order):
    return order.tasks.ready().order_by("process__sequence").first()


def _start(row, verb, member):
    tasks.start(_task_of(row), by=member)


def _complete(row, verb, member):
    task = _task_of(row)
    task.refresh_from_db()
    tasks.report(task, by=member, good=task.missing_quantity)
    tasks.complete(task, by=member)


def _cancel_process(process, verb, member):
    tasks.cancel(_task_of(process), by=member, reason="It was asked for.")


def _task_of(row):
    return row if row.NOUN == "task" else row.tasks.get()


STEPS = {
    ("workorder", "begin"): _begin,
    ("workorder", "finish"): _finish,
    ("process", "start"): _start,
    ("process", "complete"): _complete,
    ("process", "cancel"): _cancel_process,
    ("task", "complete"): _complete,
}
