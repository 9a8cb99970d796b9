"""Skills through the API: what they bring along, who has them until when, and what becomes of work when one is lost."""

import datetime

import pytest

from dispatch import queries
from dispatch.actions import assignments, skills
from dispatch.models import Assignment, CertificateEnd, MemberSkill
from tenants import context, relay
from tenants.context import tenant
from tenants.models import Event, Organization
from tests.factories import (
    MemberSkillFactory,
    OperatorFactory,
    ProcessFactory,
    SkillFactory,
    SupervisorFactory,
    WorkOrderTaskFactory,
)
from workorder.models import Process

pytestmark = pytest.mark.django_db


@pytest.fixture
def pia(api_client, world):
    return api_client.as_(world.pia)


@pytest.fixture
def skill(world):
    """A function that defines skills of north: `skill("TIG", implies=mig)`."""
    return lambda code, **facts: SkillFactory(organization=world.north, code=code, name=code.title(), **facts)


def day(days):
    return (context.now().date() + datetime.timedelta(days=days)).isoformat()


def refused(answer):
    """{field: codes} of a refused body."""
    assert answer.status_code == 400
    return {name: [mistake["code"] for mistake in found] for name, found in answer.body["fields"].items()}


def has(world, member):
    with tenant(world.north):
        return queries.skills_of([member.pk])[member.pk]


class TestSkills:
    def test_skill_is_defined_changed_and_removed(self, pia):
        made = pia.post("skills/", {"code": " TIG ", "name": "TIG welding"})
        changed = pia.patch(f"skills/{made.body['id']}/", {"name": "Welding under gas", "version": 1})
        gone = pia.delete(f"skills/{made.body['id']}/")

        assert (made.status_code, made.body["code"], made.body["active"]) == (201, "TIG", True)
        assert (changed.body["name"], changed.body["version"]) == ("Welding under gas", 2)
        assert gone.status_code == 204
        assert pia.get("skills/", {"code": "TIG"}).body["count"] == 0

    def test_code_stands_for_one_skill(self, pia, skill):
        skill("TIG")

        answer = pia.post("skills/", {"code": "TIG", "name": "Again"})

        assert refused(answer) == {"code": ["code_taken"]}

    def test_ring_is_refused_by_its_field(self, world, pia, skill):
        """A implies B implies C: C cannot imply A, and nothing can imply itself."""
        c = skill("C")
        b = skill("B", implies=c)
        a = skill("A", implies=b)
        before = world.fingerprint()

        answers = [pia.patch(f"skills/{c.pk}/", {"implies": str(other.pk)}) for other in (a, b, c)]

        assert [refused(answer) for answer in answers] == [{"implies": ["skill_ring"]}] * 3
        assert world.fingerprint() == before

    def test_skill_in_use_stays_and_says_by_whom(self, world, pia, skill):
        tig = skill("TIG")
        skill("MASTER", implies=tig)
        MemberSkillFactory(organization=world.north, member=world.omar, skill=tig)
        ProcessFactory(organization=world.north, code="WELD", required_skill="TIG")

        answer = pia.delete(f"skills/{tig.pk}/")

        assert answer.status_code == 409
        assert answer.codes == ["skill_held", "skill_in_use", "skill_implied"]
        said = " ".join(problem["message"] for problem in answer.body["problems"])
        assert all(name in said for name in ("Omar", "WELD", "Master"))

    def test_code_that_a_process_names_stays(self, world, pia, skill):
        """The processes would ask for something nobody has any more."""
        tig = skill("TIG")
        ProcessFactory(organization=world.north, code="WELD", required_skill="TIG")

        renamed = pia.patch(f"skills/{tig.pk}/", {"code": "WIG"})

        assert (renamed.status_code, renamed.codes) == (409, ["skill_in_use"])
        assert pia.patch(f"skills/{tig.pk}/", {"name": "Still TIG"}).status_code == 200

    def test_what_is_asked_for_and_defined_nowhere_is_shown(self, world, pia):
        for code in ("W1", "W2"):
            ProcessFactory(organization=world.north, code=code, required_skill="TIG")

        before = pia.get("skills/undefined/")
        pia.post("skills/", {"code": "TIG", "name": "TIG"})

        assert before.body == {"undefined": [{"code": "TIG", "processes": ["W1", "W2"]}]}
        assert pia.get("skills/undefined/").body == {"undefined": []}


class TestImplied:
    """Whoever has one has what it implies."""

    def test_implied_skills_are_had_as_well_and_as_long(self, world, skill):
        basic = skill("BASIC")
        tig = skill("TIG", implies=basic)
        until = datetime.date(2031, 5, 3)
        MemberSkillFactory(organization=world.north, member=world.omar, skill=tig, level=4, certified_until=until)

        found = has(world, world.omar)

        assert {code: (one.level, one.until) for code, one in found.items()} == {"TIG": (4, until), "BASIC": (4, until)}

    def test_the_one_that_lasts_longest_counts(self, world, skill):
        basic = skill("BASIC")
        tig = skill("TIG", implies=basic)
        north = {"organization": world.north, "member": world.omar}
        MemberSkillFactory(**north, skill=basic, level=2)
        MemberSkillFactory(**north, skill=tig, level=5, certified_until=datetime.date(2031, 5, 3))

        assert (has(world, world.omar)["BASIC"].level, has(world, world.omar)["BASIC"].until) == (2, None)

    def test_skill_out_of_use_counts_for_nothing_and_passes_nothing_on(self, world, pia, skill):
        """Neither to whoever has it nor to whoever has it along with another."""
        tig = skill("TIG", implies=skill("BASIC"))
        MemberSkillFactory(organization=world.north, member=world.omar, skill=tig)
        MemberSkillFactory(organization=world.north, member=world.odd, skill=skill("MASTER", implies=tig))

        pia.patch(f"skills/{tig.pk}/", {"active": False})

        assert [sorted(has(world, who)) for who in (world.omar, world.odd)] == [[], ["MASTER"]]


class TestMemberSkills:
    def test_supervisor_says_it_of_the_own_people_only(self, world, api_client, skill):
        sina, tig = api_client.as_(world.sina), skill("TIG")

        own = sina.post("member-skills/", {"member": str(world.omar.pk), "skill": str(tig.pk), "level": 5})
        other = sina.post("member-skills/", {"member": str(world.odd.pk), "skill": str(tig.pk)})

        assert (own.status_code, own.body["level"], own.body["code"]) == (201, 5, "TIG")
        assert other.status_code == 403

    def test_supervisor_of_no_department_says_it_of_nobody(self, world, api_client, skill):
        """Not even of those who belong to no department either."""
        boss = SupervisorFactory(organization=world.north, department=None)

        answer = api_client.as_(boss).post(
            "member-skills/", {"member": str(world.vera.pk), "skill": str(skill("TIG").pk)}
        )

        assert answer.status_code == 403

    @pytest.mark.parametrize(
        ("sent", "fields"),
        [
            ({"level": 6}, {"level": ["max_value"]}),
            ({"certified_until": "1999-12-31"}, {"certified_until": ["out_of_range"]}),
            ({"certified_until": "2026-02-30"}, {"certified_until": ["invalid"]}),
        ],
        ids=str,
    )
    def test_what_cannot_be_meant_is_refused_by_its_field(self, world, pia, skill, sent, fields):
        body = {"member": str(world.omar.pk), "skill": str(skill("TIG").pk)}

        answer = pia.post("member-skills/", body | sent)

        assert refused(answer) == fields

    def test_nobody_has_a_skill_twice_and_nobody_gone_has_one(self, world, pia, skill):
        tig, old = skill("TIG"), skill("OLD", active=False)
        body = {"member": str(world.omar.pk), "skill": str(tig.pk)}
        pia.post("member-skills/", body)

        twice = pia.post("member-skills/", body)
        gone = pia.post("member-skills/", body | {"member": str(world.ivan.pk)})
        unused = pia.post("member-skills/", body | {"skill": str(old.pk)})

        assert refused(twice) == {"skill": ["already_held"]}
        assert refused(gone) == {"member": ["inactive"]}
        assert refused(unused) == {"skill": ["inactive"]}

    def test_certificates_that_run_out_are_found(self, world, pia, skill):
        for code, until in (("SOON", 10), ("LATER", 90)):
            MemberSkillFactory(
                organization=world.north,
                member=world.omar,
                skill=skill(code),
                certified_until=datetime.date.fromisoformat(day(until)),
            )

        found = pia.get("member-skills/", {"expiring_before": day(30), "member": str(world.omar.pk)})

        assert [row["code"] for row in found.body["results"]] == ["SOON"]


@pytest.fixture
def welding(world, skill):
    """Omar has TIG, which brings BASIC; Olga of Assembly has BASIC too, by herself. A function: a task that needs a
    skill, given to Omar."""
    tig = skill("TIG", implies=skill("BASIC"))
    world.omars_tig = MemberSkillFactory(organization=world.north, member=world.omar, skill=tig)
    world.olga = OperatorFactory(organization=world.north, department=world.assembly, user__name="Olga")
    MemberSkillFactory(organization=world.north, member=world.olga, skill=tig.implies)

    def task(needs, at=None):
        made = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
        with tenant(world.north):
            Process.objects.filter(pk=made.process.process_id).update(required_skill=needs)
            assignments.assign(made, by=world.pia, member=world.omar)
        return made

    return task


def holder(world, task):
    relay.drain_here(world.north)
    with tenant(world.north):
        standing = Assignment.objects.of_task(task).open().select_related("member__user").first()
        return standing.member.name if standing else None


class TestLosingASkill:
    """What somebody has not begun of such work goes to others; everything else stays with them."""

    def test_taken_back(self, world, pia, welding):
        """BASIC came along with TIG, so such work goes too: to Olga. For TIG there is nobody."""
        tig, basic, plain = welding("TIG"), welding("BASIC"), welding("")

        answer = pia.delete(f"member-skills/{world.omars_tig.pk}/")

        assert answer.status_code == 204
        assert [holder(world, task) for task in (tig, basic, plain)] == [None, "Olga", "Omar"]

    def test_certificate_shortened_into_the_past(self, world, pia, welding):
        task = welding("BASIC")

        pia.patch(f"member-skills/{world.omars_tig.pk}/", {"certified_until": day(-3)})

        assert holder(world, task) == "Olga"

    def test_certificate_that_still_counts_moves_nothing(self, world, pia, welding):
        task = welding("BASIC")

        pia.patch(f"member-skills/{world.omars_tig.pk}/", {"certified_until": day(0), "level": 1})

        assert holder(world, task) == "Omar"

    @pytest.mark.parametrize("change", [{"active": False}, {"implies": None}], ids=str)
    def test_skill_that_brings_it_no_more(self, world, pia, welding, change):
        task = welding("BASIC")

        pia.patch(f"skills/{world.omars_tig.skill_id}/", change)

        assert holder(world, task) == "Olga"

    def test_work_that_has_begun_stays(self, world, pia, api_client, welding):
        task = welding("BASIC")
        api_client.as_(world.omar).post(f"tasks/{task.pk}/start/")

        pia.delete(f"member-skills/{world.omars_tig.pk}/")

        assert holder(world, task) == "Omar"


class TestRunningOut:
    """Nobody presses a button when a certificate ends at midnight."""

    def run(self, world):
        with tenant(world.north):
            row = CertificateEnd.objects.filter(member_skill=world.omars_tig).order_by("day").last()
        return relay.run("dispatch.certificateend", world.north, row.pk)

    def kinds(self, world):
        with tenant(world.north):
            return list(Event.objects.about(world.omars_tig).values_list("kind", flat=True))

    def test_work_goes_on_when_the_last_day_is_over(self, world, pia, welding, frozen_clock):
        task = welding("BASIC")
        pia.patch(f"member-skills/{world.omars_tig.pk}/", {"certified_until": day(2)})
        frozen_clock.shift(days=2)
        early = holder(world, task)
        frozen_clock.shift(days=1)

        self.run(world)

        assert (early, holder(world, task)) == ("Omar", "Olga")
        assert self.kinds(world)[0] == "member_skill.expired"

    def test_it_is_due_when_the_day_is_over_on_the_wall(self, world, pia, welding):
        """Not at midnight UTC: in Berlin that is an hour or two into the next day."""
        world.north.time_zone = "America/Chicago"
        world.north.save()
        pia.patch(f"member-skills/{world.omars_tig.pk}/", {"certified_until": "2099-07-01"})

        with tenant(world.north):
            due = CertificateEnd.objects.get(member_skill=world.omars_tig).run_after

        assert due == datetime.datetime(2099, 7, 2, 5, tzinfo=datetime.UTC)

    def test_organization_that_moved_west_has_longer(self, world, pia, welding, frozen_clock):
        """The row was made for the midnight of another wall: it waits for the one of this."""
        task = welding("BASIC")
        pia.patch(f"member-skills/{world.omars_tig.pk}/", {"certified_until": day(0)})
        with tenant(world.north):
            due = CertificateEnd.objects.get(member_skill=world.omars_tig).run_after
            Organization.objects.filter(pk=world.north.pk).update(time_zone="Pacific/Honolulu")
        frozen_clock.move_to(due)
        self.run(world)
        early = self.kinds(world)[0], holder(world, task)
        frozen_clock.shift(hours=14)
        self.run(world)

        assert early == ("member_skill.edited", "Omar")
        assert (self.kinds(world)[0], holder(world, task)) == ("member_skill.expired", "Olga")

    def test_renewed_in_time_nothing_happens(self, world, pia, welding, frozen_clock):
        pia.patch(f"member-skills/{world.omars_tig.pk}/", {"certified_until": day(2)})
        with tenant(world.north):
            row = CertificateEnd.objects.get(member_skill=world.omars_tig)
        pia.patch(f"member-skills/{world.omars_tig.pk}/", {"certified_until": day(400)})
        frozen_clock.shift(days=3)

        relay.run("dispatch.certificateend", world.north, row.pk)

        assert "member_skill.expired" not in self.kinds(world)

    def test_said_once_however_often_it_is_run(self, world, pia, welding, frozen_clock):
        pia.patch(f"member-skills/{world.omars_tig.pk}/", {"certified_until": day(2)})
        frozen_clock.shift(days=3)
        with tenant(world.north):
            end = CertificateEnd.objects.get(member_skill=world.omars_tig)

        skills.run_out(end)
        skills.run_out(end)

        assert self.kinds(world).count("member_skill.expired") == 1

    def test_taken_back_meanwhile_there_is_nothing_to_say(self, world, pia, welding):
        pia.patch(f"member-skills/{world.omars_tig.pk}/", {"certified_until": day(2)})
        with tenant(world.north):
            end = CertificateEnd.objects.get(member_skill=world.omars_tig)
        pia.delete(f"member-skills/{world.omars_tig.pk}/")

        skills.run_out(end)

        with tenant(world.north):
            assert not MemberSkill.objects.filter(pk=world.omars_tig.pk).exists()
            assert not CertificateEnd.objects.filter(pk=end.pk).exists()
