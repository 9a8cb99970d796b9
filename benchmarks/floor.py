"""A floor that grows to a given number of orders, made by the product's own verbs."""

import datetime
from decimal import Decimal

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants import context, relay
from tenants.context import tenant
from tenants.models import Department, Member, Organization, User
from tenants.states import Role
from workorder.actions import orders
from workorder.models import Customer, Process, Product, RoutingStep, WorkOrder


class Floor:
    """One organization with a planner, an admin and an operator; every order is released and its tasks are offered."""

    def __init__(self):
        call_command("migrate", verbosity=0)
        self.organization = Organization.objects.create(slug="bench", name="Bench")
        with tenant(self.organization):
            self.department = Department.objects.create(code="PRS", name="Press")
            self.planner, self.admin = self._member("planner"), self._member("admin")
            self._member("operator", department=self.department)
            process = Process.objects.create(
                code="PRINT",
                name="Printing",
                department=self.department,
                setup_minutes=10,
                minutes_per_unit=Decimal("0.1"),
            )
            self.product = Product.objects.create(code="FLYER", name="Flyer")
            RoutingStep.objects.create(product=self.product, process=process, sequence=10)
            self.customers = [Customer.objects.create(code=f"C{n}", name=f"Customer {n}") for n in range(20)]
        self.client = Client(headers={"host": "bench.localhost"})
        self.client.force_login(self.admin.user)

    def _member(self, role, **place):
        user = User.objects.create_user(f"{role}@bench.example", "bench", name=role.title())
        return Member.objects.create(user=user, role=Role(role), **place)

    @transaction.atomic
    def grow_to(self, size):
        with tenant(self.organization):
            for number in range(WorkOrder.objects.count(), size):
                order = orders.create(
                    by=self.planner,
                    customer=self.customers[number % len(self.customers)],
                    title=f"Order {number}",
                    due_at=context.now() + datetime.timedelta(days=number % 30),
                    lines=[{"product": self.product, "quantity": Decimal(100)}],
                )
                orders.submit(order, by=self.planner)
                orders.approve(order, by=self.admin)
                orders.release(order, by=self.planner)
            relay.drain_here(self.organization)

    def statements(self, address):
        """SQL statements of one request, sign-in included, after a first one has warmed what is kept."""
        self.client.get(address)
        with CaptureQueriesContext(connection) as counted:
            answer = self.client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}: {answer.content[:300]}")
        return len(counted)
