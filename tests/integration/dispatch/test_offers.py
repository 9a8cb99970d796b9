"""A task whose turn has come goes to the right person by itself, or to its queue with somebody told."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from dispatch import queries
from dispatch.actions import assignments
from dispatch.models import Assignment
from tenants import relay
from tenants.context import tenant
from tenants.models import Event, Member
from tests.factories import AssignmentRuleFactory, OperatorFactory
from workorder.actions import orders, tasks
from workorder.models import WorkOrderTask

pytestmark = pytest.mark.django_db


def give(world, task, member):
    """Put a task on somebody's plate, as a planner would."""
    with tenant(world.north):
        return assignments.assign(task, by=world.pia, member=member)


def reload(world, task):
    with tenant(world.north):
        return WorkOrderTask.objects.select_related("assigned_member__user").get(pk=task.pk)


def kinds_of(world, subject):
    """What happened to something, oldest first."""
    with tenant(world.north):
        return list(Event.objects.about(subject).order_by("subject_version").values_list("kind", flat=True))


class TestOfferOnReady:
    """Releasing is enough: nobody has to hand out what the rules can."""

    def test_nothing_is_offered_before_the_relay_ran(self, world, released):
        """The release is one thing and dispatch another; a slow engine must not slow the planner down."""
        task = released()

        with tenant(world.north):
            assert not Assignment.objects.of_task(task).exists()

    def test_ready_task_is_offered_with_its_reasons(self, world, released):
        task = released(minutes=45)

        relay.drain_here(world.north)

        with tenant(world.north):
            assignment = Assignment.objects.of_task(task).get()
        assert (assignment.status, assignment.member_id) == ("offered", world.omar.pk)
        assert assignment.why.startswith("No rule matches, so it stays in Assembly. Omar is the only one")
        assert [refused["name"] for refused in assignment.decision["refused"]] == ["Ivan", "Sina"]

    def test_task_and_assignment_agree(self, world, released):
        """Two tables say who has it, so they are written together."""
        task = released()

        relay.drain_here(world.north)

        assert reload(world, task).assigned_member == world.omar
        assert kinds_of(world, task)[-1] == "task.assigned"

    def test_offered_twice_is_offered_once(self, world, released):
        """A delivery may come again after a crash."""
        task = released()

        with tenant(world.north):
            first = assignments.offer_best(task)
            second = assignments.offer_best(task)

        assert first == second
        assert kinds_of(world, first) == ["assignment.offered"]

    def test_second_open_assignment_is_impossible(self, world, released):
        """Whatever code forgets, the database does not: one open assignment per task."""
        task = released()
        with tenant(world.north):
            assignments.offer_best(task)

            with pytest.raises(IntegrityError), transaction.atomic():
                Assignment.objects.create(task=task, member=world.odd, why="by mistake")

    def test_rule_moves_the_task_to_its_department(self, world, released):
        AssignmentRuleFactory(organization=world.north, department=world.welding)
        task = released(department="assembly")

        relay.drain_here(world.north)

        moved = reload(world, task)
        assert (moved.assigned_department_id, moved.assigned_member) == (world.welding.pk, world.odd)

    def test_task_that_became_ready_on_hold_is_offered_when_the_order_goes_on(self, world, released):
        """Nobody is asked to do what was stopped on purpose, and nothing is forgotten for it."""
        task = released()
        with tenant(world.north):
            orders.hold(task.work_order, by=world.pia, reason="Paper is late")
        relay.drain_here(world.north)
        assert reload(world, task).assigned_member is None

        with tenant(world.north):
            orders.resume(task.work_order, by=world.pia)
        relay.drain_here(world.north)

        assert reload(world, task).assigned_member == world.omar


class TestLoadBalancing:
    """Load is minutes promised and not yet done; whoever has the fewest gets the next."""

    def test_least_loaded_gets_the_task(self, world, released):
        ines = OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")
        give(world, released(minutes=120), world.omar)
        give(world, released(minutes=35), ines)

        task = released()
        with tenant(world.north):
            assignment = assignments.offer_best(task)

        assert assignment.member == ines
        assert "Ines has the least open work (35 min; Omar 120 min)." in assignment.why

    def test_minutes_count_and_not_tasks(self, world, released):
        """Three quick jobs are less than one long one."""
        ines = OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")
        give(world, released(minutes=100), world.omar)
        for _ in range(3):
            give(world, released(minutes=10), ines)

        with tenant(world.north):
            assert assignments.offer_best(released()).member == ines

    def test_run_spreads_what_it_gives(self, world, released):
        """Each choice adds to the load the next one sees, or the freest would get everything."""
        ines = OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")
        given = [released(minutes=60) for _ in range(4)]

        with tenant(world.north):
            assignments.run(by=world.pia)

        who = [reload(world, task).assigned_member for task in given]
        assert abs(who.count(ines) - who.count(world.omar)) <= 1

    def test_load_is_shown_by_department(self, world, released):
        give(world, released(minutes=90), world.omar)
        before = self._assembly(world)

        released(minutes=25)

        after = self._assembly(world)
        loads = {row["member"].name: row["load_minutes"] for row in after["members"]}
        assert loads == {"Omar": Decimal("90.00"), "Sina": Decimal(0)}
        assert after["load_minutes"] == Decimal("90.00")
        assert after["queued_tasks"] - before["queued_tasks"] == 1
        assert after["queued_minutes"] - before["queued_minutes"] == Decimal(25)

    def test_load_costs_the_same_at_any_size(self, world, released, query_counter):
        """The page of a large floor asks as often as that of a small one."""

        made = []

        def grow(count):
            while len(made) < count:
                made.append(OperatorFactory(organization=world.north, department=world.assembly))
                give(world, released(), made[-1])

        def ask():
            return len(self._assembly(world)["members"])

        query_counter.constant_over(grow, ask)

    def _assembly(self, world):
        with tenant(world.north):
            rows = queries.load_by_department()
        return next(row for row in rows if row["department"] == world.assembly)


class TestNobodyEligible:
    """Work nobody can take waits visibly in its department."""

    @pytest.fixture
    def nobody(self, world):
        """Assembly without its operator."""
        with tenant(world.north):
            Member.objects.filter(pk=world.omar.pk).update(active=False)

    def test_task_stays_in_the_queue_and_says_why(self, world, nobody, released):
        task = released()

        relay.drain_here(world.north)

        with tenant(world.north):
            event = Event.objects.about(task).first()
            why = queries.why_of([task])[task.pk]
        assert event.kind == "task.queued"
        assert event.data["nobody_eligible"] is True
        assert [refused["name"] for refused in event.data["refused"]] == ["Ivan", "Omar", "Sina"]
        assert why == {"assignment": None, "why": event.data["why"]}

    def test_same_answer_again_is_not_news(self, world, nobody, released):
        """A planner who runs dispatch every minute must not fill the supervisor's inbox."""
        task = released()

        with tenant(world.north):
            assignments.run(by=world.pia)
            assignments.run(by=world.pia)

        assert kinds_of(world, task).count("task.queued") == 1

    def test_queue_only_rule_asks_nobody(self, world, released):
        AssignmentRuleFactory(organization=world.north, strategy="queue_only", name="They choose", rank=3)
        task = released()

        relay.drain_here(world.north)

        with tenant(world.north):
            data = Event.objects.about(task).first().data
        assert reload(world, task).assigned_member is None
        assert data["nobody_eligible"] is False
        assert data["why"].startswith(
            "Rule 'They choose' (rank 3) leaves it in Assembly. Whoever is free there claims it."
        )


class TestPreview:
    """What would happen, before it does."""

    def test_preview_writes_nothing(self, world, released):
        task = released()
        before = world.fingerprint()

        with tenant(world.north):
            decision = queries.preview([task])[0]

        assert decision.chosen.name == "Omar"
        assert world.fingerprint() == before

    def test_preview_equals_the_run(self, world, released):
        """A preview that the run does not keep would be worse than none."""
        OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")
        AssignmentRuleFactory(organization=world.north, if_priority="urgent", department=world.welding)
        for priority in ("low", "urgent", "normal", "normal", "high"):
            released(priority=priority)

        with tenant(world.north):
            said = queries.preview(list(queries.queued()))
            done = assignments.run(by=world.pia)
            chosen = {task.pk: task.assigned_member_id for task in WorkOrderTask.objects.exclude(assigned_member=None)}

        assert said == done
        assert {decision.job: decision.chosen.id for decision in said} == chosen

    def test_preview_costs_the_same_at_any_size(self, world, released, query_counter):
        made = []

        def grow(count):
            while len(made) < count:
                made.append(released())

        def ask():
            with tenant(world.north):
                return len(queries.preview(made))

        query_counter.constant_over(grow, ask)

    def test_run_with_nothing_queued_decides_nothing(self, world):
        with tenant(world.north):
            assignments.run(by=world.pia)

            assert assignments.run(by=world.pia) == []


class TestFollowingTheTask:
    """What happens to a task happens to its assignment, also when nobody pressed accept."""

    @pytest.fixture
    def offered(self, world, released):
        """A task that was offered to Omar, with its assignment."""
        task = released()
        with tenant(world.north):
            return task, assignments.offer_best(task)

    def test_starting_accepts(self, world, offered):
        task, assignment = offered
        with tenant(world.north):
            tasks.start(task, by=world.omar)

        relay.drain_here(world.north)

        assert kinds_of(world, assignment) == ["assignment.offered", "assignment.accepted"]

    def test_completing_finishes(self, world, offered):
        task, assignment = offered
        with tenant(world.north):
            tasks.start(task, by=world.omar)
            tasks.report(task, good=1, by=world.omar)
            tasks.complete(task, by=world.omar)

        relay.drain_here(world.north)

        assert kinds_of(world, assignment)[-1] == "assignment.finished"
        assert reload(world, task).assigned_member == world.omar

    def test_cancelling_the_order_withdraws(self, world, offered):
        """Nobody should walk to a machine for an order that is gone."""
        task, assignment = offered
        with tenant(world.north):
            orders.cancel(task.work_order, by=world.pia, reason="Customer left")

        relay.drain_here(world.north)

        assert kinds_of(world, assignment) == ["assignment.offered", "assignment.withdrawn"]

    def test_late_and_repeated_deliveries_change_nothing(self, world, offered):
        """After a crash everything is delivered again, in whatever order it comes."""
        task, assignment = offered
        with tenant(world.north):
            tasks.start(task, by=world.omar)
            tasks.report(task, good=1, by=world.omar)
            tasks.complete(task, by=world.omar)
        relay.drain_here(world.north)
        before = kinds_of(world, assignment)

        with tenant(world.north):
            for event in Event.objects.about(task).order_by("subject_version"):
                for path in relay.import_string(relay.settings.SUBSCRIPTIONS).get(event.kind, ()):
                    relay.subscriber(path)(event)

        assert kinds_of(world, assignment) == before
