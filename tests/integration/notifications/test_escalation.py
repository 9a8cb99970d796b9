"""What happens if nobody reacts: each promised step once, to whoever it concerns then, until somebody does react."""

import datetime

import pytest

from dispatch.actions import assignments
from notifications.actions import escalation_policies, escalation_watch, escalations
from notifications.models import Escalation, Notification, Promise
from tenants import context, relay
from tenants.context import tenant
from tenants.models import Event, Member, ScheduledRun
from tests import factories as made
from workorder.actions import orders, tickets

LABEL = "notifications.promise"
HOUR = datetime.timedelta(hours=1)
FRIDAY = datetime.datetime(2026, 3, 20, 16, 45, tzinfo=datetime.UTC)
NOBODY = {"wait_minutes": 30, "member": None, "transports": []}
WELDERS = {"audience": "supervisor", "wait_minutes": 30}
PLANNERS = {"audience": "planners", "wait_minutes": 60}
ADMINS = {"audience": "admins", "wait_minutes": 120}


@pytest.fixture
def told(world):
    """Who was told so far, by name and in order."""

    def told(kind="escalated"):
        with tenant(world.north):
            rows = Notification.objects.filter(kind=kind).order_by("created_at", "recipient__user__name")
            return list(rows.values_list("recipient__user__name", flat=True))

    return told


@pytest.fixture
def wait(world, frozen_clock):
    """`wait(minutes=30)`: time passes, and what is due in north happens."""

    def wait(**by):
        frozen_clock.shift(**by)
        return relay.drain(world.north)

    return wait


def steps_of(world):
    """What became of each promised step of the newest escalation, in order."""
    with tenant(world.north):
        return list(Escalation.objects.first().promised.order_by("sequence").values_list("state", flat=True))


def kinds_of(world, noun):
    with tenant(world.north):
        found = Event.objects.filter(subject_type=noun).order_by("recorded_at", "subject_version")
        return list(found.values_list("kind", flat=True))


def resolved(ticket, *, by):
    for verb, words in ((tickets.triage, {}), (tickets.start, {}), (tickets.resolve, {"resolution": "Oiled."})):
        verb(ticket, by=by, **words)


class TestEscalation:
    """A ticket nobody resolves is told to one after the other; that somebody takes care of it ends that."""

    @pytest.fixture
    def ticket(self, world, wait):
        made.EscalationPolicyFactory(organization=world.north, steps=[WELDERS, PLANNERS, ADMINS])
        ticket = made.TicketFactory(organization=world.north, department=world.assembly)
        wait()
        return ticket

    def test_each_step_is_taken_once_when_its_time_has_come(self, world, ticket, wait, told):
        """Nobody before the time that was promised, nobody twice however often the relay looks, and in this order."""
        seen = []
        for minutes in (29, 1, 59, 1, 119, 1, 600):
            wait(minutes=minutes)
            wait()
            seen.append(told())

        assert seen[0] == []
        assert seen[1] == seen[2] == ["Sina"]
        assert seen[3] == seen[4] == ["Sina", "Bea", "Pia"]
        assert seen[5] == seen[6] == ["Sina", "Bea", "Pia", "Ada"]
        assert steps_of(world) == ["done", "done", "done"]
        assert kinds_of(world, "escalation") == ["escalation.started", *["escalation.stepped"] * 3]

    def test_acknowledging_stops_what_was_promised(self, world, ticket, wait, told):
        """Whoever was told says "I take care of it", and nobody above them is disturbed."""
        wait(minutes=30)
        with tenant(world.north):
            escalation = escalations.acknowledge(Escalation.objects.get(), by=world.sina)
        wait(days=2)

        assert escalation.status == "acknowledged"
        assert told() == ["Sina"]
        assert steps_of(world) == ["done", "suppressed", "suppressed"]

    def test_resolving_ends_it(self, world, ticket, wait, told):
        """What has been dealt with is nobody's worry; the ledger says what ended it."""
        with tenant(world.north):
            resolved(ticket, by=world.sina)
        wait()
        wait(days=1)

        with tenant(world.north):
            ended = Event.objects.get(kind="escalation.ended")
        assert told() == []
        assert ended.data["because"] == "resolved"
        assert steps_of(world) == ["suppressed"] * 3

    def test_a_step_that_comes_before_the_news_of_the_end_asks_again(self, world, ticket, frozen_clock, told):
        """The ticket is resolved and nobody has relayed that yet: the step finds out by itself and tells nobody."""
        with tenant(world.north):
            resolved(ticket, by=world.sina)
            promise = Promise.objects.order_by("sequence").first()
        frozen_clock.shift(minutes=31)

        assert relay.run(LABEL, world.north, promise.pk) is True
        assert told() == []
        assert steps_of(world) == ["suppressed"] * 3
        assert kinds_of(world, "escalation")[-1] == "escalation.ended"

    def test_whom_a_step_tells_is_looked_up_when_it_is_taken(self, world, ticket, wait, told):
        """Sina left Assembly meanwhile and Sam leads it now: who was in charge in the morning is not told."""
        with tenant(world.north):
            Member.objects.filter(pk=world.sina.pk).update(department=world.welding)
        made.SupervisorFactory(organization=world.north, department=world.assembly, user__name="Sam")
        wait(minutes=30)

        assert told() == ["Sam"]

    def test_an_edited_policy_does_not_change_what_is_running(self, world, ticket, wait, told):
        """What was promised when it began holds, also when somebody mends the policy half an hour later."""
        with tenant(world.north):
            policy = Escalation.objects.get().policy
            escalation_policies.edit(policy, by=world.pia, steps=[NOBODY | {"audience": "admins", "wait_minutes": 0}])
        wait(minutes=30)

        assert told() == ["Sina"]

    def test_a_step_that_finds_nobody_does_not_wait(self, world, ticket, wait, told):
        """Assembly has no supervisor any more: the planners hear of it now, and not in another hour."""
        with tenant(world.north):
            Member.objects.filter(pk=world.sina.pk).update(department=world.welding)
        wait(minutes=30)

        assert told() == ["Bea", "Pia"]
        assert steps_of(world) == ["done", "done", "pending"]

    def test_a_last_step_that_finds_nobody_goes_to_the_admins(self, world, wait, told):
        """Nothing that was promised ends in nobody's inbox."""
        made.EscalationPolicyFactory(organization=world.north, steps=[NOBODY | {"audience": "assignee"}])
        made.TicketFactory(organization=world.north)
        wait()
        wait(minutes=30)

        assert told() == ["Ada"]


class TestTriggers:
    """What begins it, what it is counted from, and what it ends with."""

    def begun(self, world):
        with tenant(world.north):
            return [(row.trigger, row.status, row.ended_because) for row in Escalation.objects.order_by("started_at")]

    @pytest.mark.parametrize(
        ("verb", "because"), [("accept", "accepted"), ("decline", "declined"), ("withdraw", "withdrawn")]
    )
    def test_an_offer_nobody_answers(self, world, wait, verb, because):
        """Yes, no, and taken back: each of them is an answer."""
        made.EscalationPolicyFactory(organization=world.north, trigger="assignment_unanswered")
        offer = made.AssignmentFactory(organization=world.north, member=world.omar, task__department=world.assembly)
        wait()
        words = {"reason": "My shift ends."} if verb == "decline" else {}
        with tenant(world.north):
            getattr(assignments, verb)(offer, by=world.omar, **words)
        wait()

        assert self.begun(world)[0] == ("assignment_unanswered", "ended", because)

    def test_an_order_that_waits_for_approval(self, world, wait):
        """It is over when somebody decides, whatever they decide."""
        made.EscalationPolicyFactory(organization=world.north, trigger="approval_waiting")
        order = made.WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)
        wait()
        before = self.begun(world)
        with tenant(world.north):
            orders.reject(order, by=world.ada, comment="Too dear.")
        wait()

        assert before == [("approval_waiting", "open", "")]
        assert self.begun(world) == [("approval_waiting", "ended", "rejected")]

    def test_lateness_is_counted_from_the_due_date_and_moves_with_it(self, world, wait, frozen_clock, told):
        """Two hours after the due date, whichever that is by then; what was promised for the old one is dropped."""
        made.EscalationPolicyFactory(organization=world.north, trigger="order_late", steps=[PLANNERS])
        due, later = frozen_clock.now + HOUR * 10, frozen_clock.now + HOUR * 20
        order = made.WorkOrderFactory(organization=world.north, due_at=due, at="approved")
        wait()
        with tenant(world.north):
            orders.reschedule(order, by=world.pia, due_at=later)
        wait()
        wait(hours=12)
        before = told()
        wait(hours=8, minutes=59)
        still = told()
        wait(minutes=1)

        assert (before, still, told()) == ([], [], ["Bea", "Pia"])
        assert [line[1:] for line in self.begun(world)] == [("ended", "rescheduled"), ("open", "")]

    def test_a_task_nobody_can_take(self, world, wait):
        """Found nobody: that is one beginning, also when it is asked again; somebody has it: that is the end."""
        made.EscalationPolicyFactory(organization=world.north, trigger="nobody_eligible")
        empty = made.DepartmentFactory(organization=world.north)
        task = made.WorkOrderTaskFactory(organization=world.north, department=empty)
        wait()
        before = self.begun(world)
        late = made.OperatorFactory(organization=world.north, department=empty)
        with tenant(world.north):
            assignments.assign(task, by=world.pia, member=late)
        wait()

        assert before == [("nobody_eligible", "open", "")]
        assert self.begun(world) == [("nobody_eligible", "ended", "assigned")]

    def test_of_several_policies_the_first_that_fits_decides(self, world, wait):
        """Rank decides among those whose conditions hold; one that is switched off is not asked."""
        for name, rank, conditions in (
            ("off", 1, {"active": False}),
            ("elsewhere", 2, {"if_department": world.welding}),
            ("urgent", 3, {"if_priority": "urgent"}),
            ("here", 4, {"if_department": world.assembly}),
            ("any", 5, {}),
        ):
            made.EscalationPolicyFactory(organization=world.north, name=name, rank=rank, **conditions)
        made.TicketFactory(organization=world.north, department=world.assembly)
        wait()

        with tenant(world.north):
            assert Escalation.objects.get().policy.name == "here"

    def test_an_event_that_comes_late_begins_nothing_that_is_over(self, world, frozen_clock):
        """The relay was away: the ticket has long been resolved when it hears that there is one."""
        made.EscalationPolicyFactory(organization=world.north)
        made.TicketFactory(organization=world.north, at="resolved")
        relay.drain(world.north)

        assert self.begun(world) == []

    def test_business_hours_hold_a_step_back(self, world, frozen_clock, wait, told):
        """Half an hour from Friday 16:45 is Monday 08:15, since nobody is there in between."""
        office = made.BusinessCalendarFactory(organization=world.north)
        made.EscalationPolicyFactory(organization=world.north, calendar=office)
        frozen_clock.move_to(FRIDAY)
        made.TicketFactory(organization=world.north)
        wait()
        wait(days=2, hours=15, minutes=29)
        before = told()
        wait(minutes=1)

        assert before == []
        assert told() == ["Bea", "Pia"]


class TestWatch:
    """A step that does not happen is noticed by somebody other than who was to take it."""

    @pytest.fixture
    def run(self, world):
        def run(look):
            with tenant(world.north):
                return look(ScheduledRun(schedule="look", due_at=context.now()))

        return run

    def test_a_missed_step_raises_one_alarm(self, world, run, frozen_clock, told, caplog):
        """The relay stands still: two minutes after the promise the admins know, and they are not told again."""
        made.PromiseFactory(organization=world.north)
        frozen_clock.shift(minutes=32)
        early = run(escalation_watch.watch)
        frozen_clock.shift(seconds=1)

        looks = [run(escalation_watch.watch), run(escalation_watch.watch)]

        assert early == {"alarmed": 0, "overdue": 0}
        assert looks == [{"alarmed": 1, "overdue": 1}, {"alarmed": 0, "overdue": 1}]
        assert told("alarm") == ["Ada"]
        assert "1 promised steps of escalations have not happened." in caplog.text
        caplog.clear()

    def test_a_step_that_came_late_still_comes(self, world, run, frozen_clock, told):
        """The alarm takes nothing away: when the relay is back, the step is taken, once."""
        made.PromiseFactory(organization=world.north)
        frozen_clock.shift(hours=1)
        run(escalation_watch.watch)
        relay.drain(world.north)

        assert told() == ["Bea", "Pia"]
        assert run(escalation_watch.watch) == {"alarmed": 0, "overdue": 0}

    def test_steps_that_would_reach_nobody_are_found_at_night(self, world, run, told):
        """Welding has no supervisor: better read on Tuesday morning than found out on Saturday night."""
        made.EscalationPolicyFactory(
            organization=world.north, name="Night", if_department=world.welding, steps=[WELDERS]
        )
        made.EscalationPolicyFactory(
            organization=world.north, name="Day", if_department=world.assembly, steps=[WELDERS]
        )

        outcome = run(escalation_watch.lint)

        assert [(found["name"], found["sequence"], found["code"]) for found in outcome["findings"]] == [
            ("Night", 1, "no_supervisor")
        ]
        assert told("alarm") == ["Ada"]
        with tenant(world.north):
            assert "Night. Step 1: Welding has no supervisor." in Notification.objects.get(kind="alarm").content

    def test_a_night_with_nothing_to_find_tells_nobody(self, world, run, told):
        made.EscalationPolicyFactory(organization=world.north)

        assert run(escalation_watch.lint) == {"findings": []}
        assert told("alarm") == []
