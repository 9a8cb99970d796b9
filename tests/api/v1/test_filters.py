"""Finding things: filters, search and ordering, each refusing by name what cannot be meant."""

import datetime

import pytest

from tenants import context
from tenants.context import tenant
from tenants.models import Member
from tests.factories import DeputyFactory, WorkOrderFactory
from workorder import problems
from workorder.actions import orders
from workorder.models import ApprovalPolicy, WorkOrder, WorkOrderTask

pytestmark = pytest.mark.django_db


def titles(answer):
    return [row["title"] for row in answer.body["results"]]


@pytest.fixture
def dated(world):
    """Three drafts: late, soon, and without a date."""
    days = {"dated late": -2, "dated soon": 3}
    for title, offset in days.items():
        due = context.now() + datetime.timedelta(days=offset)
        WorkOrderFactory(organization=world.north, title=title, due_at=due, priority="urgent")
    WorkOrderFactory(organization=world.north, title="dated never", due_at=None, priority="low")


class TestFiltering:
    """Each filter alone; together they narrow further."""

    def test_statuses_add_up(self, world, pia):
        answer = pia.get("work-orders/?status=approved&status=on_hold")

        assert sorted(row["status"] for row in answer.body["results"]) == ["approved", "on_hold"]

    def test_late_means_open_and_past_its_date(self, dated, pia):
        """A closed order is late no more, however late it was."""
        late, others = pia.get("work-orders/?late=true"), pia.get("work-orders/?late=false&search=dated&ordering=title")

        assert titles(late) == ["dated late"]
        assert titles(others) == ["dated never", "dated soon"]

    def test_a_range_of_due_dates_leaves_out_undated_orders(self, dated, pia):
        now = context.now().isoformat().replace("+00:00", "Z")

        answer = pia.get("work-orders/", {"due_after": now, "due_before": "2999-01-01T00:00:00Z", "search": "dated"})

        assert titles(answer) == ["dated soon"]

    def test_a_department_finds_orders_with_work_there(self, world, pia):
        """Once each, however many processes they have there."""
        here = pia.get("work-orders/", {"department": world.assembly.pk})
        there = pia.get("work-orders/", {"department": world.welding.pk})

        assert (here.body["count"], there.body["count"]) == (10, 0)

    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ("status=done", "status"),
            ("priority=asap", "priority"),
            ("customer=7", "customer"),
            ("assigned_member=00000000-0000-0000-0000-000000000000", "assigned_member"),
            ("late=perhaps", "late"),
            ("due_before=tomorrow", "due_before"),
            ("due_before=0001-01-01T00:00:00Z", "due_before"),
            ("search=%00", "search"),
            ("search=a+b+c+d+e+f+g+h+i", "search"),
            ("ordering=secret", "ordering"),
            ("ordering=-", "ordering"),
            ("ordering=title,,", "ordering"),
        ],
    )
    def test_what_cannot_be_meant_is_400_by_name(self, world, pia, query, name):
        """Ignoring a filter answers everything, which looks like an answer."""
        answer = pia.get(f"work-orders/?{query}")

        assert (answer.status_code, list(answer.body["fields"])) == (400, [name])

    def test_a_strangers_customer_is_refused_like_an_unknown_one(self, world, pia):
        """Otherwise an empty list would mean "exists elsewhere"."""
        foreign = pia.get("work-orders/", {"customer": world.south_order.customer_id})
        unknown = pia.get("work-orders/", {"customer": world.south.pk})

        assert foreign.status_code == 400
        assert foreign.content == unknown.content


class TestOrderingAndSearch:
    """The same order of rows on every database."""

    def test_undated_orders_come_last_either_way(self, dated, pia):
        """No date is not the beginning of time."""
        up = titles(pia.get("work-orders/?ordering=due_at&search=dated"))
        down = titles(pia.get("work-orders/?ordering=-due_at&search=dated"))

        assert (up, down) == (["dated late", "dated soon", "dated never"], ["dated soon", "dated late", "dated never"])

    def test_priority_orders_by_rank_and_not_by_alphabet(self, dated, pia):
        answer = pia.get("work-orders/?ordering=-priority,title&search=dated")

        assert titles(answer) == ["dated late", "dated soon", "dated never"]

    def test_every_word_of_a_search_has_to_be_found(self, dated, pia):
        """In the number, the title, or the customer's name."""
        assert titles(pia.get("work-orders/?search=never+dated")) == ["dated never"]
        assert titles(pia.get("work-orders/?search=dated+nowhere")) == []

    def test_history_is_filtered_by_kind_actor_and_time(self, world, pia):
        """An audit begins with a question."""
        pia.post(f"work-orders/{world.orders['draft'].pk}/submit/")

        mine = pia.get("events/", {"kind": "workorder.submitted", "actor": world.pia.pk, "subject_type": "workorder"})
        later = pia.get("events/", {"occurred_after": "2999-01-01T00:00:00Z"})
        strange = pia.get("events/", {"kind": "everything"})

        assert mine.body["results"][0]["subject"] == str(world.orders["draft"].pk)
        assert (later.body["count"], strange.status_code) == (0, 400)


class TestMoreOfOrders:
    """Filters that look at what hangs on an order."""

    def test_created_in_a_range(self, world, pia):
        now = context.now().isoformat().replace("+00:00", "Z")

        found = {
            name: pia.get("work-orders/", {name: now}).body["count"] for name in ("created_after", "created_before")
        }

        assert found == {"created_after": 0, "created_before": len(world.orders)}

    def test_product_and_operation_find_orders_that_have_them(self, world, pia):
        other = WorkOrderFactory(organization=world.north, title="other")
        with tenant(world.north):
            line, process = other.lines.get(), other.processes.get()

        found = [
            titles(pia.get("work-orders/", asked))
            for asked in ({"product": line.product_id}, {"operation": process.process_id})
        ]

        assert found == [["other"], ["other"]]


class TestWaitingForMe:
    """What somebody may agree to now: the list says of all orders what the verb says of one."""

    @pytest.fixture
    def waiting(self, world):
        """One order at each level, submitted by Pia; level one of the second was agreed to by Bea."""
        with tenant(world.north):
            ApprovalPolicy.objects.all().delete()
            ApprovalPolicy.objects.create(second_level_budget=1000)
        dear = {"organization": world.north, "title": "dear", "budget": 5000}
        order = WorkOrderFactory(**dear, at="submitted", at__by=world.pia)
        with tenant(world.north):
            orders.approve(order, by=world.bea)
        return {
            "dear": order,
            "cheap": WorkOrderFactory(organization=world.north, title="cheap", at="submitted", at__by=world.pia),
        }

    @pytest.mark.parametrize("who", ["vera", "omar", "sina", "pia", "ada", "bea"])
    def test_list_and_verb_agree(self, world, waiting, api_client, who):
        member = getattr(world, who)

        listed = titles(api_client.as_(member).get("work-orders/?waiting_for_me=true&ordering=title"))

        assert sorted(listed) == sorted(agreeable(member))

    def test_deputy_sees_what_the_absent_could_agree_to(self, world, waiting, api_client):
        DeputyFactory(organization=world.north, member=world.ada, deputy=world.omar)

        listed = titles(api_client.as_(world.omar).get("work-orders/?waiting_for_me=true"))

        assert {"dear", "cheap"} <= set(listed)
        assert sorted(listed) == sorted(agreeable(world.omar))

    def test_deputy_of_the_submitter_sees_nothing_of_theirs(self, world, waiting, api_client):
        """Four eyes are not two and their substitute's."""
        DeputyFactory(organization=world.north, member=world.pia, deputy=world.omar)

        listed = titles(api_client.as_(world.omar).get("work-orders/?waiting_for_me=true"))

        assert {"dear", "cheap"} & set(listed) == set()
        assert sorted(listed) == sorted(agreeable(world.omar))

    def test_the_others_are_all_the_rest(self, world, waiting, pia):
        mine, others = (
            pia.get("work-orders/", {"waiting_for_me": wanted}).body["count"] for wanted in ("true", "false")
        )

        assert mine + others == pia.get("work-orders/").body["count"]


def agreeable(member):
    """Titles of the orders the verb would not refuse them, asked one by one."""
    with tenant(member.organization):
        member = Member.objects.get(pk=member.pk)
        standing_in = member.stands_in_for if problems.may_stand_in(member) else []
        return [
            order.title
            for order in WorkOrder.objects.waiting_for_approval()
            if not problems.of_approving(order, by=member, standing_in=standing_in, trail=list(order.approvals.all()))
        ]


class TestTasksAndProcesses:
    """By the order they belong to, and by the operation they are."""

    @pytest.fixture
    def task(self, world):
        """A late one of an urgent order, beside those of the cast."""
        order = WorkOrderFactory(
            organization=world.north,
            priority="urgent",
            due_at=context.now() - datetime.timedelta(days=1),
            line__department=world.welding,
            at="released",
        )
        with tenant(world.north):
            WorkOrder.objects.exclude(pk=order.pk).update(priority="low")
            return WorkOrderTask.objects.select_related("work_order", "process__process").get(work_order=order)

    @pytest.mark.parametrize("noun", ["tasks", "work-order-processes"])
    def test_filters_of_the_order_and_the_operation(self, world, task, pia, noun):
        asked = {
            "customer": task.work_order.customer_id,
            "priority": "urgent",
            "operation": task.process.process_id,
            "process_code": task.process.process.code,
            "work_order": task.work_order_id,
        }
        wanted = str(task.pk if noun == "tasks" else task.process_id)

        found = {
            name: [row["id"] for row in pia.get(f"{noun}/", {name: value}).body["results"]]
            for name, value in asked.items()
        }

        assert found == dict.fromkeys(asked, [wanted])

    def test_late_tasks_are_open_and_past_their_date(self, world, task, pia):
        late, others = (pia.get("tasks/", {"late": wanted}).body["results"] for wanted in ("true", "false"))

        assert [row["id"] for row in late] == [str(task.pk)]
        assert str(task.pk) not in [row["id"] for row in others]

    @pytest.mark.parametrize(
        "query",
        ["tasks/?late=perhaps", "tasks/?priority=asap", f"tasks/?process_code={'x' * 21}", "tasks/?operation=7"],
    )
    def test_what_cannot_be_meant_is_400_by_name(self, pia, query):
        answer = pia.get(query)

        assert (answer.status_code, list(answer.body["fields"])) == (400, [query.split("?")[1].split("=")[0]])


class TestMembers:
    def test_members_in_the_order_of_their_roles(self, world, pia):
        answer = pia.get("members/?ordering=-role,name&active=true")

        assert [row["name"] for row in answer.body["results"]] == ["Ada", "Bea", "Pia", "Sina", "Odd", "Omar", "Vera"]
