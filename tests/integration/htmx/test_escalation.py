"""Escalation on pages: a policy written step by step, what it would do, and taking care of what waits."""

import datetime

import pytest

from notifications.actions import escalations
from notifications.models import BusinessCalendar, Escalation, EscalationPolicy
from tenants import context
from tenants.context import tenant
from tests import factories as made

POLICIES, NEW, WAITING = "/settings/escalation/", "/settings/escalation/new/", "/escalations/"
CALENDARS = "/settings/escalation/calendars/"
FORM = {
    "name": "Nobody looks",
    "trigger": "ticket_open",
    "rank": "7",
    "active": "on",
    "steps-0-wait": "30",
    "steps-0-unit": "minutes",
    "steps-0-audience": "supervisor",
    "steps-1-wait": "2",
    "steps-1-unit": "hours",
    "steps-1-audience": "planners",
    "steps-1-transports": ["email", "push"],
}


@pytest.fixture
def pia(world, hx_client):
    return hx_client.as_(world.pia)


class TestPolicyForm:
    """A policy with its steps is one form, and works without scripts."""

    def test_a_policy_is_written_with_all_its_steps(self, world, pia):
        answer = pia.post(NEW, FORM)

        assert answer["HX-Redirect"] == POLICIES
        with tenant(world.north):
            steps = EscalationPolicy.objects.get().steps.order_by("sequence")
            assert list(steps.values_list("wait_minutes", "audience", "transports")) == [
                (30, "supervisor", []),
                (120, "planners", ["email", "push"]),
            ]

    def test_a_step_more_keeps_what_was_typed(self, pia):
        """Adding is a button of the form: nothing is saved, and nothing typed is lost."""
        answer = pia.post(NEW, FORM | {"add": "step"})

        part = pia.part(answer)
        assert answer.status_code == 200
        assert [row["value"] for row in part.all("[name$=-wait]")] == ["30", "2", "30"]
        assert part.one("[name=name]")["value"] == "Nobody looks"

    def test_a_step_less_takes_the_one_that_was_pressed(self, world, pia):
        part = pia.part(pia.post(NEW, FORM | {"drop": "0"}))

        assert [row["value"] for row in part.all("[name$=-wait]")] == ["2"]
        assert len(part.all("[name=steps-0-transports][checked]")) == 2

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"steps-1-audience": "member"}, "Say whom it tells."),
            ({"steps-1-wait": "31", "steps-1-unit": "days"}, "A step waits between nothing and 30 days."),
            ({"steps-0-wait": ""}, "This field is required."),
            ({"name": " "}, "This field is required."),
        ],
        ids=["no-member", "too-long", "no-wait", "no-name"],
    )
    def test_what_is_wrong_is_said_beside_the_field(self, world, pia, sent, said):
        answer = pia.post(NEW, FORM | sent)

        assert answer.status_code == 422
        assert [line.text for line in pia.part(answer).all(".error")] == [said]
        with tenant(world.north):
            assert EscalationPolicy.objects.count() == 0

    def test_without_a_step_it_is_refused(self, pia):
        """It would tell nobody, which is what having no policy does as well."""
        answer = pia.post(NEW, {name: text for name, text in FORM.items() if not name.startswith("steps")})

        assert answer.status_code == 422
        assert "A policy without a step tells nobody" in pia.part(answer).text("[role=alert]")

    def test_saving_what_somebody_else_changed_shows_it_as_it_is(self, world, pia):
        policy = made.EscalationPolicyFactory(organization=world.north, name="Theirs")

        answer = pia.post(f"{POLICIES}{policy.pk}/", FORM | {"version": "9"})

        assert answer.status_code == 409
        assert pia.part(answer).one("[name=name]")["value"] == "Theirs"


class TestPolicyPages:
    def test_the_list_shows_ladders_and_what_reaches_nobody(self, world, pia):
        """A ladder into nothing is seen in the morning, and not when somebody falls."""
        steps = [{"audience": "supervisor"}, {"audience": "admins", "wait_minutes": 1500}]
        made.EscalationPolicyFactory(organization=world.north, if_department=world.welding, steps=steps)

        page = pia.page(POLICIES)

        assert [item.text.strip() for item in page.all("ol li .num")] == ["after 30 min", "after 1 day 1 h"]
        assert page.text("[data-code=no_supervisor]") == "Step 1: Welding has no supervisor."

    def test_a_dry_run_says_whom_it_would_reach_and_when(self, world, hx_client, frozen_clock):
        """Anybody may ask, and nobody is told."""
        steps = [{"audience": "admins", "wait_minutes": 120, "transports": ["email"]}]
        policy = made.EscalationPolicyFactory(organization=world.north, steps=steps)

        page = hx_client.as_(world.vera).page(f"{POLICIES}{policy.pk}/dry-run/?at=2026-03-21T00:00")

        assert page.text("[data-step] p:first-child") == "If nobody reacts, Saturday 02:00 reaches Ada by e-mail."

    def test_business_hours_are_kept_with_their_holidays(self, world, pia):
        sent = {"name": "Office", "days": ["monday"], "opens": "08:00", "closes": "16:00"}

        answer = pia.post(CALENDARS, sent | {"holidays": "2031-12-25 Christmas\n\n2031-12-26"})

        assert answer["HX-Redirect"] == CALENDARS
        with tenant(world.north):
            holidays = BusinessCalendar.objects.get().holidays
            assert [str(day) for day in holidays.all()] == ["2031-12-25 Christmas", "2031-12-26"]

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"days": []}, "Choose at least one day."),
            ({"closes": "07:00"}, "It has to close after it opens, on the same day."),
            ({"holidays": "Christmas"}, "“Christmas” is no date: write 2031-12-25."),
        ],
        ids=["no-days", "backwards", "no-date"],
    )
    def test_hours_that_make_no_sense_are_refused(self, world, pia, sent, said):
        answer = pia.post(CALENDARS, {"name": "Office", "days": ["monday"], "opens": "08:00", "closes": "16:00"} | sent)

        assert answer.status_code == 422
        assert [line.text for line in pia.part(answer).all(".error")] == [said]


class TestWaiting:
    """What waits for somebody, on its own page and on the page of what it is about."""

    @pytest.fixture
    def escalation(self, world):
        ticket = made.TicketFactory(organization=world.north, department=world.assembly, title="It smokes")
        return made.EscalationFactory(organization=world.north, subject=ticket)

    def test_what_is_not_late_yet_blames_nobody(self, world, hx_client, escalation):
        """An order has its steps before it is late: until then there is nothing to react to."""
        pia = hx_client.as_(world.pia)
        running = pia.page(WAITING).text("#escalations .badge")
        with tenant(world.north):
            Escalation.objects.filter(pk=escalation.pk).update(started_at=context.now() + datetime.timedelta(days=3))

        assert (running, pia.page(WAITING).text("#escalations .badge")) == ("Nobody has reacted", "Not yet")

    def test_whoever_leads_the_department_takes_care_of_it(self, world, hx_client, escalation):
        sina = hx_client.as_(world.sina)

        answer = sina.post(f"{WAITING}{escalation.pk}/acknowledge/", {"version": escalation.version})

        sina.assert_toast(answer, "success", "You take care of it. Nobody else is told.")
        assert "Sina takes care of it" in sina.part(answer).text(f"#escalation-{escalation.pk}")
        with tenant(world.north):
            assert Escalation.objects.get().acknowledged_by == world.sina

    def test_somebody_it_does_not_concern_has_no_button(self, world, hx_client, escalation):
        vera = hx_client.as_(world.vera)

        assert "It smokes" in vera.page(WAITING).text("#escalations")
        assert not vera.page(WAITING).has("#escalations form")
        assert vera.post(f"{WAITING}{escalation.pk}/acknowledge/", {}).status_code == 403

    def test_the_page_of_the_ticket_shows_it_and_comes_back(self, world, hx_client, escalation):
        """One sees what is coming where one works, and takes care of it there."""
        pia, address = hx_client.as_(world.pia), f"/tickets/{escalation.subject_id}/"
        form = f"form[action*='{escalation.pk}']"
        sent = {field["name"]: field["value"] for field in pia.page(address).all(f"{form} input[type=hidden]")}

        answer = pia.post(f"{WAITING}{escalation.pk}/acknowledge/", sent)

        assert answer["HX-Redirect"] == address
        assert "Pia takes care of it" in pia.page(address).text("[aria-label=Escalation]")

    def test_somebody_was_first_on_the_page_of_the_ticket(self, world, hx_client, escalation):
        """Two press the button: the second one is told, and sees who has it."""
        pia, address = hx_client.as_(world.pia), f"/tickets/{escalation.subject_id}/"
        with tenant(world.north):
            escalations.acknowledge(escalation, by=world.ada)

        answer = pia.post(f"{WAITING}{escalation.pk}/acknowledge/", {"back": address, "version": escalation.version})

        assert answer["HX-Redirect"] == address
        assert "Ada takes care of it" in pia.page(address).text("[aria-label=Escalation]")

    def test_an_address_elsewhere_is_not_gone_to(self, world, hx_client, escalation):
        """`back` is a path of ours: a form must not send people to another site."""
        answer = hx_client.as_(world.pia).post(
            f"{WAITING}{escalation.pk}/acknowledge/", {"back": "//evil.example/", "version": escalation.version}
        )

        assert answer.status_code == 200
        assert "HX-Redirect" not in answer

    def test_ended_ones_say_why(self, world, hx_client):
        made.EscalationFactory(organization=world.north, at="ended")

        assert "Ended: resolved" in hx_client.as_(world.vera).page(f"{WAITING}?show=ended").text("#escalations")
