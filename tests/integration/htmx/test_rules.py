"""The rules of dispatch as pages: their order, the editor, and what a rule would catch while it is being written."""

import pytest
from django.urls import reverse

from dispatch.actions import assignments
from dispatch.models import AssignmentRule
from tenants.context import tenant
from tests.factories import (
    AssignmentRuleFactory,
    OperatorFactory,
    ProcessFactory,
    ProductFactory,
    RoutingStepFactory,
    WorkOrderFactory,
)

pytestmark = pytest.mark.django_db

RULES, NEW, CATCHES = "/dispatch/rules/", "/dispatch/rules/new/", "/dispatch/rules/catches/"


@pytest.fixture
def window(world, hx_client):
    return hx_client.as_(world.pia)


@pytest.fixture
def task(world):
    order = WorkOrderFactory(
        organization=world.north,
        customer=world.customer,
        line__product=world.product,
        priority="urgent",
        at="released",
        at__by=world.pia,
    )
    with tenant(world.north):
        return order.tasks.get()


def at(verb, rule):
    return reverse(f"dispatch:rule_{verb}", args=[rule.pk])


def names(page):
    return page.texts("#rules li h2")


def filled(**values):
    return {"name": "Rush", "rank": "1", "strategy": "least_loaded", "active": "on"} | values


class TestList:
    """The list is the order in which rules are asked."""

    def test_it_says_what_each_rule_does_and_what_is_wrong_with_it(self, world, window):
        AssignmentRuleFactory(organization=world.north, name="All", rank=1, department=world.welding)
        AssignmentRuleFactory(organization=world.north, name="Never", rank=2, if_priority="urgent", if_quantity_from=5)

        page = window.page(RULES)

        assert names(page) == ["All", "Never"]
        text = " ".join(page.texts("#rules li"))
        assert "Everything: send it to Welding" in text
        assert "If it is urgent, and it is for 5 or more: leave it where it is, where whoever has the least" in text
        assert "It is never asked: 'All' (rank 1) comes first and catches all of it." in text

    def test_without_rules_it_says_what_happens_then(self, world, window):
        assert "No rules yet" in " ".join(window.page(RULES).texts("main"))

    def test_others_read_and_have_no_buttons(self, world, hx_client):
        rule = AssignmentRuleFactory(organization=world.north, name="All")

        page = hx_client.as_(world.omar).page(RULES)

        assert names(page) == ["All"]
        assert not page.has(f'a[href="{NEW}"], a[href="{at("edit", rule)}"], form[action="{at("up", rule)}"]')

    def test_buttons_move_a_rule(self, world, window):
        rows = [AssignmentRuleFactory(organization=world.north, name=name, rank=rank) for name, rank in FOUR]
        window.page(RULES)

        up = window.part(window.post(at("up", rows[2]), {"version": rows[2].version}))
        down = window.part(window.post(at("down", rows[0]), {"version": rows[0].version}))

        assert names(up) == ["A", "C", "B", "D"]
        assert names(down) == ["C", "A", "B", "D"]
        assert not up.has(f'form[action="{at("up", rows[0])}"], form[action="{at("down", rows[3])}"]')

    def test_rules_of_one_rank_part_when_one_is_moved(self, world, window):
        """Two of one rank are asked by name; to change that, the ranks have to differ."""
        rows = [AssignmentRuleFactory(organization=world.north, name=name, rank=5) for name in "ABC"]
        window.page(RULES)

        moved = window.part(window.post(at("up", rows[2])))

        assert names(moved) == ["A", "C", "B"]
        with tenant(world.north):
            assert names(window.page(RULES)) == list(
                AssignmentRule.objects.order_by("rank").values_list("name", flat=True)
            )

    def test_the_first_stays_the_first(self, world, window):
        rule = AssignmentRuleFactory(organization=world.north, name="Only")
        window.page(RULES)

        assert names(window.part(window.post(at("up", rule)))) == ["Only"]

    def test_moving_what_somebody_changed_meanwhile_is_409(self, world, window):
        rows = [AssignmentRuleFactory(organization=world.north, name=name, rank=rank) for name, rank in FOUR]
        window.page(RULES)
        with tenant(world.north):
            AssignmentRule.objects.filter(pk=rows[1].pk).update(version=2)

        answer = window.post(at("up", rows[1]), {"version": 1})

        assert (answer.status_code, names(window.part(answer))) == (409, ["A", "B", "C", "D"])


FOUR = [("A", 10), ("B", 20), ("C", 30), ("D", 40)]


class TestEditor:
    """A planner writes a rule and sees what is wrong beside the field."""

    def test_a_rule_is_added(self, world, window):
        window.page(NEW)

        answer = window.post(NEW, filled(if_priority="urgent", department=str(world.welding.pk)))

        assert answer["HX-Redirect"] == RULES
        with tenant(world.north):
            rule = AssignmentRule.objects.get(name="Rush")
        assert (rule.rank, rule.if_priority, rule.department_id, rule.active) == (1, "urgent", world.welding.pk, True)

    def test_it_works_without_scripts(self, world, window):
        assert window.plain("post", NEW, filled()).status_code == 302

    def test_a_new_rule_is_asked_last_unless_somebody_says_otherwise(self, world, window):
        AssignmentRuleFactory(organization=world.north, rank=70)

        assert window.page(NEW).one("#id_rank")["value"] == "80"

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"if_quantity_from": "5", "if_quantity_to": "4"}, "if_quantity_to"),
            ({"active_from": "2031-03-02T08:00", "active_until": "2031-03-01T08:00"}, "active_until"),
            ({"name": ""}, "name"),
            ({"rank": "0"}, "rank"),
            ({"if_quantity_from": "NaN"}, "if_quantity_from"),
        ],
        ids=["quantities", "window", "name", "rank", "nan"],
    )
    def test_what_cannot_be_meant_is_said_beside_the_field(self, world, window, values, field):
        window.page(NEW)

        answer = window.post(NEW, filled(**values))

        assert answer.status_code == 422
        assert window.part(answer).has(f"#id_{field}_error")
        with tenant(world.north):
            assert not AssignmentRule.objects.filter(name="Rush").exists()

    def test_a_rule_is_changed(self, world, window):
        rule = AssignmentRuleFactory(organization=world.north, name="Rush", if_priority="urgent", if_quantity_from=3)
        page = window.page(at("edit", rule))
        assert page.one("#id_if_quantity_from")["value"] == "3.000"

        window.post(at("edit", rule), filled(name="Calm", if_priority="low", version="1"))

        with tenant(world.north):
            rule.refresh_from_db()
        assert (rule.name, rule.if_priority, rule.if_quantity_from) == ("Calm", "low", None)

    def test_a_change_of_what_somebody_changed_meanwhile_is_409(self, world, window):
        rule = AssignmentRuleFactory(organization=world.north, name="Rush")
        window.page(at("edit", rule))
        with tenant(world.north):
            AssignmentRule.objects.filter(pk=rule.pk).update(version=2, name="Theirs")

        answer = window.post(at("edit", rule), filled(name="Mine", version="1"))

        assert answer.status_code == 409
        assert window.part(answer).one("#id_name")["value"] == "Theirs"

    def test_a_rule_is_removed(self, world, window):
        rule = AssignmentRuleFactory(organization=world.north)
        window.page(at("edit", rule))

        assert window.post(at("remove", rule), {"version": rule.version})["HX-Redirect"] == RULES
        with tenant(world.north):
            assert not AssignmentRule.objects.filter(pk=rule.pk).exists()


class TestCatches:
    """While it is being written: which tasks would it catch today, and what would it change?"""

    def test_it_answers_while_the_form_is_filled_in(self, world, window, task):
        window.page(NEW)

        part = window.part(window.post(CATCHES, filled(if_priority="urgent", department=str(world.welding.pk))))

        text = " ".join(part.texts("li"))
        assert task.title in text
        assert "Odd, Welding instead of Omar, Assembly" in " ".join(text.split())

    def test_it_needs_no_name(self, world, window, task):
        window.page(NEW)

        part = window.part(window.post(CATCHES, filled(name="")))

        assert task.title in " ".join(part.texts("li"))

    def test_what_cannot_be_read_is_named(self, world, window):
        window.page(NEW)

        part = window.part(window.post(CATCHES, filled(if_quantity_from="many")))

        assert "It cannot be said yet: look at From this quantity." in " ".join(part.texts("p"))

    def test_a_rule_nothing_can_meet_is_said(self, world, window):
        window.page(NEW)

        part = window.part(window.post(CATCHES, filled(if_quantity_from="5", if_quantity_to="4")))

        assert "look at Up to this quantity" in " ".join(part.texts("p"))

    def test_an_edit_is_compared_with_the_rule_as_it_is(self, world, window, task):
        rule = AssignmentRuleFactory(organization=world.north, name="Rush", rank=1, department=world.welding)
        window.page(at("edit", rule))

        same = window.part(window.post(at("catches", rule), filled(department=str(world.welding.pk))))
        other = window.part(window.post(at("catches", rule), filled()))

        assert "as today" in " ".join(same.texts("li"))
        assert "instead of Odd, Welding" in " ".join(" ".join(other.texts("li")).split())

    def test_nothing_is_saved(self, world, window, task):
        rule = AssignmentRuleFactory(organization=world.north, name="Rush")
        window.page(at("edit", rule))
        before = world.fingerprint()

        window.post(at("catches", rule), filled(name="Other", department=str(world.welding.pk)))

        assert world.fingerprint() == before

    def test_without_scripts_the_answer_stands_beside_the_form(self, world, window, task):
        answer = window.plain("post", CATCHES, filled(if_priority="urgent"))

        assert task.title in answer.text
        assert 'value="Rush"' in answer.text


class TestTaskPage:
    """On the page of a task: why them, and who could have it."""

    def test_why_them_has_a_table(self, world, window, task):
        OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")
        with tenant(world.north):
            chosen = assignments.offer_best(task).member.name

        page = window.page(task)

        fold = f"#why-{task.pk}"
        assert f"Why {chosen}?" in page.text(f"{fold} summary")
        assert sorted(text.split()[0] for text in page.texts(f"{fold} tbody th")) == ["Ines", "Omar"]
        assert "Ivan : inactive" in " ".join(" ".join(page.texts(f"{fold} li")).split())

    def test_who_could_do_it_is_read_when_it_is_unfolded(self, world, window, task):
        address = reverse("dispatch:task_candidates", args=[task.pk])
        assert window.page(task).has(f'#who-{task.pk} [hx-get="{address}"]')

        part = window.part(window.get(address))

        assert "Omar" in " ".join(part.texts("tbody th"))

    def test_what_would_make_it_assignable(self, world, window):
        process = ProcessFactory(organization=world.north, department=world.assembly, required_skill="WELD2")
        product = ProductFactory(organization=world.north)
        RoutingStepFactory(organization=world.north, product=product, process=process, sequence=10)
        order = WorkOrderFactory(
            organization=world.north, customer=world.customer, line__product=product, at="released", at__by=world.pia
        )
        with tenant(world.north):
            task = order.tasks.get()

        page = window.page(reverse("dispatch:task_candidates", args=[task.pk]))

        assert page.texts("#candidates ol li")[0] == "Omar learns WELD2"

    def test_a_list_of_cards_has_no_room_for_it(self, world, hx_client, task):
        with tenant(world.north):
            assignments.offer_best(task)

        assert not hx_client.as_(world.omar).page(reverse("workorder:my_tasks")).has(f"#why-{task.pk}")
