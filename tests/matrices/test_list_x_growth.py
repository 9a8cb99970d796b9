"""Every list x growth: the same number of queries for two rows, twelve and forty, and the number that was written down.

A fixed cap says nothing about slope. The rows have distinct related objects, or a cache would hide a query per row.
"""

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext

import dispatch.pages.plans
import dispatch.views.shifts
import dispatch.views.skills
import notifications.pages.escalations
import notifications.views.inbox
import notifications.views.told
import notifications.views.webhooks
import tenants.views.background
import workorder.views.orders
import workorder.views.tickets
from dispatch.actions import assignments
from tenants.context import tenant
from tests import factories as made
from tests.golden.roles import ROUTES
from tests.support.clients import Door
from tests.support.queries import baseline, connection, statements, told
from tests.support.registry import routes
from workorder.actions import tasks
from workorder.models import Approval, WorkOrder

SIZES = (2, 12, 40)
MANY = 40
ENOUGH = 14
# Not lists of rows: one object, a document, or figures that do not grow with what there is.
NO_LIST = {
    "GET /api/": "the versions",
    "GET /api/v1/": "the addresses",
    "GET /api/v1/schema/": "a document",
    "GET /api/v1/docs/": "a document",
    "GET /api/v1/me/": "one person",
    "GET /api/v1/approval-policy/": "one per organization",
    "GET /api/v1/dispatch/policy/": "one per organization",
    "GET /api/v1/preferences/": "as many cells as there are kinds and transports",
    "GET /api/v1/default-preferences/": "the same",
    "GET /api/v1/notification-schedule/": "one per member",
    "GET /api/v1/skills/undefined/": "what is wrong with the catalogue, see tests/api/v1/test_skills.py",
    "GET /api/v1/attendance/days/": "one entry per day that is asked for, see tests/api/v1/test_attendance.py",
    "GET /api/v1/notifications/unread-count/": "a figure",
    "GET /api/v1/told/figures/": "figures",
    "GET /api/v1/live/schema/": "a document",
    "GET /api/v1/order-imports/template.csv": "a document",
    "GET /api/v1/events/export.csv": "a document, see tests/api/v1/test_events.py",
    "GET /api/v1/dispatch/preview/": "all of the queue, see tests/integration/dispatch",
    "GET /api/v1/plans/compare/": "four at most, see tests/api/v1/test_plans.py",
    "GET /api/v1/dispatch/load/": "one entry per department, see tests/api/v1/test_load.py",
    "GET /api/v1/dispatch/fairness/": "one entry per member, see tests/api/v1/test_load.py",
    "GET /api/v2/schema/": "a document",
    "GET /api/v2/docs/": "a document",
    "GET /api/v2/me/": "one person",
}
OF_AN_ORDER = ("approvals", "attachments", "comments", "events", "processes", "tasks")
NESTED = [f"GET /api/v1/work-orders/{{pk}}/{part}/" for part in OF_AN_ORDER]
NESTED += [f"GET /api/v1/tasks/{{pk}}/{part}/" for part in ("downtimes", "reports")]
LISTS = [line for line, route in routes().items() if route.is_api and route.is_list and line not in NO_LIST] + NESTED


@pytest.fixture(scope="class")
def crowd(_stage, django_db_blocker):
    """The cast and forty of everything, built once for the class."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = _stage.world()
        for _ in range(MANY):
            made.WorkOrderFactory(organization=world.north, line__department=world.assembly, at="released")
            made.AssignmentRuleFactory(organization=world.north, active=False)
            made.DeputyFactory(organization=world.north)
            made.EscalationFactory(organization=world.north)
            made.HolidayFactory(organization=world.north)
            made.NotificationFactory(organization=world.north, recipient=world.pia)
            made.TicketFactory(organization=world.north)
            made.ReasonCodeFactory(organization=world.north, active=False)
            made.OrderImportFactory(organization=world.north, member=world.pia)
            made.ApiTokenFactory(organization=world.north, member=world.pia)
            made.PlanFactory(organization=world.north, member=world.pia, at="failed")
            for about in (made.AbsenceFactory, made.AttendanceFactory, made.BadgeFactory):
                about(organization=world.north)
            for about in (made.MemberSkillFactory, made.MemberShiftFactory, made.CapacityFactory):
                about(organization=world.north)
            made.WebhookCallFactory(organization=world.north)
            made.ScheduledRunFactory(organization=world.north, state="dead")
            made.PushSubscriptionFactory(organization=world.north, member=world.pia)
            made.FollowFactory(
                organization=world.north, member=world.pia, subject=made.TicketFactory(organization=world.north)
            )
        world.long_order = made.WorkOrderFactory(organization=world.north, line__steps=[1] * MANY, at="released")
        world.long_task = made.WorkOrderTaskFactory(organization=world.north, at="in_progress")
        for _ in range(MANY):
            told = {"organization": world.north, "subject": world.long_order, "member": world.pia}
            made.CommentFactory(**told)
            made.AttachmentFactory(**told)
            made.TagFactory(organization=world.north, order=made.WorkOrderFactory(organization=world.north))
        with tenant(world.north):
            _fill(world.long_task, by=world.pia)
            assignments.run(by=world.pia)
            rounds = range(2, MANY + 2)
            Approval.objects.bulk_create(Approval(work_order=world.long_order, round=number) for number in rounds)
        connection.run_on_commit.clear()
        yield world
        transaction.set_rollback(True)


def _fill(task, *, by):
    """Forty reports, each taken back, and forty breaks."""
    for _ in range(MANY):
        tasks.take_back(tasks.report(task, by=by, good=1), by=by)
        tasks.pause(task, by=by)
        tasks.resume(task, by=by)


def counted(ask):
    """(rows, queries) of the second time: what is fetched once per process is no slope."""
    ask()
    with CaptureQueriesContext(connection) as queries:
        rows = ask()
    return rows, statements(queries), told(queries)


def reader_of(line, world):
    """A planner, or an admin for what admins alone may read."""
    return world.pia if ROUTES[line]["planner"] == "200" else world.ada


class TestApiListXGrowth:
    def test_there_are_enough_of_them(self):
        assert len(LISTS) > ENOUGH

    def test_what_is_no_list_is_still_there(self):
        assert NO_LIST.keys() - routes().keys() == set(), "Stale exception: delete it."

    @pytest.mark.parametrize("line", LISTS)
    def test_queries_do_not_grow_with_rows(self, world, crowd, api_client, line):
        route, client = routes()[line], api_client.as_(reader_of(line, crowd))
        address = route.at((crowd.long_task if "/tasks/{pk}/" in line else crowd.long_order).pk)

        found = {n: counted(lambda n=n: len(client.get(address, {"page_size": n}).body["results"])) for n in SIZES}

        assert [rows for rows, _, _ in found.values()] == list(SIZES)
        assert {count for _, count, _ in found.values()} == {baseline(line, found[2][1])}, found[40][2]


class TestPageXGrowth:
    """Pages have a length; it is shortened here, so that the same rows fill two, twelve and forty lines."""

    @pytest.mark.parametrize(
        ("line", "views"),
        [
            ("GET /work-orders/", workorder.views.orders),
            ("GET /tickets/", workorder.views.tickets),
            ("GET /notifications/", notifications.views.inbox),
            ("GET /settings/told/", notifications.views.told),
            ("GET /escalations/", notifications.pages.escalations),
            ("GET /audit/", tenants.views),
            ("GET /settings/members/", tenants.views),
            ("GET /settings/departments/", tenants.views),
            ("GET /settings/tokens/", tenants.views),
            ("GET /settings/runs/", tenants.views.background),
            ("GET /settings/dead-letters/", tenants.views.background),
            ("GET /dispatch/plans/", dispatch.pages.plans),
            ("GET /settings/webhooks/", notifications.views.webhooks),
            ("GET /settings/skills/", dispatch.views.skills),
            ("GET /settings/member-skills/", dispatch.views.skills),
            ("GET /settings/shifts/", dispatch.views.shifts),
            ("GET /settings/member-shifts/", dispatch.views.shifts),
        ],
        ids=lambda part: part.removeprefix("GET ") if isinstance(part, str) else "",
    )
    def test_queries_do_not_grow_with_the_length_of_a_page(self, world, crowd, monkeypatch, line, views):
        browser = Door(host="north.localhost").sign_in(reader_of(line, crowd))

        def ask(length):
            monkeypatch.setattr(views, "PAGE_LENGTH", length)
            return len(browser.get(routes()[line].path).content)

        found = {n: counted(lambda n=n: ask(n)) for n in SIZES}

        assert [size for size, _, _ in found.values()] == sorted({size for size, _, _ in found.values()})
        assert {count for _, count, _ in found.values()} == {baseline(line, found[2][1])}, found[40][2]

    @pytest.mark.parametrize("line", ["GET /tasks/", "GET /"])
    def test_queries_do_not_grow_with_what_there_is(self, world, api_client, query_counter, line):
        """My tasks and the dashboard show all there is, so that is what has to grow."""
        browser = Door(host="north.localhost").sign_in(world.sina)

        def grow(size):
            with tenant(world.north):
                missing = size - WorkOrder.objects.filter(title="slope").count()
            for _ in range(missing):
                place = {"line__department": world.assembly, "title": "slope", "at": "released"}
                made.WorkOrderFactory(organization=world.north, **place)

        count = query_counter.constant_over(grow, lambda: len(browser.get(routes()[line].path).content), sizes=(2, 12))

        assert count == baseline(line, count)
