"""For every route the thing it is about and a body it accepts: a refusal must not have been for the wrong reason.

Keys leave out the API's prefix, so `work-orders/{pk}/approve/` speaks for v1, v2 and the page alike.
"""

from dispatch.models import (
    Absence,
    Assignment,
    AssignmentRule,
    Attendance,
    Badge,
    Capacity,
    MemberShift,
    MemberSkill,
    Plan,
    Shift,
    Skill,
)
from notifications.models import (
    BusinessCalendar,
    Escalation,
    EscalationPolicy,
    Follow,
    Notification,
    PushSubscription,
    Webhook,
    WebhookCall,
)
from tenants.context import tenant
from tenants.models import ApiToken, Department, Deputy, Event, Member, ScheduledRun
from tests.golden.roles import ROLES, ROUTES
from tests.support.bodies import BODIES, OF_A_HAND, PARTS, WORDS
from tests.support.registry import takes_file
from tests.support.things import MODELS_BY_NOUN, SAME_FOR_ALL, hand_of, no_thing
from workorder.models import (
    Attachment,
    Comment,
    Customer,
    Downtime,
    OrderImport,
    Process,
    Product,
    ReasonCode,
    Tag,
    TaskReport,
    Ticket,
    WorkOrder,
    WorkOrderProcess,
    WorkOrderTask,
)

MODELS = {
    "business-calendars": BusinessCalendar,
    "escalation": EscalationPolicy,
    "escalation-policies": EscalationPolicy,
    "escalation/calendars": BusinessCalendar,
    "escalations": Escalation,
    "follows": Follow,
    "members": Member,
    "departments": Department,
    "deputies": Deputy,
    "scheduled-runs": ScheduledRun,
    "dead-letters": ScheduledRun,
    "tokens": ApiToken,
    "events": Event,
    "customers": Customer,
    "products": Product,
    "processes": Process,
    "work-orders": WorkOrder,
    "work-order-processes": WorkOrderProcess,
    "order-imports": OrderImport,
    "work-orders/imports": OrderImport,
    "tasks": WorkOrderTask,
    "task-reports": TaskReport,
    "downtimes": Downtime,
    "reason-codes": ReasonCode,
    "tickets": Ticket,
    "comments": Comment,
    "attachments": Attachment,
    "tags": Tag,
    "dispatch/rules": AssignmentRule,
    "dispatch/tasks": WorkOrderTask,
    "assignments": Assignment,
    "skills": Skill,
    "member-skills": MemberSkill,
    "shifts": Shift,
    "member-shifts": MemberShift,
    "capacities": Capacity,
    "absences": Absence,
    "plans": Plan,
    "dispatch/plans": Plan,
    "attendance": Attendance,
    "badges": Badge,
    "time-clock/badges": Badge,
    "notifications": Notification,
    "told": Notification,
    "webhooks": Webhook,
    "webhooks/deliveries": WebhookCall,
    "push-subscriptions": PushSubscription,
}


def key_of(route):
    for prefix in ("/api/v1/", "/api/v2/", "/"):
        if route.path.startswith(prefix):
            return route.path.removeprefix(prefix)
    raise AssertionError(route)


def model_of(route):
    """The model whose id stands in the route. The page of a process is about the one on an order."""
    key = key_of(route)
    if not route.is_api and key.startswith("processes/"):
        return WorkOrderProcess
    noun = key.removeprefix("settings/").partition("/{pk}")[0]
    assert noun in MODELS, f"{route}: whose id is it? Add {noun!r} to MODELS, and its thing to tests/support/things.py."
    return MODELS[noun]


# --- things --------------------------------------------------------------------------------------------------------
def thing(route, world, actor, *, own=True):
    """What the route is about, in the state it asks for. `own`: in the actor's hands, or in their department."""
    key, on_stage = world.scene
    if key is not None and key == scene_key(route, own=own):
        return on_stage
    make = MODELS_BY_NOUN.get(model_of(route), no_thing)
    with tenant(world.north):
        return make(world, actor, verb_of(route), own)


def verb_of(route):
    word, _, verb = key_of(route).strip("/").rpartition("/")
    return verb if word.endswith("{pk}") else ""


def scene_of(route, *, own=True):
    """(key, how it is made) of a thing that is the same whoever comes for it, so that many cells may share it."""
    if (key := scene_key(route, own=own)) is None:
        return None
    return key, lambda world: thing(route, world, None, own=own)


def scene_key(route, *, own):
    """None for what depends on who comes, or is there anyway."""
    if not route.has_id or "{slug}" in route.path or model_of(route) not in SAME_FOR_ALL:
        return None
    verb = verb_of(route)
    return f"{model_of(route).__name__} {verb if verb in SAME_FOR_ALL[model_of(route)] else ''} {own}"


def named(route, world, actor, *, own=True):
    """What stands for the id in the route's address, None where there is none."""
    if "{slug}" in route.path:
        return world.north.slug
    return thing(route, world, actor, own=own).pk if route.has_id else None


def speaker_of(line, world):
    """Somebody whom the table lets through: an admin, or whoever the route is meant for."""
    role = next(role for role in reversed(ROLES) if ROUTES[line][role][0] in "23")
    return world.person(role)


def some(route, world):
    """The id of any thing of north: strangers are turned away before anybody looks at its state."""
    if route.has_id and "{pk}" in route.path and (row := world.one(model_of(route), world.north)):
        return row.pk
    return named(route, world, world.ada)


# --- bodies --------------------------------------------------------------------------------------------------------
def body(route, world, *, own=True):
    """A body the route accepts from whoever may say it."""
    key = key_of(route)
    if (route.method, key) in BODIES:
        return BODIES[route.method, key](world)
    if (route.method, key) in OF_A_HAND:
        return OF_A_HAND[route.method, key](world, str(hand_of(world, own).pk))
    verb = key.strip("/").rpartition("/")[2]
    if route.is_unsafe and verb in ("assign", "give"):
        return {"member": str(hand_of(world, own).pk)}
    if route.is_unsafe and verb in PARTS:
        return PARTS[verb](route, world)
    return dict(WORDS.get(verb, {})) if route.is_unsafe else None


# --- knocking ------------------------------------------------------------------------------------------------------
def knock(route, client, pk, body):
    """Send the route's request: JSON to the API, a form to a page."""
    address = route.at(pk) if pk is not None else route.path
    if route.is_api and takes_file(route):
        return client.upload(address, body)
    if route.is_api:
        return client.send(route.method, address, body)
    return client.post(address, body or {}) if route.is_unsafe else client.get(address)
