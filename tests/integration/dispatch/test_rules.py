"""From the rules of an organization to the department a task lands in."""

import pytest

from dispatch.actions import assignments, rules
from dispatch.models import Assignment, AssignmentRule
from dispatch.queries import preview
from tenants import relay
from tenants.context import tenant
from tenants.errors import Invalid, Stale
from tenants.models import Event
from tests.factories import AssignmentRuleFactory, CustomerFactory, ProcessFactory

pytestmark = pytest.mark.django_db


def decided(world, task):
    """What dispatch would say about a task now."""
    with tenant(world.north):
        return preview([task])[0]


def in_turn(world, *tasks):
    """The ids of these tasks in the order in which a run decided them."""
    with tenant(world.north):
        decisions = assignments.run(by=world.pia)
    wanted = {task.pk for task in tasks}
    return [decision.job for decision in decisions if decision.job in wanted]


class TestPriorityRules:
    """Urgent work first, and between rules the rank decides."""

    def test_lower_rank_is_asked_first(self, world, released):
        """A floor has general rules and exceptions; the exception gets the smaller number."""
        AssignmentRuleFactory(organization=world.north, name="General", rank=50)
        AssignmentRuleFactory(organization=world.north, name="Exception", rank=5, department=world.welding)

        decision = decided(world, released())

        assert (decision.rule.name, decision.place.name) == ("Exception", world.welding.name)

    def test_rule_for_urgent_work_leaves_other_work_alone(self, world, released):
        AssignmentRuleFactory(organization=world.north, if_priority="urgent", department=world.welding, name="Rush")

        urgent, normal = decided(world, released(priority="urgent")), decided(world, released())

        assert urgent.rule.name == "Rush"
        assert normal.rule is None

    def test_run_gives_urgent_work_to_the_freest_first(self, world, released):
        """Whoever is decided first finds the shortest queue, so that must be the work that cannot wait."""
        normal, urgent = released(minutes=30), released(minutes=30, priority="urgent")

        assert in_turn(world, normal, urgent) == [urgent.pk, normal.pk]

    def test_among_equals_the_earlier_due_is_decided_first(self, world, released):
        later, sooner = released(due_in=9), released(due_in=2)

        assert in_turn(world, later, sooner) == [sooner.pk, later.pk]


class TestRuleFiltering:
    """A rule catches a task only if every condition it names holds."""

    def test_condition_on_the_process(self, world, released):
        process = ProcessFactory(organization=world.north, department=world.assembly)
        AssignmentRuleFactory(organization=world.north, name="Only this", if_process=process)

        assert decided(world, released(process=process)).rule.name == "Only this"
        assert decided(world, released()).rule is None

    def test_condition_on_the_customer(self, world, released):
        customer = CustomerFactory(organization=world.north)
        AssignmentRuleFactory(organization=world.north, name="VIP", if_customer=customer)

        assert decided(world, released(customer=customer)).rule.name == "VIP"
        assert decided(world, released()).rule is None

    def test_condition_on_the_department(self, world, released):
        AssignmentRuleFactory(organization=world.north, name="Sparks", if_department=world.welding)

        assert decided(world, released(department="welding")).rule.name == "Sparks"
        assert decided(world, released(department="assembly")).rule is None

    def test_inactive_rule_is_passed_over(self, world, released):
        AssignmentRuleFactory(organization=world.north, active=False)

        assert decided(world, released()).rule is None

    def test_rules_of_another_organization_do_not_exist(self, world, released):
        """South's habits must never move north's work."""
        AssignmentRuleFactory(organization=world.south)

        assert decided(world, released()).rule is None


class TestWritingRules:
    """Rules are edited by people, so each change is recorded and the name stays a name."""

    def test_create_records_who_made_it(self, world):
        with tenant(world.north):
            rule = rules.create(by=world.pia, name="  Rush  ", rank=1)
            event = Event.objects.about(rule).get()

        assert rule.name == "Rush"
        assert (event.kind, event.actor_id) == ("rule.created", world.pia.pk)

    @pytest.mark.parametrize(("name", "code"), [("", "blank"), ("   ", "blank"), ("Rush", "name_taken")])
    def test_name_must_be_there_and_free(self, world, name, code):
        """The name stands in every decision, so two rules of one name would explain nothing."""
        AssignmentRuleFactory(organization=world.north, name="Rush")

        with tenant(world.north), pytest.raises(Invalid) as refusal:
            rules.create(by=world.pia, name=name, rank=1)

        assert [(problem.code, problem.field) for problem in refusal.value.problems] == [(code, "name")]
        with tenant(world.north):
            assert AssignmentRule.objects.count() == 1

    def test_same_name_in_another_organization_is_free(self, world):
        AssignmentRuleFactory(organization=world.south, name="Rush")

        with tenant(world.north):
            rule = rules.create(by=world.pia, name="Rush", rank=1)

        assert rule.name == "Rush"

    def test_edit_says_what_changed_and_raises_the_version(self, world):
        rule = AssignmentRuleFactory(organization=world.north, rank=5)

        with tenant(world.north):
            edited = rules.edit(rule, by=world.pia, seen=1, rank=7, name=rule.name)
            event = Event.objects.about(rule).get()

        assert (edited.rank, edited.version) == (7, 2)
        assert event.data == {"changed": ["rank"]}

    def test_edit_of_an_outdated_version_is_stale(self, world):
        rule = AssignmentRuleFactory(organization=world.north, rank=5)

        with tenant(world.north):
            rules.edit(rule, by=world.pia, rank=6)
            with pytest.raises(Stale):
                rules.edit(rule, by=world.ada, seen=1, rank=7)
            rule.refresh_from_db()

        assert rule.rank == 6

    def test_edit_that_changes_nothing_writes_nothing(self, world):
        rule = AssignmentRuleFactory(organization=world.north, rank=5)

        with tenant(world.north):
            same = rules.edit(rule, by=world.pia, rank=5)
            recorded = Event.objects.about(rule).count()

        assert (same.version, recorded) == (1, 0)

    def test_edit_to_a_taken_name_is_refused(self, world):
        AssignmentRuleFactory(organization=world.north, name="Rush")
        rule = AssignmentRuleFactory(organization=world.north, name="Calm")

        with tenant(world.north), pytest.raises(Invalid):
            rules.edit(rule, by=world.pia, name="Rush")

        assert rule.name == "Calm"

    def test_removed_rule_leaves_its_reasons_behind(self, world, released):
        """An assignment must stay explainable after the rule that made it is gone."""
        rule = AssignmentRuleFactory(organization=world.north, name="Rush", rank=3)
        task = released()
        relay.drain_here(world.north)

        with tenant(world.north):
            rules.remove(rule, by=world.pia)
            assignment = Assignment.objects.of_task(task).get()
            kinds = list(Event.objects.about(rule).values_list("kind", flat=True))

        assert assignment.rule is None
        assert assignment.decision["rule"]["name"] == "Rush"
        assert assignment.why.startswith("Rule 'Rush' (rank 3)")
        assert kinds == ["rule.removed"]
