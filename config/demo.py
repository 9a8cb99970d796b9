"""Two organizations to look around in. Every order got where it is through the real verbs, by a clock set back."""

import datetime
import random
from contextlib import contextmanager
from decimal import Decimal

from django.db import transaction

from config import demo_crew, demo_watch
from dispatch.models import AssignmentRule
from notifications.models import Message
from tenants import context, relay
from tenants.actions import deputies
from tenants.context import acting, acting_at, tenant
from tenants.models import Department, Member, Organization, User
from tenants.states import DeliveryState, Role
from workorder.actions import approval_policy, comments, orders, tags, tasks, tickets
from workorder.models import Customer, Process, Product, ReasonCode, RoutingStep, WorkOrder, WorkOrderTask
from workorder.states import OrderStatus, TaskStatus

PASSWORD = "demo"  # noqa: S105 - printed on start; made by the demo only, which says so

PEOPLE = [  # local part, name, role, department code by organization
    ("admin", "Ada Lindqvist", Role.ADMIN, None),
    ("planner", "Pia Novak", Role.PLANNER, None),
    ("supervisor", "Sina Okafor", Role.SUPERVISOR, 1),
    ("operator", "Omar Reyes", Role.OPERATOR, 1),
    ("viewer", "Vera Lang", Role.VIEWER, None),
    ("operator.prepress", "Nils Bergman", Role.OPERATOR, 0),
    ("operator.press", "Ines Duarte", Role.OPERATOR, 1),
    ("operator.finishing", "Tom Achebe", Role.OPERATOR, 2),
    ("planner.second", "Paul Ekström", Role.PLANNER, None),
]
MAIN_PEOPLE = 5
CREW = [  # more hands, so that there is somebody to choose from
    ("operator.press.late", "Lena Marsh", Role.OPERATOR, 1),
    ("operator.press.night", "Yusuf Demir", Role.OPERATOR, 1),
    ("operator.finishing.second", "Greta Holm", Role.OPERATOR, 2),
    ("operator.bay", "Ruth Adeyemi", Role.OPERATOR, 3),
]

HOUSES = {
    "north": {
        "name": "Northwind Print",
        "zone": "Europe/Berlin",
        "people": PEOPLE + CREW,
        "departments": [("PRE", "Prepress"), ("PRS", "Press"), ("FIN", "Finishing"), ("BAY", "Dispatch bay")],
        "currency": "EUR",
        "processes": [  # code, name, department, setup minutes, minutes per unit, cost of an hour
            ("PLATE", "Plate making", 0, 25, "0.010", 62),
            ("PRINT", "Offset printing", 1, 40, "0.020", 140),
            ("DIGI", "Digital printing", 1, 10, "0.060", 85),
            ("FOLD", "Cutting and folding", 2, 20, "0.015", 58),
            ("BIND", "Binding", 2, 30, "0.080", 66),
            ("PACK", "Packing", 3, 5, "0.010", 38),
        ],
        "reasons": [  # kind, code, name, planned
            ("defect", "REG", "Out of register", False),
            ("defect", "SCUM", "Scumming", False),
            ("defect", "CUT", "Cut wrong", False),
            ("downtime", "PAPER", "Waiting for paper", False),
            ("downtime", "FAULT", "Machine fault", False),
            ("downtime", "BREAK", "Break", True),
        ],
        "tags": [[], [], ["export"], ["repeat order"], ["sample first", "export"]],
        "two_levels_from": 3000,
        "tickets": [  # title, description, priority, department, how far it went
            ("Press 2 leaves a grey line", "On the left margin, since this morning.", "high", 1, "start"),
            ("Reprint of the spring programme?", "The theatre asks for 300 more.", "normal", None, "triage"),
            ("Strapping machine jams", "", "normal", 3, "resolve"),
            ("New paper sample for the brochures", "They would like it warmer.", "low", None, ""),
        ],
        "products": [
            ("FLY-A5", "Flyer A5, four colours", ["PLATE", "PRINT", "FOLD", "PACK"]),
            ("BRO-16", "Brochure, 16 pages", ["PLATE", "PRINT", "FOLD", "BIND", "PACK"]),
            ("POS-A2", "Poster A2", ["DIGI", "PACK"]),
            ("CARD", "Business cards, set of 250", ["DIGI", "FOLD", "PACK"]),
        ],
        "customers": [
            "Harbour Theatre",
            "Lumen Opticians",
            "City of Almstad",
            "Fjord Coffee Roasters",
            "Kestrel Books",
        ],
        "titles": ["Spring programme", "Opening posters", "Price list", "Autumn catalogue", "Visitor map", "Reprint"],
        "orders": 28,
        "quantities": [250, 500, 1000, 2000, 5000],
    },
    "south": {
        "name": "Southside Facilities",
        "zone": "America/Chicago",
        "people": PEOPLE[:MAIN_PEOPLE],
        "departments": [("HVC", "Heating and air"), ("ELC", "Electrical"), ("GEN", "General repairs")],
        "currency": "USD",
        "processes": [
            ("INSP", "Inspection", 1, 15, "20", 70),
            ("ELEC", "Electrical repair", 1, 20, "45", 95),
            ("FILT", "Filter change", 0, 10, "25", 60),
            ("PAINT", "Painting", 2, 30, "60", 55),
        ],
        "reasons": [("downtime", "PARTS", "Waiting for parts", False), ("downtime", "ACCESS", "No access", False)],
        "tags": [[], ["warranty"]],
        "two_levels_from": None,
        "tickets": [("Lift B stops between floors", "Twice this week.", "urgent", 1, "triage")],
        "products": [
            ("VISIT", "Quarterly inspection", ["INSP", "FILT"]),
            ("LIGHT", "Lighting repair", ["INSP", "ELEC"]),
            ("ROOM", "Room refresh", ["PAINT"]),
        ],
        "customers": ["Maple Clinic", "Union Station", "Riverside School"],
        "titles": ["Third floor", "Main hall", "Annual round", "Loading dock"],
        "orders": 14,
        "quantities": [1, 2, 3, 4],
    },
}

# The last state of each order in turn, so that every page has something true to show.
ENDS = [
    *(OrderStatus.IN_PROGRESS, OrderStatus.SUBMITTED, OrderStatus.RELEASED, OrderStatus.COMPLETED),
    *(OrderStatus.DRAFT, OrderStatus.IN_PROGRESS, OrderStatus.APPROVED, OrderStatus.CLOSED),
    *(OrderStatus.ON_HOLD, OrderStatus.REJECTED, OrderStatus.RELEASED, OrderStatus.CANCELLED),
    *(OrderStatus.SUBMITTED, OrderStatus.IN_PROGRESS),
]
FLOOR = {OrderStatus.RELEASED, OrderStatus.IN_PROGRESS, OrderStatus.ON_HOLD, OrderStatus.COMPLETED, OrderStatus.CLOSED}
HOUR = datetime.timedelta(hours=1)


def sign_ins():
    """E-mail and description of the people worth signing in as."""
    for slug, house in HOUSES.items():
        for local, _, role, _ in house["people"][:MAIN_PEOPLE]:
            yield f"{local}@{slug}.example", f"{role.label}, {house['name']}"


def seed() -> dict[str, int]:
    """Make what is missing; answers how many orders each organization has. Running it again changes nothing."""
    return {slug: House(slug, house).build() for slug, house in HOUSES.items()}


class House:
    """One organization being built, in one transaction: a seed that is interrupted leaves nothing half-made."""

    def __init__(self, slug, house):
        self.slug, self.house = slug, house
        self.random = random.Random(slug)  # noqa: S311 - the same demo on every machine

    @transaction.atomic
    def build(self) -> int:
        self.organization, _ = Organization.objects.get_or_create(
            slug=self.slug,
            defaults={
                "name": self.house["name"],
                "time_zone": self.house["zone"],
                "currency": self.house["currency"],
            },
        )
        with tenant(self.organization), acting(via="job"):
            if not WorkOrder.objects.exists():
                self._people()
                self._catalogue()
                self._rules_of_the_house()
                demo_crew.teach(self)
                for number in range(self.house["orders"]):
                    if number == self.house["orders"] * 2 // 3:  # from here on somebody may be off shift
                        demo_crew.plan(self)
                    self._order(number)
                self._tickets()
                demo_crew.begin_the_day(self)
                if self.slug == "north":
                    demo_watch.watch(self)
                waiting = Message.objects.filter(state=DeliveryState.PENDING)
                waiting.update(state=DeliveryState.SUPPRESSED, error="The past of the demo is not mailed.")
            return WorkOrder.objects.count()

    def _people(self):
        self.departments = [Department.objects.create(code=c, name=n) for c, n in self.house["departments"]]
        self.members = {}
        for local, name, role, place in self.house["people"]:
            email = f"{local}@{self.slug}.example"
            user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, name=name)
            department = None if place is None else self.departments[place]
            self.members[local] = Member.objects.create(user=user, role=role, department=department)

    def _catalogue(self):
        processes = {
            code: Process.objects.create(
                code=code,
                name=name,
                department=self.departments[place],
                setup_minutes=Decimal(setup),
                minutes_per_unit=Decimal(per_unit),
                hourly_rate=Decimal(rate),
            )
            for code, name, place, setup, per_unit, rate in self.house["processes"]
        }
        self.products = []
        for code, name, steps in self.house["products"]:
            product = Product.objects.create(code=code, name=name, unit="pcs")
            for sequence, step in enumerate(steps, start=1):
                RoutingStep.objects.create(product=product, process=processes[step], sequence=sequence * 10)
            self.products.append(product)
        self.customers = [
            Customer.objects.create(code=f"C{number:03d}", name=name, email=f"orders@c{number:03d}.example")
            for number, name in enumerate(self.house["customers"], start=1)
        ]
        for rank, department in enumerate(self.departments, start=1):
            AssignmentRule.objects.create(
                name=f"{department.name} work stays in {department.name}", rank=rank * 10, if_department=department
            )

    def _rules_of_the_house(self):
        """Why things go wrong here, when two have to agree, and who decides while the admin is away."""
        self.reasons = {
            code: ReasonCode.objects.create(kind=kind, code=code, name=name, planned=planned)
            for kind, code, name, planned in self.house["reasons"]
        }
        if start := self.house["two_levels_from"]:
            approval_policy.edit(by=self.members["admin"], second_level_budget=Decimal(start))
        deputies.name(
            by=self.members["admin"],
            member=self.members["admin"],
            deputy=self.members["supervisor"],
            ends_at=context.now() + datetime.timedelta(days=14),
        )

    def _tickets(self):
        for title, description, priority, place, end in self.house["tickets"]:
            self.moment = context.recorded_now() - datetime.timedelta(days=self.random.randint(1, 4))
            supervisor, department = self.members["supervisor"], None if place is None else self.departments[place]
            with self.later(1):
                ticket = tickets.open(
                    by=self.members["operator"], title=title, description=description, priority=priority
                )
            if not end:
                continue
            with self.later(2):
                tickets.triage(ticket, by=self.members["planner"], department=department, assigned_member=supervisor)
            if end == "triage":
                continue
            with self.later(2):
                tickets.start(ticket, by=supervisor)
            if end == "resolve":
                with self.later(3):
                    tickets.resolve(ticket, by=supervisor, resolution="Cleaned the sensor; it runs again.")

    def _order(self, number):
        """Take one order from its request to where it ends, a few hours between one verb and the next."""
        end = ENDS[number % len(ENDS)]
        days = self.random.randint(8, 25) if end in FLOOR else self.random.randint(1, 9)
        self.moment = context.recorded_now() - datetime.timedelta(days=days, hours=self.random.randint(0, 8))
        planner, admin = self.members["planner"], self.members["admin"]
        with self.later(0):
            order = orders.create(
                by=planner,
                customer=self.random.choice(self.customers),
                title=self.random.choice(self.house["titles"]),
                priority=self.random.choice(["low", "normal", "normal", "normal", "high", "urgent"]),
                due_at=self.end_of_work(days=self.random.randint(4, 21)),
                lines=[
                    {
                        "product": self.random.choice(self.products),
                        "quantity": Decimal(self.random.choice(self.house["quantities"])),
                    }
                ],
                budget=Decimal(self.random.randint(4, 90) * 50),
                customer_reference=f"PO-{self.random.randint(1000, 9999)}",
            )
            if names := self.random.choice(self.house["tags"]):
                tags.set_tags(order, by=planner, names=names)
        if end == OrderStatus.DRAFT:
            return
        order.refresh_from_db()
        with self.later(3):
            orders.submit(order, by=planner)
        if end == OrderStatus.SUBMITTED:
            return
        with self.later(5):
            if end == OrderStatus.REJECTED:
                return orders.reject(order, by=admin, comment="The customer has not confirmed the paper yet.")
            order.refresh_from_db()
            if order.approval_levels > 1:
                orders.approve(order, by=self.members["planner.second"], comment="The schedule holds.")
            orders.approve(order, by=admin, comment="Price agreed.")
        if end == OrderStatus.APPROVED:
            return
        if end == OrderStatus.CANCELLED:
            with self.later(6):
                return orders.cancel(order, by=planner, reason="The customer withdrew the order.")
        with self.later(2):
            orders.release(order, by=planner)
            if number % 3 == 0:
                comments.add(order, by=planner, text="@operator the customer collects it, please leave it by the gate.")
        self._floor(order, end, number)

    def end_of_work(self, days):
        """Five in the afternoon on the organization's wall, some days on."""
        day = (self.moment + datetime.timedelta(days=days)).astimezone(self.organization.zone)
        return day.replace(hour=17, minute=0, second=0, microsecond=0)

    def _floor(self, order, end, number):
        """What the shop did with it."""
        planner = self.members["planner"]
        if end in {OrderStatus.COMPLETED, OrderStatus.CLOSED}:
            while self._work(order, whole=True):
                pass
        elif end == OrderStatus.IN_PROGRESS:
            steps = order.processes.count()
            for _ in range(self.random.randint(min(1, steps - 1), min(steps - 1, 4))):
                self._work(order, whole=True)
            if number % 3:  # the others wait for whoever is to go on
                self._work(order, whole=False)
        elif end == OrderStatus.ON_HOLD:
            self._work(order, whole=False)
            with self.later(2):
                self._pause(order)
                orders.hold(order, by=planner, reason="Waiting for material.")
        if end == OrderStatus.CLOSED:
            with self.later(4):
                orders.close(order, by=planner)

    def _work(self, order, *, whole):
        """Do the next ready task, all of it or about half; False when none is ready."""
        task = (
            WorkOrderTask.objects.filter(work_order=order, status=TaskStatus.READY)
            .order_by("process__sequence")
            .first()
        )
        if task is None:
            return False
        by = task.assigned_member or self.members["supervisor"]
        if not by.is_at_least(Role.OPERATOR):
            by = self.members["planner"]
        with self.later(2):
            self._lay_down(task.assigned_member)
            tasks.start(task, by=by)
        share = Decimal(1) if whole else Decimal("0.4")
        good = (task.quantity * share).quantize(Decimal(1)) if task.quantity > 1 or whole else Decimal(0)
        defect = Decimal(int(good) // 200) if whole else Decimal(0)
        with self.later(4):
            if good:
                minutes = task.estimate_minutes.quantize(Decimal("0.1"))
                worked = (minutes * Decimal(self.random.uniform(0.8, 1.3)) * share).quantize(Decimal("0.1"))
                reason = self._reason("defect") if defect else None
                tasks.report(task, by=by, good=good - defect, defect=defect, minutes=worked, reason=reason)
            if whole:
                tasks.complete(task, by=by)
        return True

    def _lay_down(self, member):
        """One thing at a time: what they are at waits while they do something else."""
        for running in WorkOrderTask.objects.running().filter(assigned_member=member, assigned_member__isnull=False):
            tasks.pause(running, by=member, code=self._reason("downtime"))

    def _pause(self, order):
        """Nobody works on what is on hold, and the reason is counted."""
        running = WorkOrderTask.objects.filter(work_order=order, status=TaskStatus.IN_PROGRESS).first()
        if running:
            by = running.assigned_member or self.members["planner"]
            tasks.pause(running, by=by, code=self._reason("downtime"))

    def _reason(self, kind):
        """One of the house's reasons of a kind; None where it keeps none."""
        known = [reason for reason in self.reasons.values() if reason.kind == kind]
        return self.random.choice(known) if known else None

    @contextmanager
    def later(self, hours):
        """Some hours on, but never in the future; then whoever reacts, reacts."""
        step = HOUR * hours * self.random.uniform(0.5, 1.5)
        self.moment = min(self.moment + step, context.recorded_now() - datetime.timedelta(seconds=1))
        with acting_at(self.moment):
            yield
            relay.drain_here(self.organization)
