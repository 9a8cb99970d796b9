"""Finding things: filters, search and ordering, each refusing by name what cannot be meant."""

import datetime

import pytest

from tenants import context
from tests.factories import WorkOrderFactory

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
