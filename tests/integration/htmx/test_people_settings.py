"""Skills, shifts, capacity and policy as pages of the settings."""

import datetime

import pytest
from django.urls import reverse

from dispatch.models import Capacity, MemberShift, MemberSkill, Shift, Skill
from tenants import context
from tenants.context import tenant
from tests.factories import MemberShiftFactory, MemberSkillFactory, ProcessFactory, ShiftFactory, SkillFactory

pytestmark = pytest.mark.django_db

SKILLS, WHO_CAN, POLICY = "/settings/skills/", "/settings/member-skills/", "/settings/dispatch/"
SHIFTS, WHO_WORKS = "/settings/shifts/", "/settings/member-shifts/"
NIGHTS = {"name": "Nights", "starts": "22:00", "ends": "06:00", "days": ["sunday", "monday"]}


def at(name, thing):
    return reverse(f"dispatch:{name}", args=[thing.pk])


def in_north(world, model, **wanted):
    with tenant(world.north):
        return model.objects.filter(**wanted).first()


@pytest.fixture
def tig(world):
    return SkillFactory(organization=world.north, code="TIG", name="TIG welding")


@pytest.fixture
def early(world):
    return ShiftFactory(
        organization=world.north, name="Early", starts=datetime.time(6), ends=datetime.time(14), friday=False
    )


class TestSkills:
    def test_everybody_reads_and_only_planners_have_forms(self, world, hx_client, tig):
        found = {who: hx_client.as_(getattr(world, who)).page(SKILLS) for who in ("vera", "sina", "pia")}

        assert all("TIG welding" in page.text("#skills") for page in found.values())
        assert [page.has(f'form[action="{SKILLS}"]') for page in found.values()] == [False, False, True]

    def test_skill_is_added_changed_and_removed(self, world, hx_client, tig):
        window = hx_client.as_(world.pia)
        window.page(SKILLS)
        answer = window.post(SKILLS, {"code": "MASTER", "name": "Master welder", "implies": str(tig.pk)})
        master = in_north(world, Skill, code="MASTER")
        sent = window.page(at("skill_detail", master)).fields("#skill section form")

        window.post(at("skill_detail", master), sent | {"name": "Master"})
        renamed = window.page(SKILLS).text("#skills")
        window.post(at("skill_remove", master))

        assert answer["HX-Redirect"] == SKILLS
        assert sent["implies"] == str(tig.pk)
        assert "Master" in renamed
        assert in_north(world, Skill, code="MASTER") is None

    def test_ring_is_said_beside_the_field(self, world, hx_client, tig):
        master = SkillFactory(organization=world.north, implies=tig)
        window = hx_client.as_(world.pia)
        sent = window.page(at("skill_detail", tig)).fields("#skill section form")

        answer = window.post(at("skill_detail", tig), sent | {"implies": str(master.pk)})

        assert answer.status_code == 422
        assert "already" in window.part(answer).text("#id_implies_error")

    def test_skill_in_use_stays_and_says_by_whom(self, world, hx_client, tig):
        MemberSkillFactory(organization=world.north, member=world.omar, skill=tig)
        window = hx_client.as_(world.pia)
        window.page(at("skill_detail", tig))

        answer = window.post(at("skill_remove", tig))

        assert answer.status_code == 409
        assert "Omar" in window.part(answer).text("[role=alert]")

    def test_what_processes_ask_for_is_defined_with_one_button(self, world, hx_client):
        ProcessFactory(organization=world.north, code="WELD", required_skill="MIG")
        window = hx_client.as_(world.pia)
        sent = window.page(SKILLS).fields('form:has([aria-label="Define MIG"])')

        answer = window.plain("post", SKILLS, sent)

        assert answer.status_code == 302
        assert in_north(world, Skill, code="MIG") is not None
        assert not window.page(SKILLS).has('[aria-label="Define MIG"]')

    def test_change_meanwhile_is_shown(self, world, hx_client, tig):
        window = hx_client.as_(world.pia)
        sent = window.page(at("skill_detail", tig)).fields("#skill section form")
        window.post(at("skill_detail", tig), sent | {"name": "Gas welding"})

        answer = window.post(at("skill_detail", tig), sent | {"name": "Arc welding"})

        assert answer.status_code == 409
        assert window.part(answer).fields("section form")["name"] == "Gas welding"


class TestWhoCanWhat:
    def test_supervisor_writes_it_down_for_the_own_people(self, world, hx_client, tig):
        window = hx_client.as_(world.sina)
        offered = window.page(f"{WHO_CAN}?skill={tig.pk}")
        people = offered.texts("select[name=member] option")
        sent = {"member": str(world.omar.pk), "skill": str(tig.pk), "level": "4", "certified_until": "2031-05-03"}

        answer = window.post(WHO_CAN, sent)
        elsewhere = window.post(WHO_CAN, sent | {"member": str(world.odd.pk)})

        assert answer["HX-Redirect"] == WHO_CAN
        assert any("Omar" in name for name in people)
        assert not any("Odd" in name for name in people)
        assert elsewhere.status_code == 403
        assert "until 3 May 2031" in window.page(at("skill_detail", tig)).text("tbody")

    def test_certificate_running_out_is_seen(self, world, hx_client, tig):
        soon = context.now().date() + datetime.timedelta(days=10)
        MemberSkillFactory(organization=world.north, member=world.omar, skill=tig, certified_until=soon)

        page = hx_client.as_(world.vera).page(SKILLS)

        assert "Omar" in page.text('[aria-labelledby="ending-title"]')
        assert "1 running out" in page.text('[aria-label="Skills"].card')

    def test_refusal_stands_beside_its_field(self, world, hx_client, tig):
        MemberSkillFactory(organization=world.north, member=world.omar, skill=tig)
        window = hx_client.as_(world.pia)
        window.page(WHO_CAN)

        answer = window.post(WHO_CAN, {"member": str(world.omar.pk), "skill": str(tig.pk), "level": "3"})

        assert answer.status_code == 422
        assert "already" in window.part(answer).text("#id_skill_error")

    def test_it_is_changed_and_taken_back(self, world, hx_client, tig):
        row = MemberSkillFactory(organization=world.north, member=world.omar, skill=tig)
        window = hx_client.as_(world.sina)
        sent = window.page(at("member_skill_edit", row)).fields("#member-skill section form")

        window.post(at("member_skill_edit", row), sent | {"level": "5"})
        changed = in_north(world, MemberSkill, pk=row.pk)
        window.post(at("member_skill_remove", row), {"version": str(changed.version)})

        assert (sent["level"], changed.level) == ("3", 5)
        assert in_north(world, MemberSkill, pk=row.pk) is None


class TestShifts:
    def test_shift_is_added_and_drawn(self, world, hx_client):
        """Sunday's night goes on at the left, on Monday morning: two shifts, three bars."""
        window = hx_client.as_(world.pia)
        window.page(SHIFTS)

        answer = window.post(SHIFTS, NIGHTS)
        page = window.page(SHIFTS)

        assert answer["HX-Redirect"] == SHIFTS
        assert [(bar["x"], bar["width"]) for bar in page.all("svg .bar")] == [
            ("0.00", "6.00"),
            ("22.00", "8.00"),
            ("166.00", "2.00"),
        ]
        assert page.one("svg[role=img]")["aria-label"] == "Nights: Mon, Sun 22:00–06:00"

    def test_shift_without_a_day_is_said_beside_the_days(self, world, hx_client):
        window = hx_client.as_(world.pia)
        window.page(SHIFTS)

        answer = window.post(SHIFTS, NIGHTS | {"days": []})

        assert answer.status_code == 422
        assert "at least one day" in window.part(answer).text("#id_days_error")
        assert in_north(world, Shift, name="Nights") is None

    def test_form_shows_the_days_and_keeps_them(self, world, hx_client, early):
        window = hx_client.as_(world.pia)
        page = window.page(at("shift_detail", early))
        checked = [box["value"] for box in page.all("input[name=days][checked]")]

        window.post(at("shift_detail", early), {"name": "Early", "starts": "06:30", "ends": "14:00", "days": checked})

        saved = in_north(world, Shift, pk=early.pk)
        assert checked == ["monday", "tuesday", "wednesday", "thursday"]
        assert (saved.starts, saved.weekdays) == (datetime.time(6, 30), frozenset({0, 1, 2, 3}))

    def test_two_at_once_is_said_with_the_other_one(self, world, hx_client, early):
        MemberShiftFactory(organization=world.north, member=world.omar, shift=early)
        late = ShiftFactory(organization=world.north, name="Late", starts=datetime.time(13), ends=datetime.time(21))
        window = hx_client.as_(world.sina)
        window.page(WHO_WORKS)

        answer = window.post(WHO_WORKS, {"member": str(world.omar.pk), "shift": str(late.pk), "since": "2031-03-03"})

        assert answer.status_code == 422
        assert "Omar works Early" in window.part(answer).text("#id_since_error")

    def test_somebody_is_put_on_a_shift_and_taken_off(self, world, hx_client, early):
        window = hx_client.as_(world.sina)
        window.page(WHO_WORKS)

        window.post(WHO_WORKS, {"member": str(world.omar.pk), "shift": str(early.pk), "since": "2024-01-01"})
        row = in_north(world, MemberShift, member=world.omar)
        shown = window.page(at("shift_detail", early)).text("tbody")
        window.post(at("member_shift_end", row), {"version": "1"})

        assert "Omar" in shown
        assert in_north(world, MemberShift, pk=row.pk).until == context.now().astimezone(world.north.zone).date()

    def test_shift_that_is_worked_stays(self, world, hx_client, early):
        MemberShiftFactory(organization=world.north, member=world.omar, shift=early)
        window = hx_client.as_(world.pia)
        window.page(at("shift_detail", early))

        answer = window.post(at("shift_remove", early))

        assert answer.status_code == 409
        assert window.part(answer).one("[role=alert] li")["data-code"] == "shift_in_use"


class TestPerson:
    """One person as dispatch sees them; the page of a member leads there."""

    @pytest.fixture
    def omar(self, world, tig, early):
        master = SkillFactory(organization=world.north, code="MASTER", name="Master", implies=tig)
        MemberSkillFactory(organization=world.north, member=world.omar, skill=master, level=5)
        MemberShiftFactory(organization=world.north, member=world.omar, shift=early)
        return world.omar

    def test_skills_with_what_comes_along_and_shifts(self, world, hx_client, omar):
        text = hx_client.as_(world.vera).page(at("person", omar)).text("#person")

        assert "Master · 5" in text
        assert "TIG · comes along" in text
        assert "Mon–Thu 06:00–14:00" in text

    def test_capacity_is_changed_by_who_cares_for_them(self, world, hx_client, omar):
        window = hx_client.as_(world.sina)
        sent = window.page(at("person", omar)).fields(f'form[action="{at("person_capacity", omar)}"]')

        window.post(at("person_capacity", omar), sent | {"open_minutes": "600", "running_tasks": "2"})

        capacity = in_north(world, Capacity, member=omar)
        assert (int(capacity.open_minutes), capacity.running_tasks) == (600, 2)
        assert not window.page(at("person", world.odd)).has("form[action*=capacity]")

    def test_member_page_shows_it_and_leads_there(self, world, hx_client, omar):
        page = hx_client.as_(world.ada).page(reverse("tenants:member_edit", args=[omar.pk]))

        assert "Master · 5" in page.text('[aria-labelledby="abilities-title"]')
        assert page.has(f'a[href="{at("person", omar)}"]')


class TestPolicy:
    def test_admin_changes_it_and_others_read_it(self, world, hx_client):
        window = hx_client.as_(world.ada)
        sent = window.page(POLICY).fields("#policy form")

        answer = window.post(POLICY, sent | {"open_minutes": "900", "time_clock": "on"})

        page = hx_client.as_(world.pia).page(POLICY)
        assert answer["HX-Redirect"] == POLICY
        assert "900 min" in page.text("#policy")
        assert "Only who is clocked in" in page.text("#policy")
        assert not page.has("#policy form")

    def test_bounds_are_said_beside_the_field(self, world, hx_client):
        window = hx_client.as_(world.ada)
        sent = window.page(POLICY).fields("#policy form")

        answer = window.post(POLICY, sent | {"plan_days": "61"})

        assert answer.status_code == 422
        assert window.part(answer).text("#id_plan_days_error")
