"""The conditions of dispatch rules, what can never match, what is hardly meant, and what a rule would catch."""

import datetime

import pytest

from tenants import context
from tenants.context import tenant
from tests.factories import (
    AssignmentRuleFactory,
    CustomerFactory,
    OperatorFactory,
    ProcessFactory,
    ProductFactory,
    RoutingStepFactory,
    WorkOrderFactory,
)
from workorder.actions import tags
from workorder.models import Tag

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def released(world):
    """Release an order of one task, with these tags; answers the task."""

    def release(*words, **options):
        values = {"customer": world.customer, "line__product": world.product} | options
        order = WorkOrderFactory(organization=world.north, at="released", at__by=world.pia, **values)
        with tenant(world.north):
            if words:
                tags.set_tags(order, by=world.pia, names=words)
            return order.tasks.get()

    return release


def product_by(world, process):
    """Something that is made in this one step."""
    product = ProductFactory(organization=world.north)
    RoutingStepFactory(organization=world.north, product=product, process=process, sequence=10)
    return product


def tag_named(world, name):
    with tenant(world.north):
        return Tag.objects.get(name=name)


class TestConditions:
    """Everything a rule can ask is kept, shown again, and decides."""

    def test_every_condition_is_kept_as_it_was_sent(self, world, pia, released):
        released("Rush")
        sent = {
            "name": "Narrow",
            "rank": 3,
            "if_process": str(world.process.pk),
            "if_department": str(world.assembly.pk),
            "if_customer": str(world.customer.pk),
            "if_product": str(world.product.pk),
            "if_tag": str(tag_named(world, "Rush").pk),
            "if_priority": "urgent",
            "if_quantity_from": "2.000",
            "if_quantity_to": "20.000",
            "active_from": "2031-03-01T05:00:00Z",
            "active_until": "2031-04-01T05:00:00Z",
            "department": str(world.welding.pk),
            "strategy": "most_skilled",
        }

        made = pia.post("dispatch/rules/", sent)

        assert made.status_code == 201, made.body
        shown = pia.get(f"dispatch/rules/{made.body['id']}/").body
        assert {name: shown[name] for name in sent} == sent

    @pytest.mark.parametrize(
        ("field", "value"),
        [("if_tag", "Rush"), ("if_quantity_from", "8"), ("if_quantity_to", "5"), ("if_product", None)],
    )
    def test_a_condition_decides_which_task_is_caught(self, world, pia, released, field, value):
        """Of two tasks that differ in what it asks, exactly one is caught."""
        other = product_by(world, world.process)
        matching, not_matching = {
            "if_tag": lambda: (released("Rush"), released()),
            "if_quantity_from": lambda: (released(line__quantity=8), released(line__quantity=7)),
            "if_quantity_to": lambda: (released(line__quantity=5), released(line__quantity=6)),
            "if_product": lambda: (released(line__product=other), released()),
        }[field]()
        wanted = {"if_tag": lambda: tag_named(world, "Rush").pk, "if_product": lambda: other.pk}.get(
            field, lambda: value
        )
        rule = pia.post("dispatch/rules/", {"name": "Narrow", "rank": 1, field: wanted()}).body

        decided = {row["task"]: row["rule"] for row in pia.get("dispatch/preview/").body["decisions"]}

        assert decided[str(matching.pk)]
        assert decided[str(matching.pk)]["id"] == rule["id"]
        assert decided[str(not_matching.pk)] is None

    def test_a_rule_outside_its_window_is_not_asked(self, world, pia, released):
        task = released()
        later = (context.now() + HOUR).isoformat()
        pia.post("dispatch/rules/", {"name": "Later", "rank": 1, "active_from": later})
        rule = pia.post("dispatch/rules/", {"name": "Now", "rank": 2, "active_until": later}).body

        [decision] = [row for row in pia.get("dispatch/preview/").body["decisions"] if row["task"] == str(task.pk)]

        assert decision["rule"]["id"] == rule["id"]


class TestNeverMatches:
    """A rule nothing can meet is refused, naming the field, and nothing is written."""

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"if_quantity_from": "5", "if_quantity_to": "4"}, "if_quantity_to"),
            ({"if_quantity_to": "0"}, "if_quantity_to"),
            ({"active_from": "2031-03-02T00:00:00Z", "active_until": "2031-03-01T00:00:00Z"}, "active_until"),
            ({"active_from": "2031-03-02T00:00:00Z", "active_until": "2031-03-02T00:00:00Z"}, "active_until"),
            ({"active_until": "2001-03-01T00:00:00Z"}, "active_until"),
        ],
        ids=["quantities", "nothing", "window", "empty-window", "over"],
    )
    def test_it_is_400_and_names_the_field(self, world, pia, body, field):
        before = world.fingerprint()

        answer = pia.post("dispatch/rules/", {"name": "Never"} | body)

        assert (answer.status_code, list(answer.body["fields"]), answer.codes) == (400, [field], ["never_matches"])
        assert world.fingerprint() == before

    def test_an_edit_is_judged_by_what_the_rule_would_be(self, world, pia):
        """The lower bound was there before; the upper one makes it impossible."""
        rule = AssignmentRuleFactory(organization=world.north, if_quantity_from=5)

        answer = pia.patch(f"dispatch/rules/{rule.pk}/", {"if_quantity_to": "4"})

        assert (answer.status_code, answer.codes) == (400, ["never_matches"])

    def test_a_rule_whose_time_is_over_can_still_be_renamed(self, world, pia):
        rule = AssignmentRuleFactory(organization=world.north, active_until="2001-03-01T00:00:00Z")

        assert pia.patch(f"dispatch/rules/{rule.pk}/", {"name": "Summer 2001"}).status_code == 200

    @pytest.mark.parametrize("field", ["active_from", "active_until"])
    def test_a_time_without_a_zone_is_400(self, world, pia, field):
        answer = pia.post("dispatch/rules/", {"name": "When?", field: "2031-03-01T00:00:00"})

        assert (answer.status_code, list(answer.body["fields"]), answer.codes) == (400, [field], ["zone"])

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "1e30", "-1", "a lot", "\x00", [], {}])
    def test_quantities_that_are_none_are_400(self, world, pia, value):
        answer = pia.post("dispatch/rules/", {"name": "Odd", "if_quantity_from": value})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["if_quantity_from"])


class TestWarnings:
    """What is allowed and hardly meant is said."""

    def test_a_rule_behind_a_wider_one_is_never_asked(self, world, pia):
        pia.post("dispatch/rules/", {"name": "All urgent work", "rank": 1, "if_priority": "urgent"})

        made = pia.post(
            "dispatch/rules/", {"name": "Urgent and large", "rank": 2, "if_priority": "urgent", "if_quantity_from": "9"}
        )

        [warning] = made.body["warnings"]
        assert (made.status_code, warning["code"], warning["field"]) == (201, "never_asked", "rank")
        assert "'All urgent work' (rank 1) comes first and catches all of it" in warning["message"]

    @pytest.mark.parametrize(
        "first",
        [
            {"rank": 3},
            {"active": False},
            {"if_priority": "urgent"},
            {"if_quantity_from": 5},
            {"if_quantity_to": 5},
            {"active_until": "2031-03-01T00:00:00Z"},
        ],
        ids=["later", "off", "other-priority", "large-only", "small-only", "ends"],
    )
    def test_one_that_leaves_something_is_no_reason_to_warn(self, world, pia, first):
        AssignmentRuleFactory(organization=world.north, **{"name": "First", "rank": 1} | first)

        made = pia.post("dispatch/rules/", {"name": "Second", "rank": 2, "if_priority": "high"})

        assert made.body["warnings"] == []

    def test_a_process_of_another_department_is_a_warning(self, world, pia):
        """Work that was sent there by an earlier rule can still meet both."""
        made = pia.post(
            "dispatch/rules/",
            {"name": "Elsewhere", "if_process": world.process.pk, "if_department": world.welding.pk},
        )

        assert (made.status_code, [warning["code"] for warning in made.body["warnings"]]) == (201, ["starts_elsewhere"])

    def test_a_process_in_its_department_is_none(self, world, pia):
        body = {"name": "Here", "if_process": world.process.pk, "if_department": world.assembly.pk}

        assert pia.post("dispatch/rules/", body).body["warnings"] == []


class TestCatches:
    """What would this rule catch today, and what would it change?"""

    def test_it_counts_and_says_what_changes(self, world, pia, released):
        task = released(priority="urgent")
        released(priority="normal")
        rule = pia.post(
            "dispatch/rules/", {"name": "Rush", "rank": 1, "if_priority": "urgent", "department": world.welding.pk}
        ).body

        answer = pia.get(f"dispatch/rules/{rule['id']}/catches/").body

        assert (answer["count"], answer["in_force"]) == (1, True)
        [caught] = answer["tasks"]
        assert (caught["task"], caught["number"], caught["changes"]) == (str(task.pk), task.work_order.number, True)
        assert (caught["now"]["name"], caught["then"]["name"]) == ("Omar", "Odd")
        assert caught["then"]["rule"] == rule["id"]

    def test_what_an_earlier_rule_takes_is_not_caught(self, world, pia, released):
        released()
        AssignmentRuleFactory(organization=world.north, name="First", rank=1)
        rule = AssignmentRuleFactory(organization=world.north, name="Second", rank=2)

        assert pia.get(f"dispatch/rules/{rule.pk}/catches/").body == {"count": 0, "in_force": True, "tasks": []}

    def test_a_rule_that_is_off_says_what_it_would_catch(self, world, pia, released):
        released()
        rule = AssignmentRuleFactory(organization=world.north, active=False)

        answer = pia.get(f"dispatch/rules/{rule.pk}/catches/").body

        assert (answer["in_force"], answer["count"] > 0) == (False, True)

    def test_asking_changes_nothing(self, world, pia, released):
        released()
        rule = AssignmentRuleFactory(organization=world.north)
        before = world.fingerprint()

        pia.get(f"dispatch/rules/{rule.pk}/catches/")

        assert world.fingerprint() == before

    def test_the_first_ten_are_listed_and_all_counted(self, world, pia, released):
        for _ in range(12):
            released(priority="urgent")
        rule = AssignmentRuleFactory(organization=world.north, if_priority="urgent")

        answer = pia.get(f"dispatch/rules/{rule.pk}/catches/").body

        assert (answer["count"], len(answer["tasks"])) == (12, 10)


class TestInUse:
    """What a rule asks for stays; its removal is refused in words."""

    @pytest.mark.parametrize(
        ("noun", "factory", "condition"),
        [
            ("customers", CustomerFactory, "if_customer"),
            ("products", ProductFactory, "if_product"),
            ("processes", ProcessFactory, "if_process"),
        ],
    )
    def test_the_catalogue_keeps_what_a_rule_names(self, world, pia, noun, factory, condition):
        thing = factory(organization=world.north)
        AssignmentRuleFactory(organization=world.north, **{condition: thing})

        answer = pia.delete(f"{noun}/{thing.pk}/")

        assert (answer.status_code, answer.codes) == (409, ["in_use"])

    @pytest.mark.parametrize("condition", ["if_department", "department"])
    def test_a_department_a_rule_names_stays(self, world, api_client, condition):
        ada = api_client.as_(world.ada)
        place = ada.post("departments/", {"code": "X", "name": "Extra"}).body
        with tenant(world.north):
            AssignmentRuleFactory(organization=world.north, **{f"{condition}_id": place["id"]})

        answer = ada.delete(f"departments/{place['id']}/")

        assert (answer.status_code, answer.codes) == (409, ["in_use"])

    def test_a_tag_that_no_order_has_any_more_keeps_its_rule(self, world, pia, released):
        """Tags are never removed; the rule only waits for the next order that gets one."""
        task = released("Rush")
        rule = AssignmentRuleFactory(organization=world.north, if_tag=tag_named(world, "Rush"))
        with tenant(world.north):
            tags.set_tags(task.work_order, by=world.pia, names=[])

        assert pia.get(f"dispatch/rules/{rule.pk}/").body["if_tag"] == str(rule.if_tag_id)


class TestCandidates:
    """Whom would it go to, who else could, who could not, and what would help?"""

    def test_everybody_is_ranked_with_what_was_weighed(self, world, pia, released):
        ines = OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")
        task = released()

        answer = pia.get(f"tasks/{task.pk}/candidates/").body

        assert answer["chosen"]["name"] == answer["candidates"][0]["name"]
        assert {row["name"] for row in answer["candidates"]} == {"Omar", "Ines"}
        assert set(answer["candidates"][0]["parts"]) == {
            "load_minutes",
            "room_minutes",
            "pace",
            "level",
            "kept",
            "waited_minutes",
        }
        assert {row["name"]: [reason["code"] for reason in row["reasons"]] for row in answer["refused"]} == {
            "Ivan": ["inactive"],
            "Sina": ["not_operator"],
        }
        assert answer["remedies"] == []
        assert str(ines.pk) in {row["id"] for row in answer["candidates"]}

    def test_whoever_has_it_is_weighed_without_it(self, world, api_client, pia, released):
        """Else the task itself would speak against leaving it where it is."""
        task = released()
        api_client.as_(world.sina).post(f"tasks/{task.pk}/assign/", {"member": world.omar.pk})

        [candidate] = pia.get(f"tasks/{task.pk}/candidates/").body["candidates"]

        assert (candidate["name"], candidate["load_minutes"]) == ("Omar", "0.00")

    def test_where_nobody_can_it_says_what_would_help(self, world, pia, released):
        process = ProcessFactory(organization=world.north, department=world.assembly, required_skill="WELD2")
        task = released(line__product=product_by(world, process))

        answer = pia.get(f"tasks/{task.pk}/candidates/").body

        assert (answer["chosen"], answer["candidates"]) == (None, [])
        assert answer["remedies"][0]["changes"][0]["code"] == "teach"
        assert answer["remedies"][0]["message"] == "Omar learns WELD2"

    def test_it_costs_the_same_at_any_size(self, world, pia, released, query_counter):
        """A department of five hundred asks the database as often as one of two."""
        task, made = released(), []

        def grow(count):
            while len(made) < count:
                made.append(OperatorFactory(organization=world.north, department=world.assembly))

        def ask():
            return len(pia.get(f"tasks/{task.pk}/candidates/").body["candidates"])

        query_counter.constant_over(grow, ask)

    def test_asking_changes_nothing(self, world, pia, released):
        task = released()
        before = world.fingerprint()

        pia.get(f"tasks/{task.pk}/candidates/")

        assert world.fingerprint() == before
