"""The cast. A reader learns these people once, and an outsider is always at hand.

North: Vera (viewer), Omar (operator), Sina (supervisor of Assembly), Pia (planner), Ada (admin), Odd (operator in
Welding) and Ivan (inactive). South: Zoe, its admin, the strongest possible outsider. Bea is a planner in both.
"""

from django.apps import apps
from django.test import override_settings

from dispatch.models import DispatchPolicy
from tenants import relay
from tenants.context import tenant
from tenants.models import Organization, RefreshToken, TenantRow, User
from tests import factories as made
from tests.support import fingerprints
from tests.support.walk import walk
from workorder.actions import approval_policy, tasks

ORDER_STATES = (
    "draft submitted approved rejected released in_progress on_hold completed closed cancelled".split()
)  # one north order in each
PLAIN = (Organization, User, RefreshToken)
ROLES = {"viewer": "vera", "operator": "omar", "supervisor": "sina", "planner": "pia", "admin": "ada"}
OTHERS = {"inactive": "ivan", "suspended": "ada", "outsider": "zoe", "colleague": "odd"}


class World:
    """Two organizations with their people, departments, one north order per state, and south's counterpart of each
    noun."""

    scene = None, None
    """What is on stage beside the cast, by its key: see `Stage`."""

    def person(self, who):
        """A member by role in north, or by what makes them special: inactive, suspended, outsider, colleague."""
        return getattr(self, (ROLES | OTHERS)[who])

    def member(self, role, organization):
        """A member with this role in this organization; south has an admin only, others are made."""
        if organization.pk == self.north.pk:
            return self.person(role)
        if role == "admin":
            return self.zoe
        return made.MemberFactory(organization=organization, role=role)

    def one(self, model, organization=None):
        """Some row of a model in an organization, south if none is named: for ids that must not be found."""
        with tenant(organization or self.south):
            return model.objects.order_by("pk").first()

    @staticmethod
    def nouns():
        """Every model whose rows belong to an organization."""
        return [model for model in apps.get_models() if issubclass(model, TenantRow)]

    def suspend(self, organization):
        Organization.objects.filter(pk=organization.pk).update(status="suspended")

    def fingerprint(self):
        """{table: digest of its rows} of everything a request could write; bookkeeping columns aside."""
        return fingerprints.of((self.north, self.south), self.nouns(), PLAIN)


def build():
    """Make the cast and what they work on, through the product's own actions."""
    world = World()
    _build_north(world)
    _build_south(world)
    _build_orders(world)
    _forget_what_was_rung(world)
    return world


def _build_north(world):
    world.north = north = made.OrganizationFactory(slug="north", name="Northwind Print")
    world.assembly = made.DepartmentFactory(organization=north, code="ASM", name="Assembly")
    world.welding = made.DepartmentFactory(organization=north, code="WLD", name="Welding")
    for name, factory, department in (
        ("Vera", made.ViewerFactory, None),
        ("Omar", made.OperatorFactory, world.assembly),
        ("Sina", made.SupervisorFactory, world.assembly),
        ("Pia", made.PlannerFactory, None),
        ("Ada", made.AdminFactory, None),
        ("Odd", made.OperatorFactory, world.welding),
        ("Ivan", made.InactiveMemberFactory, world.assembly),
        ("Bea", made.PlannerFactory, None),
    ):
        member = _person(factory, north, name, department)
        setattr(world, name.lower(), member)


def _build_south(world):
    world.south = south = made.OrganizationFactory(slug="south", name="Southside Facilities")
    world.workshop = made.DepartmentFactory(organization=south, code="WRK", name="Workshop")
    world.zoe = _person(made.AdminFactory, south, "Zoe", world.workshop)
    world.bea_in_south = made.PlannerFactory(organization=south, user=world.bea.user)
    made.OperatorFactory(organization=south, department=world.workshop)  # somebody to whom a task can be offered
    made.ApiTokenFactory(organization=south, member=world.zoe)
    made.AssignmentRuleFactory(organization=south, department=world.workshop)
    world.south_order = made.WorkOrderFactory(organization=south, line__department=world.workshop, at="released")
    relay.drain_here(south)
    with tenant(south):
        world.south_task = world.south_order.tasks.get()
    walk(world.south_task, to="in_progress", by=world.zoe)
    made.TaskReportFactory(organization=south, task=world.south_task, member=world.zoe)
    made.ReasonCodeFactory(organization=south, active=False)  # in use, it would be asked for with every defect
    with tenant(south):
        tasks.pause(world.south_task, by=world.zoe)
        tasks.resume(world.south_task, by=world.zoe)
    relay.drain_here(south)
    made.TicketFactory(organization=south, department=world.workshop, reported_by=world.zoe)
    made.CommentFactory(organization=south, subject=world.south_order, member=world.zoe)
    made.AttachmentFactory(organization=south, subject=world.south_order, member=world.zoe)
    made.WorkOrderTagFactory(organization=south, order=world.south_order)
    with tenant(south):
        approval_policy.edit(by=world.zoe, overdue_hours=12)
    made.DeputyFactory(organization=south, member=world.zoe, deputy=world.bea_in_south)
    _build_people(world)
    made.OrderImportFactory(organization=south, member=world.zoe, at="checked")
    world.zoe_notification = made.NotificationFactory(organization=south, recipient=world.zoe)
    _told(world)


def _build_people(world):
    """One of everything dispatch knows about people, and a plan."""
    south, zoe = {"organization": world.south}, {"member": world.zoe}
    made.MemberSkillFactory(**south, **zoe)
    made.CertificateEndFactory(**south)
    made.MemberShiftFactory(**south, **zoe)
    for factory in (made.AbsenceFactory, made.BadgeFactory, made.CapacityFactory):
        factory(**south, **zoe)
    made.AbsenceStartFactory(**south)
    made.StayEndFactory(**south, punch=made.AttendanceFactory(**south, **zoe))
    plan = made.PlanFactory(**south, **zoe)
    made.PlanItemFactory(**south, plan=plan, task=world.south_task)
    made.PlanStepFactory(**south, plan=plan)
    made.PlanPublishingFactory(**south, plan=plan)


def _told(world):
    """What south's admin wants to hear of, who else is told, and what happens if nobody reacts."""
    south, zoe = {"organization": world.south}, {"member": world.zoe}
    for factory in (
        made.PreferenceFactory,
        made.NotificationScheduleFactory,
        made.PushSubscriptionFactory,
        made.DigestFactory,
    ):
        factory(**south, **zoe)
    made.DefaultPreferenceFactory(**south)
    made.FollowFactory(**south, **zoe, subject=world.south_order)
    made.OccasionFactory(**south, notification=world.zoe_notification)
    made.WebhookAttemptFactory(**south, call__webhook__active=False)  # it exists, and nobody is called
    policy = made.EscalationStepFactory(**south).policy
    made.PromiseFactory(**south, escalation=made.EscalationFactory(**south, policy=policy))
    made.HolidayFactory(**south)
    made.ScheduledRunFactory(**south, state="dead")
    made.ReplayFactory(**south)
    made.ClearedFactory(**south)
    with tenant(world.south):
        DispatchPolicy.objects.create()


def _person(factory, organization, name, department):
    """A member whose e-mail is their name, with the one password of all tests."""
    return factory(
        organization=organization,
        department=department,
        user__email=f"{name.lower()}@{organization.slug}.example",
        user__name=name,
    )


def _build_orders(world):
    world.customer = made.CustomerFactory(organization=world.north)
    world.process = made.ProcessFactory(organization=world.north, department=world.assembly)
    world.product = made.ProductFactory(organization=world.north)
    made.RoutingStepFactory(organization=world.north, product=world.product, process=world.process, sequence=10)
    world.orders = {
        state: made.WorkOrderFactory(
            organization=world.north,
            customer=world.customer,
            priority="normal",
            line__product=world.product,
            at=state,
            at__by=world.pia,
        )
        for state in ORDER_STATES
    }


def _forget_what_was_rung(world):
    """North's history has been relayed, and nobody was told: tests hear of what they do themselves, and of no more."""
    with override_settings(SUBSCRIPTIONS="tests.support.world.NOBODY_LISTENS"):
        while relay.relay(world.north):
            pass


NOBODY_LISTENS = {}
