"""Who can do what in the demo, when they are there, and which rules give them work: through the real verbs too."""

import datetime
from decimal import Decimal

from dispatch.actions import absences, attendance, capacity, policy, shifts, skills
from dispatch.models import AssignmentRule
from dispatch.states import Strategy
from tenants import context
from workorder.actions import orders
from workorder.models import Process

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
EVERY_DAY = {"saturday": True, "sunday": True}

# People by the local part of their address. Days of a certificate and of an absence are counted from today.
CREWS = {
    "north": {
        "skills": [  # code, name, the process that needs it
            ("OFFSET", "Offset press", "PRINT"),
            ("BINDERY", "Binding machine", "BIND"),
            ("FORKLIFT", "Forklift", None),
        ],
        "certificates": [  # whose, skill, level, days it is still good for
            ("operator", "OFFSET", 4, None),
            ("operator.press", "OFFSET", 5, None),
            ("operator.press.late", "OFFSET", 3, 12),
            ("operator.press.night", "OFFSET", 3, -20),
            ("operator.finishing", "BINDERY", 4, None),
            ("operator.finishing.second", "BINDERY", 2, 300),
            ("operator.bay", "FORKLIFT", 3, -3),
        ],
        "shifts": [  # name, from, to, weekdays beside Monday to Friday, whose
            ("Early", 6, 14, {}, ["operator", "operator.finishing"]),
            ("Late", 14, 22, {}, ["operator.press.late", "operator.finishing.second"]),
            ("Night", 22, 6, EVERY_DAY, ["operator.press.night"]),
            (
                "Weekend",
                8,
                16,
                EVERY_DAY | dict.fromkeys(["monday", "tuesday", "wednesday"], False),
                ["operator.press"],
            ),
        ],
        "capacities": [  # whose, and what is their own
            ("operator", {"open_minutes": Decimal(180)}),
            ("operator.press", {"open_minutes": Decimal(150), "running_tasks": 2}),
            ("operator.press.late", {"open_minutes": Decimal(90)}),
            ("operator.press.night", {"open_minutes": Decimal(120)}),
            ("operator.finishing.second", {"open_minutes": Decimal(240)}),
        ],
        "rules": [  # name, rank, what it catches, strategy
            ("What is urgent goes to the fastest", 2, {"if_priority": "urgent"}, Strategy.FASTEST),
            ("Binding goes round", 4, {"if_process": "BIND"}, Strategy.ROUND_ROBIN),
            (
                "Long runs need a steady hand",
                6,
                {"if_process": "PRINT", "if_quantity_from": Decimal(2000)},
                Strategy.MOST_SKILLED,
            ),
            ("Whoever is free packs", 8, {"if_process": "PACK"}, Strategy.QUEUE_ONLY),
        ],
        "rush": [  # product, quantity, priority: more than the press can take at once
            ("CARD", 1000, "urgent"),
            ("POS-A2", 2000, "high"),
            ("CARD", 500, "normal"),
            ("POS-A2", 5000, "normal"),
        ],
        "absences": [  # whose, kind, hours from now it begins and ends, what became of it
            ("operator.finishing", "sick", -30, 40, "approve"),
            ("operator.press", "leave", 200, 300, ""),
            ("operator", "training", 70, 74, "approve"),
            ("operator.press.late", "leave", 150, 400, "reject"),
        ],
        "punches": [],
    },
    "south": {
        "skills": [("ELECTRIC", "Electrician", "ELEC")],
        "certificates": [("operator", "ELECTRIC", 4, 40), ("supervisor", "ELECTRIC", 5, None)],
        "shifts": [("Day", 7, 16, EVERY_DAY, ["operator"])],
        "capacities": [],
        "rules": [("Repairs stay with who inspected", 5, {"if_process": "ELEC"}, Strategy.KEEP_WITH)],
        "rush": [],
        "absences": [],
        "punches": [("operator", 4, "in"), ("supervisor", 5, "in"), ("supervisor", 0.2, "break")],  # whose, hours ago
    },
}


def teach(house):
    """Skills, and rules that ask for them: before the first order, so that its tasks are given by them."""
    crew, admin = CREWS[house.slug], house.members["admin"]
    today = context.today(house.organization)
    known = {}
    for code, name, process in crew["skills"]:
        known[code] = skills.create(by=admin, code=code, name=name)
        Process.objects.filter(code=process).update(required_skill=code)
    for whose, code, level, days in crew["certificates"]:
        until = None if days is None else today + DAY * days
        skills.grant(house.members[whose], by=admin, skill=known[code], level=level, certified_until=until)
    for name, rank, caught, strategy in crew["rules"]:
        conditions = dict(caught)
        if code := conditions.get("if_process"):
            conditions["if_process"] = Process.objects.get(code=code)
        AssignmentRule.objects.create(name=name, rank=rank, strategy=strategy, **conditions)


def plan(house):
    """Shifts, and who can take how much: after most of what has been done, which nobody was late for."""
    crew, admin = CREWS[house.slug], house.members["admin"]
    today = context.today(house.organization)
    for name, starts, ends, weekdays, whose in crew["shifts"]:
        hours = {"starts": datetime.time(starts), "ends": datetime.time(ends)}
        shift = shifts.create(by=admin, name=name, **hours, **weekdays)
        for local in whose:
            shifts.assign(house.members[local], by=admin, shift=shift, since=today - DAY * 30)
    for local, facts in crew["capacities"]:
        capacity.create(house.members[local], by=admin, **facts)


def begin_the_day(house):
    """What came in this morning, who is away, and who has clocked in."""
    crew, admin = CREWS[house.slug], house.members["admin"]
    now = context.recorded_now()
    for line in crew["rush"]:
        _rush(house, *line)
    for local, kind, starts, ends, verb in crew["absences"]:
        member = house.members[local]
        hour = now.replace(minute=0, second=0, microsecond=0)
        times = {"starts_at": hour + HOUR * starts, "ends_at": hour + HOUR * ends}
        house.moment = now - HOUR * 2
        with house.later(0):
            absence = absences.request(member, by=member, kind=kind, **times)
        if verb:
            said = {"comment": "Two are away that week already."} if verb == "reject" else {}
            with house.later(1):
                getattr(absences, verb)(absence, by=admin, **said)
    for local, ago, what in crew["punches"]:
        house.moment = now - HOUR * ago
        with house.later(0):
            attendance.punch(house.members[local], by=house.members[local], punch=what)
    if crew["punches"]:
        policy.edit(by=admin, time_clock=True)


def _rush(house, code, quantity, priority):
    """An order that came in this morning and is on the floor already."""
    house.moment = context.recorded_now() - HOUR * 3
    planner, product = house.members["planner"], next(one for one in house.products if one.code == code)
    with house.later(0):
        order = orders.create(
            by=planner,
            customer=house.random.choice(house.customers),
            title=house.random.choice(house.house["titles"]),
            priority=priority,
            due_at=house.end_of_work(days=2),
            lines=[{"product": product, "quantity": Decimal(quantity)}],
        )
        orders.submit(order, by=planner)
        orders.approve(order, by=house.members["admin"])
        orders.release(order, by=planner)
