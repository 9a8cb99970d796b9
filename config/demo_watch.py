"""Who is told in the demo if nobody reacts: a policy for each thing that can be waited for, and one that waits."""

import datetime

from notifications.actions import business_calendars, escalation_policies
from notifications.states import Audience, Transport, Trigger
from tenants import context, relay
from workorder.actions import tickets

HOURS = 60
POLICIES = [  # name, trigger, priority, steps: minutes, whom, over what
    ("Nobody answers", Trigger.ASSIGNMENT_UNANSWERED, "", [(30, Audience.ASSIGNEE, []), (60, Audience.SUPERVISOR, [])]),
    (
        "Late orders",
        Trigger.ORDER_LATE,
        "",
        [(2 * HOURS, Audience.PLANNERS, []), (24 * HOURS, Audience.ADMINS, [Transport.EMAIL])],
    ),
    ("Waiting for a yes", Trigger.APPROVAL_WAITING, "", [(4 * HOURS, Audience.ASSIGNEE, [])]),
    (
        "Urgent tickets",
        Trigger.TICKET_OPEN,
        "urgent",
        [
            (30, Audience.SUPERVISOR, []),
            (60, Audience.PLANNERS, [Transport.EMAIL, Transport.PUSH]),
            (4 * HOURS, Audience.ADMINS, [Transport.EMAIL, Transport.PUSH]),
        ],
    ),
    ("Nobody can do it", Trigger.NOBODY_ELIGIBLE, "", [(15, Audience.SUPERVISOR, []), (60, Audience.PLANNERS, [])]),
]
IN_OFFICE_HOURS = {"Late orders", "Waiting for a yes"}


def watch(house):
    """The last of the demo's past: what came before it is watched by nobody."""
    admin, today = house.members["admin"], context.today(house.organization)
    office = business_calendars.create(
        by=admin, name="Office", holidays={datetime.date(today.year, 12, 25): "Christmas"}
    )
    for name, trigger, priority, steps in POLICIES:
        escalation_policies.create(
            by=admin,
            name=name,
            trigger=trigger,
            if_priority=priority,
            calendar=office if name in IN_OFFICE_HOURS else None,
            steps=[
                {"wait_minutes": minutes, "audience": whom, "member": None, "transports": ways}
                for minutes, whom, ways in steps
            ],
        )
    house.moment = context.recorded_now() - datetime.timedelta(minutes=10)
    with house.later(0):
        tickets.open(
            by=house.members["operator"],
            title="The forklift leaks oil",
            description="In front of the bay, where everybody walks.",
            priority="urgent",
            department=house.departments[1],
        )
    relay.drain_here(house.organization)
