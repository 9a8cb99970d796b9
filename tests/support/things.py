"""The thing a route is about, in the state the route asks for: one function per noun, made through the factories.

`own`: in the actor's hands, or in their department; otherwise in somebody else's.
"""

from dispatch.actions import assignments
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
from tenants.models import ApiToken, Department, Deputy, Event, Member, ScheduledRun
from tenants.problems import DECIDES
from tests import factories as made
from workorder.actions import tasks
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

ORDER_AT = {
    "submit": "draft",
    "edit": "draft",
    "approve": "submitted",
    "reject": "submitted",
    "revise": "rejected",
    "release": "approved",
    "hold": "released",
    "resume": "on_hold",
    "cancel": "draft",
    "close": "completed",
    "reopen": "completed",
}
TICKET_AT = {
    "triage": "new",
    "start": "triaged",
    "resolve": "in_progress",
    "close": "resolved",
    "reopen": "resolved",
    "convert": "triaged",
}
TASK_AT = {"start": "ready", "pause": "in_progress", "resume": "paused", "report": "in_progress", "cancel": "ready"}


def _order(world, actor, verb, own):
    if ORDER_AT.get(verb) == "submitted":  # by somebody who is no actor here: four eyes are another test's matter
        return made.WorkOrderFactory(organization=world.north, at="submitted", at__by=world.bea)
    return world.orders[ORDER_AT.get(verb, "draft")]


def place_of(world, own):
    return world.assembly if own else world.welding


def hand_of(world, own):
    return world.omar if own else world.odd


def _task(world, actor, verb, own):
    place = {"organization": world.north, "department": place_of(world, own)}
    if verb in ("assign", "claim", "give"):
        return made.WorkOrderTaskFactory(**place)
    if verb == "merge":
        task = made.WorkOrderTaskFactory(**place)
        tasks.split(task, by=world.ada, parts=[{"quantity": 4}])
        return task
    if verb == "complete":
        task = made.WorkOrderTaskFactory(**place, member=hand_of(world, own), at="in_progress")
        tasks.report(task, by=hand_of(world, own), good=task.quantity)
        return task
    return made.WorkOrderTaskFactory(**place, member=hand_of(world, own), at=TASK_AT.get(verb))


def _ticket(world, actor, verb, own):
    hand, state = hand_of(world, own), TICKET_AT.get(verb, "new" if actor.role == "operator" else "triaged")
    place = {"organization": world.north, "department": place_of(world, own), "reported_by": hand}
    if state not in ("triaged", "in_progress"):
        return made.TicketFactory(**place, at=state)
    return made.TicketFactory(**place, at=state, member=hand)


def _report(world, actor, verb, own):
    """Reported by whose task it is."""
    hand = hand_of(world, own)
    place = {"organization": world.north, "department": place_of(world, own)}
    return tasks.report(made.WorkOrderTaskFactory(**place, member=hand, at="in_progress"), by=hand, good=3)


def _process(world, actor, verb, own):
    return made.WorkOrderProcessFactory(organization=world.north, department=place_of(world, own))


def _assignment(world, actor, verb, own):
    task = made.WorkOrderTaskFactory(organization=world.north, department=place_of(world, own))
    works_here = actor.department_id == world.assembly.pk
    member = actor if own and works_here and verb in ("", "accept", "decline") else hand_of(world, own)
    assignments.assign(task, by=world.ada, member=member)
    return Assignment.objects.of_task(task).get()


def _token(world, actor, verb, own):
    return made.ApiTokenFactory(organization=world.north, member=actor if own else world.bea)


def _deputy(world, actor, verb, own):
    member = actor if own and actor.is_at_least(DECIDES) else world.bea
    return made.DeputyFactory(organization=world.north, member=member, deputy=world.sina)


def _about(factory):
    """Said or brought by the actor where they may, about an order on the floor."""

    def made_by(world, actor, verb, own):
        speaker = actor if own and actor.role != "viewer" else world.bea
        return factory(organization=world.north, subject=world.orders["released"], member=speaker)

    return made_by


def _department(world, actor, verb, own):
    return made.DepartmentFactory(organization=world.north)


def _notification(world, actor, verb, own):
    return made.NotificationFactory(organization=world.north, recipient=actor if own else world.bea)


def _follow(world, actor, verb, own):
    return made.FollowFactory(organization=world.north, member=actor if own else world.bea)


def _import(world, actor, verb, own):
    return made.OrderImportFactory(organization=world.north, member=world.pia, at="checked")


PLAN_AT = {"return": "waiting", "undo": "published"}


def _plan(world, actor, verb, own):
    """Of a department with a task in it; submitted by somebody who is no actor here."""
    made.WorkOrderTaskFactory(organization=world.north, department=place_of(world, own))
    place = {"organization": world.north, "department": place_of(world, own), "member": world.bea}
    return made.PlanFactory(**place, at=PLAN_AT.get(verb, "ready"))


def _rule(world, actor, verb, own):
    return made.AssignmentRuleFactory(organization=world.north)


def _of_a_hand(factory):
    """Of somebody in the actor's department, or elsewhere."""
    return lambda world, actor, verb, own: factory(organization=world.north, member=hand_of(world, own))


def _catalogue(factory):
    return lambda world, actor, verb, own: factory(organization=world.north)


def _absence(world, actor, verb, own):
    """One's own, or of somebody whom the actor answers for."""
    is_theirs = own and actor.role in ("viewer", "operator")
    return made.AbsenceFactory(organization=world.north, member=actor if is_theirs else hand_of(world, own))


def _escalation(world, actor, verb, own):
    """Of a ticket that somebody of the actor's department has, or somebody elsewhere."""
    place = {"organization": world.north, "department": place_of(world, own), "member": hand_of(world, own)}
    return made.EscalationFactory(organization=world.north, subject=made.TicketFactory(**place, at="triaged"))


def _run(world, actor, verb, own):
    return made.ScheduledRunFactory(organization=world.north, state="dead")


def _badge(world, actor, verb, own):
    is_theirs = own and actor.role in ("viewer", "operator")
    return made.BadgeFactory(organization=world.north, member=actor if is_theirs else hand_of(world, own))


def _punch(world, actor, verb, own):
    is_theirs = own and actor.role in ("viewer", "operator")
    return made.AttendanceFactory(organization=world.north, member=actor if is_theirs else hand_of(world, own))


MODELS_BY_NOUN = {
    Member: lambda world, actor, verb, own: hand_of(world, own),
    Department: _department,
    ApiToken: _token,
    Deputy: _deputy,
    ScheduledRun: _run,
    Event: lambda world, *_: world.one(Event, world.north),
    Customer: _catalogue(made.CustomerFactory),
    Product: _catalogue(made.ProductFactory),
    Process: _catalogue(made.ProcessFactory),
    WorkOrder: _order,
    WorkOrderProcess: _process,
    WorkOrderTask: _task,
    TaskReport: _report,
    Downtime: _catalogue(made.DowntimeFactory),
    ReasonCode: _catalogue(made.ReasonCodeFactory),
    Ticket: _ticket,
    Comment: _about(made.CommentFactory),
    Attachment: _about(made.AttachmentFactory),
    Tag: _catalogue(made.TagFactory),
    AssignmentRule: _rule,
    Plan: _plan,
    OrderImport: _import,
    Assignment: _assignment,
    Notification: _notification,
    Follow: _follow,
    Escalation: _escalation,
    EscalationPolicy: _catalogue(made.EscalationPolicyFactory),
    BusinessCalendar: _catalogue(made.BusinessCalendarFactory),
    Skill: _catalogue(made.SkillFactory),
    MemberSkill: _of_a_hand(made.MemberSkillFactory),
    Shift: _catalogue(made.ShiftFactory),
    MemberShift: _of_a_hand(made.MemberShiftFactory),
    Capacity: _of_a_hand(made.CapacityFactory),
    Absence: _absence,
    Attendance: _punch,
    Badge: _badge,
    Webhook: _catalogue(made.WebhookFactory),
    WebhookCall: lambda world, *_: made.WebhookCallFactory(organization=world.north, state="dead"),
    PushSubscription: lambda world, actor, verb, own: made.PushSubscriptionFactory(
        organization=world.north, member=actor if own else world.bea
    ),
}


# What is dear to make and the same whoever comes for it, with the verbs that ask for it in a state of its own.
SAME_FOR_ALL = {
    WorkOrderProcess: (),
    WorkOrderTask: ("assign", "claim", "give", "merge", "complete", *TASK_AT),
    TaskReport: (),
    OrderImport: (),
    Plan: (*PLAN_AT,),
}


def no_thing(world, actor, verb, own):
    raise LookupError("No thing for this model: add it to MODELS_BY_NOUN.")
