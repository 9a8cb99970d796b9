"""Policies, business hours and what waits for somebody, over the API."""

import datetime

import pytest

from notifications.models import Escalation, EscalationPolicy, Notification
from tenants import relay
from tenants.context import tenant
from tenants.models import Event
from tests import factories as made

pytestmark = pytest.mark.django_db

POLICIES, CALENDARS, ESCALATIONS = "escalation-policies/", "business-calendars/", "escalations/"
STEP = {"wait_minutes": 30, "audience": "planners"}
POLICY = {"name": "Nobody looks", "trigger": "ticket_open", "steps": [STEP]}
SUNDAY = "2026-03-21T23:30:00Z"
WEEK = ["tuesday", "wednesday", "thursday", "friday"]


@pytest.fixture
def pia(world, api_client):
    return api_client.as_(world.pia)


class TestPolicies:
    """A policy and its steps are written in one go, and never half."""

    def test_steps_are_numbered_as_they_come(self, world, pia):
        """A step that names a member needs to say no more than that."""
        steps = [STEP | {"transports": ["push", "email"]}, {"wait_minutes": 0, "member": str(world.ada.pk)}]

        answer = pia.post(POLICIES, POLICY | {"steps": steps})

        assert answer.status_code == 201
        assert answer.body["steps"] == [
            {
                "sequence": 1,
                "wait_minutes": 30,
                "audience": "planners",
                "member": None,
                "transports": ["email", "push"],
            },
            {
                "sequence": 2,
                "wait_minutes": 0,
                "audience": "member",
                "member": str(world.ada.pk),
                "transports": [],
            },
        ]

    @pytest.mark.parametrize(
        ("sent", "field", "code"),
        [
            ({"steps": []}, "steps", "no_steps"),
            ({"steps": [STEP] * 11}, "steps", "too_many_steps"),
            ({"steps": [STEP | {"wait_minutes": 43_201}]}, "steps.0.wait_minutes", "max_value"),
            ({"steps": [STEP, STEP | {"transports": ["pigeon"]}]}, "steps.1.transports.0", "invalid_choice"),
            ({"steps": [{"wait_minutes": 5}]}, "steps.0.audience", "required"),
            ({"steps": [STEP | {"audience": "member"}]}, "steps.0.member", "required"),
            ({"trigger": "boredom"}, "trigger", "invalid_choice"),
            ({"name": "\x00"}, "name", "null_characters_not_allowed"),
        ],
        ids=["none", "eleven", "too-long", "pigeon", "nobody", "no-member", "boredom", "nul"],
    )
    def test_what_cannot_be_meant_names_its_field(self, world, pia, sent, field, code):
        answer = pia.post(POLICIES, POLICY | sent)

        assert answer.status_code == 400
        assert [problem["code"] for problem in answer.body["fields"][field]] == [code]
        with tenant(world.north):
            assert EscalationPolicy.objects.count() == 0

    def test_a_member_who_has_left_is_refused(self, world, pia):
        """They would never hear of it."""
        answer = pia.post(POLICIES, POLICY | {"steps": [{"wait_minutes": 5, "member": str(world.ivan.pk)}]})

        assert (answer.status_code, answer.codes) == (400, ["inactive"])

    def test_a_calendar_that_leaves_no_time_is_refused(self, world, pia):
        """One minute a week: a step of a month would be due in eight hundred years."""
        hours = {"opens": datetime.time(8), "closes": datetime.time(8, 1), **dict.fromkeys(WEEK, False)}
        minute = made.BusinessCalendarFactory(organization=world.north, **hours)

        answer = pia.post(POLICIES, POLICY | {"calendar": str(minute.pk), "steps": [STEP | {"wait_minutes": 43_200}]})

        assert (answer.status_code, answer.codes) == (400, ["never_open"])

    def test_an_edit_replaces_the_steps_and_says_so(self, world, pia):
        policy = made.EscalationPolicyFactory(organization=world.north)

        answer = pia.patch(f"{POLICIES}{policy.pk}/", {"steps": [STEP, STEP], "rank": 3})
        again = pia.patch(f"{POLICIES}{policy.pk}/", {"steps": [STEP, STEP], "rank": 3})

        assert [step["sequence"] for step in answer.body["steps"]] == [1, 2]
        assert again.body["version"] == answer.body["version"] == 2
        with tenant(world.north):
            edited = Event.objects.get(kind="escalation_policy.edited")
        assert edited.data == {"changed": ["rank", "steps"]}

    def test_one_that_has_begun_something_stays(self, world, pia):
        """What it did is kept, and that keeps its name."""
        escalation = made.EscalationFactory(organization=world.north)

        answer = pia.delete(f"{POLICIES}{escalation.policy_id}/")

        assert (answer.status_code, answer.codes) == (409, ["in_use"])

    def test_findings_say_which_steps_reach_nobody(self, world, pia):
        steps = [{"audience": "supervisor"}, {"audience": "member", "member": world.odd}, {"transports": ["push"]}]
        policy = made.EscalationPolicyFactory(organization=world.north, if_department=world.welding, steps=steps)
        with tenant(world.north):
            type(world.odd).objects.filter(pk=world.odd.pk).update(active=False)

        found = pia.get(f"{POLICIES}{policy.pk}/").body["findings"]

        assert [(finding["sequence"], finding["code"]) for finding in found] == [
            (1, "no_supervisor"),
            (2, "member_gone"),
            (3, "no_address"),
        ]


class TestDryRun:
    """If nobody reacts, Saturday 02:00 reaches Ada by e-mail."""

    def test_it_says_when_whom_and_by_what(self, world, pia, frozen_clock):
        steps = [
            {"audience": "supervisor", "wait_minutes": 150},
            {"audience": "admins", "wait_minutes": 60, "transports": ["email"]},
        ]
        policy = made.EscalationPolicyFactory(organization=world.north, if_department=world.assembly, steps=steps)

        answer = pia.get(f"{POLICIES}{policy.pk}/dry-run/", {"at": SUNDAY})

        first, second = answer.body["steps"]
        assert (first["due_at"], first["local"]) == ("2026-03-22T02:00:00Z", "Sunday 02:00")
        assert [reach["name"] for reach in first["reaches"]] == ["Sina"]
        assert second["said"] == "If nobody reacts, Sunday 03:00 reaches Ada by e-mail"
        assert second["reaches"][0]["why"] == "You are an admin."

    def test_it_is_what_happens(self, world, pia, frozen_clock):
        """The same code takes the step: whom the dry run names is told, at the minute it named, and nobody else."""
        policy = made.EscalationPolicyFactory(organization=world.north, steps=[{"audience": "supervisor"}])
        ticket = made.TicketFactory(organization=world.north, department=world.assembly)
        [foretold] = pia.get(f"{POLICIES}{policy.pk}/dry-run/", {"subject": str(ticket.pk)}).body["steps"]

        relay.drain(world.north)
        frozen_clock.shift(minutes=30)
        relay.drain(world.north)

        with tenant(world.north):
            entry = Notification.objects.get(kind="escalated")
        assert foretold["due_at"] == "2026-03-16T09:30:00Z"
        assert foretold["reaches"][0]["member"] == str(entry.recipient_id)
        assert foretold["reaches"][0]["why"] == entry.why == "You supervise Assembly."

    def test_quiet_hours_hold_it_and_the_last_step_breaks_through(self, world, pia, frozen_clock):
        """What a member sleeps through is said beforehand."""
        made.NotificationScheduleFactory(
            organization=world.north,
            member=world.ada,
            quiet_from=datetime.time(22),
            quiet_until=datetime.time(7),
            time_zone="UTC",
        )
        steps = [{"audience": "admins", "transports": ["email"]}, {"audience": "admins", "transports": ["email"]}]
        policy = made.EscalationPolicyFactory(organization=world.north, steps=steps)

        first, last = pia.get(f"{POLICIES}{policy.pk}/dry-run/", {"at": SUNDAY}).body["steps"]

        assert first["said"] == "If nobody reacts, Sunday 00:00 reaches Ada by e-mail at Sunday 07:00 (quiet hours)"
        assert last["said"] == "If nobody reacts, Sunday 00:30 reaches Ada by e-mail"

    def test_a_step_for_nobody_is_passed_at_once(self, world, pia, frozen_clock):
        """The dry run falls through the ladder as the ladder does, and ends at the admins."""
        steps = [{"audience": "supervisor", "wait_minutes": 60}, {"audience": "supervisor", "wait_minutes": 60}]
        policy = made.EscalationPolicyFactory(organization=world.north, if_department=world.welding, steps=steps)

        first, last = pia.get(f"{POLICIES}{policy.pk}/dry-run/", {"at": SUNDAY}).body["steps"]

        assert (first["nobody"], first["falls_through"]) == (True, True)
        assert last["due_at"] == first["due_at"] == "2026-03-22T00:30:00Z"
        assert [reach["name"] for reach in last["reaches"]] == ["Ada"]

    def test_without_a_subject_some_steps_depend_on_it(self, world, pia):
        policy = made.EscalationPolicyFactory(organization=world.north, steps=[{"audience": "assignee"}])

        [step] = pia.get(f"{POLICIES}{policy.pk}/dry-run/").body["steps"]

        assert (step["depends"], step["nobody"], step["reaches"]) == (True, False, [])
        assert step["said"].endswith("reaches whoever has it")

    @pytest.mark.parametrize(
        ("asked", "field"),
        [({"at": "yesterday"}, "at"), ({"at": "2026-03-21T00:00:00"}, "at"), ({"subject": "x"}, "subject")],
        ids=["no-moment", "no-offset", "no-id"],
    )
    def test_what_cannot_be_meant_is_refused(self, world, pia, asked, field):
        policy = made.EscalationPolicyFactory(organization=world.north)

        answer = pia.get(f"{POLICIES}{policy.pk}/dry-run/", asked)

        assert answer.status_code == 400
        assert list(answer.body["fields"]) == [field]

    def test_a_stranger_s_ticket_is_an_unknown_one(self, world, pia):
        policy = made.EscalationPolicyFactory(organization=world.north)
        theirs = made.TicketFactory(organization=world.south)
        address = f"{POLICIES}{policy.pk}/dry-run/"

        answers = [pia.get(address, {"subject": pk}) for pk in (str(theirs.pk), str(world.south.pk))]

        assert [(answer.status_code, answer.codes) for answer in answers] == [(400, ["does_not_exist"])] * 2
        assert answers[0].body == answers[1].body


class TestCalendars:
    def test_holidays_are_kept_in_order(self, pia):
        days = [{"date": "2031-12-26"}, {"date": "2031-12-25", "name": "Christmas"}]

        answer = pia.post(CALENDARS, {"name": "Office", "holidays": days})

        assert answer.status_code == 201
        assert [day["date"] for day in answer.body["holidays"]] == ["2031-12-25", "2031-12-26"]

    @pytest.mark.parametrize(
        ("sent", "field", "code"),
        [
            ({"closes": "08:00"}, "closes", "closes_before_opening"),
            ({"opens": "25:00"}, "opens", "invalid"),
            ({"holidays": [{"date": "2031-12-25"}] * 2}, "holidays", "twice"),
            ({"holidays": [{"date": "0001-01-01"}]}, "holidays.0.date", "out_of_range"),
            (dict.fromkeys(["monday", *WEEK], False), "monday", "never_open"),
        ],
        ids=["closed", "no-time", "twice", "long-ago", "no-day"],
    )
    def test_hours_that_cannot_be_meant_name_their_field(self, pia, sent, field, code):
        answer = pia.post(CALENDARS, {"name": "Office"} | sent)

        assert answer.status_code == 400
        assert [problem["code"] for problem in answer.body["fields"][field]] == [code]

    def test_one_that_a_policy_counts_by_stays(self, world, pia):
        calendar = made.BusinessCalendarFactory(organization=world.north)
        made.EscalationPolicyFactory(organization=world.north, calendar=calendar)

        answer = pia.delete(f"{CALENDARS}{calendar.pk}/")

        assert (answer.status_code, answer.codes) == (409, ["in_use"])

    def test_hours_that_leave_a_policy_no_time_are_refused(self, world, pia):
        """Its steps would be due in years; whoever mends the hours learns it, not whoever waits."""
        calendar = made.BusinessCalendarFactory(organization=world.north)
        made.EscalationPolicyFactory(
            organization=world.north, name="Month", calendar=calendar, steps=[{"wait_minutes": 43_200}]
        )

        answer = pia.patch(f"{CALENDARS}{calendar.pk}/", {"closes": "08:01"})

        assert (answer.status_code, answer.codes) == (400, ["never_open"])
        assert "Month" in answer.body["problems"][0]["message"]


class TestEscalations:
    @pytest.fixture
    def running(self, world):
        ticket = made.TicketFactory(organization=world.north, department=world.assembly)
        return made.EscalationFactory(organization=world.north, subject=ticket)

    def test_it_tells_what_was_promised_and_what_became_of_it(self, world, api_client, running):
        answer = api_client.as_(world.vera).get(ESCALATIONS, {"subject": str(running.subject_id), "status": "open"})

        [shown] = answer.body["results"]
        assert shown["allowed_actions"] == []
        assert [(step["sequence"], step["audience"]) for step in shown["steps"]] == [(1, "planners")]
        assert [(step["sequence"], step["state"], step["reached"]) for step in shown["promised"]] == [(1, "pending", 0)]

    def test_whoever_was_told_may_take_care_of_it(self, world, api_client, frozen_clock):
        """Odd works elsewhere, and nothing of it is his; but he was told, so he may say that he does it."""
        steps = [{"audience": "member", "member": world.odd, "wait_minutes": 0}, {"audience": "admins"}]
        policy = made.EscalationPolicyFactory(organization=world.north, steps=steps)
        escalation = made.EscalationFactory(organization=world.north, policy=policy)
        odd, address = api_client.as_(world.odd), f"{ESCALATIONS}{escalation.pk}/"
        before = odd.post(f"{address}acknowledge/")
        relay.drain(world.north)

        after = odd.post(f"{address}acknowledge/")

        assert before.status_code == 403
        assert (after.status_code, after.body["acknowledged_by"]) == (200, str(world.odd.pk))
        assert [step["state"] for step in after.body["promised"]] == ["done", "suppressed"]

    def test_a_second_one_is_told_who_was_first(self, world, api_client, running):
        """Two phones ring at once: the second one learns that somebody is on the way."""
        api_client.as_(world.pia).post(f"{ESCALATIONS}{running.pk}/acknowledge/")

        answer = api_client.as_(world.ada).post(f"{ESCALATIONS}{running.pk}/acknowledge/")

        assert (answer.status_code, answer.codes) == (409, ["already_acknowledged"])
        with tenant(world.north):
            assert Escalation.objects.get().acknowledged_by == world.pia
