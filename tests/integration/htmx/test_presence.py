"""The time clock, badges and absences as pages: big buttons, a station beside the door, and answers beside what they
are about."""

import datetime

import pytest

from dispatch.actions import policy
from dispatch.models import Absence, Attendance, Badge
from notifications.models import Notification
from tenants import relay
from tenants.context import tenant
from tests.factories import AbsenceFactory, AttendanceFactory, BadgeFactory, MemberShiftFactory, ShiftFactory

pytestmark = pytest.mark.django_db

CLOCK, STATION, BADGES, ABSENCES = "/time-clock/", "/time-clock/badge/", "/time-clock/badges/", "/absences/"
NOW = datetime.datetime(2026, 3, 16, 9, 0, tzinfo=datetime.UTC)
A_DAY = {"kind": "leave", "part": "days", "first_day": "2026-03-23"}


@pytest.fixture(autouse=True)
def _at_a_known_time(frozen_clock):
    """Everything here happens on Monday 16 March 2026, from nine o'clock on."""


@pytest.fixture
def omar(hx_client, world, _at_a_known_time):
    return hx_client.as_(world.omar)


@pytest.fixture
def kept(world):
    """A function that answers the only row of a model in north."""

    def kept(model):
        with tenant(world.north):
            return model.objects.select_related("member").get()

    return kept


class TestTimeClock:
    def test_a_day_by_its_buttons(self, omar, frozen_clock):
        found = []
        for punch in ("in", "break", "back", "out"):
            page = omar.page(CLOCK)
            found.append([button["value"] for button in page.all("#time-clock button[name=punch]")])
            omar.plain("post", CLOCK, page.fields("#time-clock form") | {"punch": punch})
            frozen_clock.shift(hours=1)

        assert found == [["in"], ["out", "break"], ["back", "out"], ["out", "break"]]
        assert "2 h" in omar.page(CLOCK).text("#time-clock")

    def test_an_impatient_thumb_is_heard_once(self, world, omar, kept):
        """The same form sent twice is the same punch."""
        sent = omar.page(CLOCK).fields("#time-clock form") | {"punch": "in"}

        answers = [omar.plain("post", CLOCK, sent).status_code for _ in range(2)]

        assert answers == [302, 302]
        assert kept(Attendance).punch == "in"

    def test_what_does_not_follow_comes_back_with_what_to_do(self, omar):
        answer = omar.post(CLOCK, {"punch": "out"})

        assert answer.status_code == 409
        assert "say In first" in omar.part(answer).text("[data-code=does_not_follow]")

    def test_supervisor_sees_who_is_here_and_who_is_late(self, world, hx_client):
        with tenant(world.north):
            policy.edit(by=world.ada, time_clock=True)
        early = ShiftFactory(organization=world.north, starts=datetime.time(8), ends=datetime.time(16))
        MemberShiftFactory(organization=world.north, member=world.omar, shift=early)
        sina = hx_client.as_(world.sina)

        before = sina.page(CLOCK).text("#time-clock section[aria-labelledby=team-title]")
        AttendanceFactory(organization=world.north, member=world.omar)
        after = sina.page(CLOCK)

        assert "1 h late" in before
        assert after.has("tr[data-presence=here]")
        assert "Odd" not in before

    def test_a_clock_nobody_has_to_use_marks_nobody_late(self, world, hx_client):
        early = ShiftFactory(organization=world.north, starts=datetime.time(8), ends=datetime.time(16))
        MemberShiftFactory(organization=world.north, member=world.omar, shift=early)

        assert "late" not in hx_client.as_(world.sina).page(CLOCK).text("#time-clock")

    def test_operators_see_no_team(self, omar):
        assert not omar.page(CLOCK).has("section[aria-labelledby=team-title]")

    def test_what_was_forgotten_is_added(self, world, hx_client, kept):
        sina = hx_client.as_(world.sina)
        sent = {"member": str(world.omar.pk), "punch": "in", "at": "2026-03-16T07:00", "note": "Forgot the badge."}

        answer = sina.post("/time-clock/add/", sent)

        row = kept(Attendance)
        assert answer["HX-Redirect"] == CLOCK
        assert (row.method, row.recorded_by_id, row.at) == ("added", world.sina.pk, NOW - datetime.timedelta(hours=2))

    def test_a_wrong_moment_is_said_beside_the_field(self, world, hx_client):
        sina = hx_client.as_(world.sina)
        sent = {"member": str(world.omar.pk), "punch": "in", "at": "2026-03-16T12:00", "note": "Soon."}

        answer = sina.post("/time-clock/add/", sent)

        assert answer.status_code == 422
        assert "not happened yet" in sina.part(answer).text("#id_at_error")

    def test_it_stands_above_ones_tasks_where_the_clock_counts(self, world, omar):
        assert not omar.page("/tasks/").has("section[aria-label='Time clock']")
        with tenant(world.north):
            policy.edit(by=world.ada, time_clock=True)

        assert omar.page("/tasks/").has("section[aria-label='Time clock'] button[value=in]")


class TestStation:
    @pytest.fixture
    def sina(self, hx_client, world, _at_a_known_time):
        return hx_client.as_(world.sina)

    @pytest.fixture
    def badge(self, world):
        return BadgeFactory(organization=world.north, member=world.omar)

    def test_it_says_who_came_and_when_and_is_ready_for_the_next(self, sina, badge):
        answer = sina.post(STATION, {"badge": badge.code})

        part = sina.part(answer)
        assert "Omar is in, 09:00" in part.text("#scanned")
        assert part.has("#scanned[hx-trigger='load delay:5s']")
        assert part.has("input[name=badge][autofocus]")
        assert not part.has(f"input[value='{badge.code}']")

    def test_the_greeting_goes_by_itself(self, sina, badge):
        sina.post(STATION, {"badge": badge.code})

        part = sina.part(sina.get(STATION))

        assert part.text("#scanned") == ""
        assert not part.has("#scanned[hx-get]")

    def test_an_unknown_code_says_so_and_writes_nothing(self, world, sina, badge):
        before = world.fingerprint()

        answer = sina.post(STATION, {"badge": "WFNOBODY"})

        assert answer.status_code == 422
        assert "not known" in sina.part(answer).text("#scanned")
        assert world.fingerprint() == before

    def test_whoever_tries_codes_is_slowed_down(self, sina):
        answers = [sina.post(STATION, {"badge": f"WF{number}"}) for number in range(61)]

        assert [answers[0].status_code, answers[-1].status_code] == [422, 429]
        assert int(answers[-1]["Retry-After"]) <= 60

    def test_a_new_badge_is_shown_once_with_its_picture(self, world, sina, badge, kept):
        answer = sina.post(BADGES, {"member": str(world.omar.pk)})

        part = sina.part(answer)
        code = part.text("[data-code-of-badge]")
        assert answer["Cache-Control"] == "no-store"
        assert part.has("svg path")
        assert code not in sina.page(BADGES).text("#badges")
        assert sina.post(STATION, {"badge": code}).status_code == 200
        assert sina.post(STATION, {"badge": badge.code}).status_code == 422

    def test_supervisor_issues_for_the_own_people_only(self, world, sina):
        assert sina.post(BADGES, {"member": str(world.odd.pk)}).status_code == 403
        with tenant(world.north):
            assert not Badge.objects.exists()


class TestAbsences:
    @pytest.mark.parametrize(
        ("sent", "span"),
        [
            ({}, (0, 24)),
            ({"last_day": "2026-03-25"}, (0, 72)),
            ({"part": "morning"}, (0, 12)),
            ({"part": "afternoon"}, (12, 24)),
            ({"part": "times", "from_time": "10:00", "to_time": "11:30"}, (10, 11.5)),
        ],
        ids=["day", "days", "morning", "afternoon", "times"],
    )
    def test_days_become_moments_on_the_organizations_wall(self, world, omar, kept, sent, span):
        world.north.time_zone = "America/Chicago"
        world.north.save()

        answer = omar.post(ABSENCES, A_DAY | sent)

        row = kept(Absence)
        midnight = datetime.datetime(2026, 3, 23, 5, tzinfo=datetime.UTC)
        assert answer["HX-Redirect"] == ABSENCES
        assert (row.starts_at, row.ends_at) == tuple(midnight + datetime.timedelta(hours=hour) for hour in span)

    def test_the_day_on_which_clocks_change_is_shorter(self, world, omar, kept):
        world.north.time_zone = "Europe/Berlin"
        world.north.save()

        omar.post(ABSENCES, A_DAY | {"first_day": "2026-03-29"})

        assert kept(Absence).ends_at - kept(Absence).starts_at == datetime.timedelta(hours=23)

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"last_day": "2026-03-20"}, "last_day"),
            ({"part": "morning", "last_day": "2026-03-24"}, "last_day"),
            ({"part": "times"}, "from_time"),
            ({"part": "times", "from_time": "11:00", "to_time": "10:00"}, "last_day"),
            ({"first_day": ""}, "first_day"),
            ({"first_day": "0999-01-01"}, "first_day"),
        ],
        ids=["backwards", "half", "untimed", "reversed", "missing", "year"],
    )
    def test_mistakes_are_said_beside_their_fields(self, omar, sent, field):
        answer = omar.post(ABSENCES, A_DAY | sent)

        assert answer.status_code == 422
        assert omar.part(answer).has(f"#id_{field}_error")

    def test_supervisor_answers_in_the_list(self, world, hx_client, kept):
        row = AbsenceFactory(organization=world.north, member=world.omar, starts_at=NOW + datetime.timedelta(days=7))
        sina = hx_client.as_(world.sina)
        assert sina.page(ABSENCES).has(f"#absence-{row.pk} button")

        refused = sina.post(f"{ABSENCES}{row.pk}/reject/", {"version": 1, "comment": ""})
        granted = sina.post(f"{ABSENCES}{row.pk}/approve/", {"version": 1, "comment": "Enjoy."})

        assert refused.status_code == 422
        assert granted.status_code == 200
        assert "Approved" in sina.part(granted).text(f"#absence-{row.pk}")
        assert kept(Absence).answer == "Enjoy."

    def test_nobody_has_a_button_to_answer_their_own(self, world, hx_client):
        row = AbsenceFactory(organization=world.north, member=world.sina, starts_at=NOW + datetime.timedelta(days=7))
        page = hx_client.as_(world.sina).page(ABSENCES)

        assert page.has(f"#absence-{row.pk} form[action$='/cancel/']")
        assert not page.has(f"#absence-{row.pk} form[action$='/approve/']")

    def test_the_month_is_drawn_and_said(self, world, omar):
        AbsenceFactory(organization=world.north, member=world.omar, starts_at=NOW, at="approved")
        AbsenceFactory(organization=world.north, member=world.odd, starts_at=NOW)

        page = omar.page(ABSENCES)

        assert len(page.all("section[aria-labelledby=month-title] ul rect.bar")) == 1
        assert "16 Mar 09:00" in page.text("section[aria-labelledby=month-title] ul")
        assert "Odd" not in page.text("#absences")

    @pytest.mark.parametrize("month", ["2026-13", "x", "9999-01", "2026-02"])
    def test_any_month_answers(self, omar, month):
        assert omar.get(f"{ABSENCES}?month={month}").status_code == 200


class TestTelling:
    @pytest.fixture
    def told(self, world):
        """`told(kind)`: who was told, after everything that happened was delivered."""

        def told(kind):
            relay.drain_here(world.north)
            with tenant(world.north):
                rows = Notification.objects.filter(kind=kind).select_related("recipient__user")
                return sorted(row.recipient.name for row in rows)

        return told

    def test_those_who_may_grant_it_are_told_and_nobody_else(self, world, told):
        AbsenceFactory(organization=world.north, member=world.omar)

        assert told("absence_requested") == ["Ada", "Bea", "Pia", "Sina"]

    def test_whoever_asks_for_themselves_is_not_asked(self, world, told):
        AbsenceFactory(organization=world.north, member=world.sina)

        assert told("absence_requested") == ["Ada", "Bea", "Pia"]

    @pytest.mark.parametrize("state", ["approved", "rejected"])
    def test_whoever_asked_is_told_the_answer(self, world, told, state):
        AbsenceFactory(organization=world.north, member=world.omar, at=state)

        assert told("absence_answered") == ["Omar"]
