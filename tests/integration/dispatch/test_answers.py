"""What people do with tasks themselves: take, accept, decline, give and take back."""

import pytest

from dispatch import access, queries
from dispatch.actions import assignments
from dispatch.models import Assignment
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.models import Event
from tests.factories import OperatorFactory
from workorder.actions import orders, tasks
from workorder.models import WorkOrderTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(world):
    """A second operator in Assembly."""
    return OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")


@pytest.fixture
def offered(world, released):
    """What was offered to Omar by the rules."""
    with tenant(world.north):
        return assignments.offer_best(released())


def kinds_of(world, subject):
    with tenant(world.north):
        return list(Event.objects.about(subject).order_by("subject_version").values_list("kind", flat=True))


def holder(world, task):
    """Who has a task, according to the task."""
    with tenant(world.north):
        return WorkOrderTask.objects.select_related("assigned_member__user").get(pk=task.pk).assigned_member


def codes(refusal):
    return [problem.code for problem in refusal.value.problems]


class TestClaim:
    """Whoever is free takes the next task from the queue; of several who try, one gets it."""

    def test_claim_gives_the_task_and_counts_as_agreed(self, world, released):
        with tenant(world.north):
            task = assignments.claim(released(), by=world.omar)
            assignment = Assignment.objects.of_task(task).get()

        assert task.assigned_member_id == world.omar.pk
        assert (assignment.status, assignment.why) == ("accepted", "Omar claimed it.")
        assert kinds_of(world, assignment) == ["assignment.offered", "assignment.accepted"]

    def test_second_to_claim_is_told_who_was_first(self, world, ines, released):
        task = released()
        with tenant(world.north):
            assignments.claim(task, by=world.omar)

            with pytest.raises(NotAllowed) as refusal:
                assignments.claim(task, by=ines)

        assert codes(refusal) == ["already_assigned"]
        assert "Omar" in str(refusal.value)
        assert holder(world, task) == world.omar

    def test_claiming_again_is_a_safe_retry(self, world, released):
        """The answer got lost in a dead spot of the hall; the phone asks again."""
        task = released()
        with tenant(world.north):
            first = assignments.claim(task, by=world.omar)
            second = assignments.claim(task, by=world.omar)

        assert first.version == second.version
        assert kinds_of(world, task).count("task.assigned") == 1

    def test_task_whose_turn_it_is_not_cannot_be_claimed(self, world, waiting):
        """Taking tomorrow's work would hide that today's is nobody's."""
        with tenant(world.north), pytest.raises(NotAllowed) as refusal:
            assignments.claim(waiting, by=world.omar)

        assert codes(refusal) == ["not_its_turn"]

    def test_task_of_another_department_cannot_be_taken(self, world, released):
        task = released(department="welding")

        with tenant(world.north), pytest.raises(NotAllowed) as refusal:
            assignments.claim(task, by=world.omar)

        assert codes(refusal) == ["other_department"]
        assert holder(world, task) is None

    def test_outdated_version_is_stale(self, world, released):
        task = released()
        with tenant(world.north):
            assignments.assign(task, by=world.pia, department=world.assembly)

            with pytest.raises(Stale):
                assignments.claim(task, by=world.omar, seen=task.version)

        assert holder(world, task) is None


class TestAnswers:
    """An offer is a question; no is an answer too, and it moves the work on at once."""

    def test_accept(self, world, offered):
        with tenant(world.north):
            accepted = assignments.accept(offered, by=world.omar)

        assert accepted.status == "accepted"

    def test_accept_twice_is_a_retry_for_the_same_member_only(self, world, offered):
        with tenant(world.north):
            first = assignments.accept(offered, by=world.omar)
            again = assignments.accept(offered, by=world.omar)
            with pytest.raises(NotAllowed) as refusal:
                assignments.accept(offered, by=world.ada)

        assert again.version == first.version
        assert codes(refusal) == ["already_accepted"]

    def test_decline_offers_it_to_the_next_in_the_same_breath(self, world, ines, released):
        """Between a no and the next question there is no moment in which the task is nobody's concern."""
        with tenant(world.north):
            first = assignments.offer_best(released())
            declined = assignments.decline(first, by=first.member, reason="No forklift licence")
            second = Assignment.objects.of_task(first.task).open().select_related("member__user").get()

        assert (declined.status, declined.decline_reason) == ("declined", "No forklift licence")
        assert {first.member, second.member} == {world.omar, ines}
        assert f"{first.member.name}: has declined it" in second.why
        assert holder(world, first.task) == second.member

    def test_when_all_have_declined_it_waits_in_the_queue(self, world, offered):
        with tenant(world.north):
            assignments.decline(offered, by=world.omar, reason="Machine is down")
            data = Event.objects.about(offered.task).first().data

        assert holder(world, offered.task) is None
        assert data["nobody_eligible"] is True
        assert "Omar: has declined it" in data["why"]

    @pytest.mark.parametrize(("reason", "code"), [("", "required"), ("  ", "required"), ("x" * 501, "max_length")])
    def test_decline_needs_a_reason(self, world, offered, reason, code):
        """The next choice can only be better if somebody says what was wrong with this one."""
        with tenant(world.north), pytest.raises(Invalid) as refusal:
            assignments.decline(offered, by=world.omar, reason=reason)

        assert [(problem.code, problem.field) for problem in refusal.value.problems] == [(code, "reason")]
        assert kinds_of(world, offered) == ["assignment.offered"]

    def test_begun_work_is_not_declined_any_more(self, world, offered):
        """Half-done work that changes hands silently is counted twice or not at all."""
        with tenant(world.north):
            tasks.start(offered.task, by=world.omar)

            with pytest.raises(NotAllowed) as refusal:
                assignments.decline(offered, by=world.omar, reason="Late")

        assert codes(refusal) == ["task_started"]

    def test_running_work_is_paused_before_it_is_withdrawn(self, world, offered):
        """A supervisor may hand paused work to somebody else, but not pull it from under a hand."""
        with tenant(world.north):
            tasks.start(offered.task, by=world.omar)
            with pytest.raises(NotAllowed) as refusal:
                assignments.withdraw(offered, by=world.sina)
            tasks.pause(offered.task, by=world.omar)
            withdrawn = assignments.withdraw(offered, by=world.sina)

        assert codes(refusal) == ["task_started"]
        assert withdrawn.status == "withdrawn"
        assert holder(world, offered.task) is None

    def test_ended_assignment_cannot_be_accepted(self, world, offered):
        with tenant(world.north):
            assignments.withdraw(offered, by=world.sina)

            with pytest.raises(NotAllowed) as refusal:
                assignments.accept(offered, by=world.omar)

        assert codes(refusal) == ["wrong_state"]


class TestGiving:
    """A supervisor's word goes before the rules, and is written down as such."""

    def test_assign_to_a_member(self, world, released):
        with tenant(world.north):
            task = assignments.assign(released(), by=world.sina, member=world.omar)
            assignment = Assignment.objects.of_task(task).get()

        assert task.assigned_member_id == world.omar.pk
        assert (assignment.status, assignment.why) == ("offered", "Sina gave it to Omar.")

    def test_assign_to_a_department_leaves_it_to_claim(self, world, released):
        task = released()
        with tenant(world.north):
            moved = assignments.assign(task, by=world.pia, department=world.welding)
            why = queries.why_of([moved])[task.pk]
            claimed = assignments.claim(moved, by=world.odd)

        assert (moved.assigned_department_id, moved.assigned_member_id) == (world.welding.pk, None)
        assert why["why"] == "Pia sent it to Welding."
        assert claimed.assigned_member_id == world.odd.pk

    def test_sending_again_to_the_same_department_is_a_safe_retry(self, world, released):
        task = released()
        with tenant(world.north):
            first = assignments.assign(task, by=world.pia, department=world.welding)
            second = assignments.assign(task, by=world.pia, department=world.welding)
            third = assignments.assign(task, by=world.ada, department=world.welding)

        assert second.version == first.version
        assert third.version == first.version + 1

    @pytest.mark.parametrize("both", [True, False])
    def test_exactly_one_receiver_is_named(self, world, released, both):
        given = {"member": world.omar, "department": world.assembly} if both else {}

        with tenant(world.north), pytest.raises(Invalid) as refusal:
            assignments.assign(released(), by=world.pia, **given)

        assert codes(refusal) == ["member_or_department"]

    @pytest.mark.parametrize(
        ("who", "found"),
        [
            ("ivan", ["inactive"]),
            ("odd", ["other_department"]),
            ("vera", ["not_operator", "other_department"]),
        ],
    )
    def test_who_cannot_have_it_is_refused_with_every_reason(self, world, released, who, found):
        task = released()

        with tenant(world.north), pytest.raises(NotAllowed) as refusal:
            assignments.assign(task, by=world.pia, member=getattr(world, who))

        assert codes(refusal) == found
        assert holder(world, task) is None

    def test_given_task_is_not_given_again(self, world, offered, ines):
        """Two planners at once: one wins, the other sees who. Moving it on is a decision of its own."""
        with tenant(world.north), pytest.raises(NotAllowed) as refusal:
            assignments.assign(offered.task, by=world.pia, member=ines)

        assert codes(refusal) == ["already_assigned"]
        assert holder(world, offered.task) == world.omar

    def test_giving_again_to_the_same_is_a_safe_retry(self, world, released):
        task = released()
        with tenant(world.north):
            first = assignments.assign(task, by=world.sina, member=world.omar)
            second = assignments.assign(task, by=world.sina, member=world.omar)
            with pytest.raises(NotAllowed):
                assignments.assign(task, by=world.pia, member=world.omar)

        assert first.version == second.version

    def test_withdrawn_task_waits_for_a_decision(self, world, offered):
        """Asking the next by itself would ask the one it was just taken from."""
        with tenant(world.north):
            assignments.withdraw(offered, by=world.sina)
            again = assignments.withdraw(offered, by=world.sina)
            task = WorkOrderTask.objects.get(pk=offered.task_id)
            why = queries.why_of([task])[task.pk]

        assert again.status == "withdrawn"
        assert task.assigned_member_id is None
        assert why == {"assignment": None, "why": "Sina took it back from Omar."}
        assert kinds_of(world, offered) == ["assignment.offered", "assignment.withdrawn"]

    def test_task_of_an_ended_order_cannot_be_given(self, world, released):
        task = released()
        with tenant(world.north):
            orders.cancel(task.work_order, by=world.pia, reason="Gone")

            with pytest.raises(NotAllowed) as refusal:
                assignments.assign(task, by=world.pia, member=world.omar)

        assert codes(refusal) == ["task_ended"]


class TestWhoMay:
    """Role and place decide who may try; the state of the task decides whether it works."""

    @pytest.mark.parametrize(
        ("who", "verbs"),
        [
            ("vera", []),
            ("omar", ["claim"]),
            ("sina", ["assign", "claim", "split"]),
            ("pia", ["assign", "split"]),
            ("ada", ["assign", "split"]),
            ("odd", []),
        ],
    )
    def test_queued_task(self, world, released, who, verbs):
        task, member = released(), getattr(world, who)

        assert access.task_verbs([task], member) == {task.pk: verbs}

    @pytest.mark.parametrize(
        ("who", "verbs"),
        [
            ("vera", []),
            ("omar", ["accept", "decline"]),
            ("sina", ["withdraw", "reassign", "swap"]),
            ("pia", ["withdraw", "reassign", "swap"]),
            ("odd", []),
        ],
    )
    def test_offered_task(self, world, offered, who, verbs):
        with tenant(world.north):
            task = WorkOrderTask.objects.get(pk=offered.task_id)
            found = access.verbs(getattr(world, who), offered)

        assert found == verbs
        assert access.task_verbs([task], world.pia) == {task.pk: ["split"]}

    def test_asking_for_many_tasks_costs_no_query(self, world, released, query_counter):
        some = [released() for _ in range(3)]

        with query_counter(exact=0):
            found = access.task_verbs(some, world.sina)

        assert list(found.values()) == [["assign", "claim", "split"]] * 3

    def test_reasons_of_many_tasks_cost_two_queries(self, world, released, query_counter):
        some = [released() for _ in range(3)]
        with tenant(world.north):
            assignments.run(by=world.pia)

            with query_counter(exact=2):
                found = queries.why_of(some)

        assert {row["assignment"]["name"] for row in found.values()} == {"Omar"}
