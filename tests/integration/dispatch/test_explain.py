"""Why somebody has a task: what was kept, whether it comes out the same again, and what would be decided today."""

import datetime
import io
import json

import pytest
from django.core.management import CommandError, call_command

from dispatch import queries
from dispatch.actions import absences, assignments, rules
from dispatch.engine import Snapshot, hash_of
from dispatch.models import Assignment
from tenants import context
from tenants.context import tenant
from tests.factories import (
    AssignmentRuleFactory,
    MemberSkillFactory,
    OperatorFactory,
    ProcessFactory,
    SkillFactory,
)
from workorder.actions import tasks

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def ines(world):
    return OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")


@pytest.fixture
def offered(world, released):
    """A task that the engine offered; answers the assignment."""

    def offer(**options):
        with tenant(world.north):
            return assignments.offer_best(released(**options))

    return offer


def explained(world, assignment):
    with tenant(world.north):
        return queries.explain(Assignment.objects.select_related("member__user").get(pk=assignment.pk))


def on_leave(world, member):
    """From now until tomorrow."""
    now = context.now()
    with tenant(world.north):
        asked = absences.request(member, by=member, starts_at=now, ends_at=now + DAY)
        absences.approve(asked, by=world.pia)


def command(assignment, *options):
    out = io.StringIO()
    call_command("explain_assignment", str(assignment.pk), *options, stdout=out)
    return out.getvalue()


class TestRecord:
    """What is kept is enough to decide again, and says which version of the rule it was."""

    def test_a_single_decision_keeps_everybody_and_its_input(self, world, ines, offered):
        rule = AssignmentRuleFactory(organization=world.north, name="Mine")

        made = offered()

        record = made.decision
        assert (made.rule_version, record["rule"]["version"], record["rule"]["id"]) == (1, 1, str(rule.pk))
        assert {row["name"] for row in record["candidates"]} == {"Omar", "Ines"}
        assert {row["name"] for row in record["refused"]} == {"Ivan", "Sina"}
        assert record["refusals"] == {"inactive": 1, "not_operator": 1}
        assert hash_of(record["input"]) == made.input_hash == Snapshot.of_values(record["input"]).hash

    def test_only_people_who_could_be_reached_are_kept(self, world, offered):
        """The record of one task is no copy of the house."""
        people = offered().decision["input"]["floor"]["people"]

        assert {person["name"] for person in people} == {"Omar", "Ivan", "Sina"}

    def test_a_run_keeps_its_input_once(self, world, ines, released):
        for _ in range(3):
            released()

        with tenant(world.north):
            assignments.run(by=world.pia)
            made = list(Assignment.objects.filter(input_hash__gt="").order_by("created_at", "pk"))

        keepers = [row for row in made if "input" in row.decision]
        assert len(keepers) == 1
        assert {row.decision.get("input_of") for row in made} == {None, str(keepers[0].pk)}
        assert len({row.input_hash for row in made}) == 1

    def test_the_api_leaves_the_input_out(self, world, api_client, offered):
        made = offered()

        shown = api_client.as_(world.pia).get(f"assignments/{made.pk}/").body["decision"]

        assert "input" not in shown
        assert shown["candidates"] == made.decision["candidates"]


class TestReplay:
    """A decision that cannot be made again from its input is a mistake somebody must hear of."""

    def test_it_comes_out_the_same(self, world, ines, offered):
        found = explained(world, offered())

        assert (found.replay.is_same, found.replay_said) == (True, queries.explaining.SAME)

    def test_it_comes_out_the_same_whatever_changed_since(self, world, ines, offered):
        made = offered()
        with tenant(world.north):
            rules.create(by=world.pia, name="New", rank=1, department=world.welding)
        on_leave(world, made.member)

        assert explained(world, made).replay.is_same

    def test_every_decision_of_a_run_comes_out_the_same(self, world, ines, released):
        """Each saw what the ones before it had given away."""
        for minutes in (10, 20, 40, 80):
            released(minutes=minutes)
        with tenant(world.north):
            assignments.run(by=world.pia)
            made = list(Assignment.objects.filter(input_hash__gt=""))

        assert [explained(world, row).replay.differs for row in made] == [()] * len(made)
        assert len(made) >= 4

    def test_a_record_that_was_tampered_with_is_found(self, world, ines, offered):
        made = offered()
        record = json.loads(json.dumps(made.decision))
        record["candidates"].reverse()
        record["chosen"] = record["candidates"][0]
        with tenant(world.north):
            Assignment.objects.filter(pk=made.pk).update(decision=record)

        found = explained(world, made)

        assert (found.replay.differs, "comes out differently in: candidates, chosen" in found.replay_said) == (
            ("candidates", "chosen"),
            True,
        )

    def test_an_input_that_was_tampered_with_is_found(self, world, ines, offered):
        made = offered()
        record = json.loads(json.dumps(made.decision))
        record["input"]["floor"]["at"] = "2001-01-01T00:00:00Z"
        with tenant(world.north):
            Assignment.objects.filter(pk=made.pk).update(decision=record)

        found = explained(world, made)

        assert (found.replay.is_same, found.replay_said) == (False, queries.explaining.TAMPERED)

    def test_what_was_given_by_hand_is_not_decided_again(self, world, released):
        task = released()
        with tenant(world.north):
            assignments.assign(task, by=world.sina, member=world.omar)
            made = Assignment.objects.of_task(task).get()

        found = explained(world, made)

        assert (found.how, found.replay, found.replay_said) == ("hand", None, queries.explaining.BY_HAND)


class TestToday:
    """Would it be the same today, and if not, what has changed?"""

    def test_nothing_has_changed(self, world, ines, offered):
        made = offered()

        found = explained(world, made)

        assert (found.would_differ, found.changes) == (False, [])
        assert found.today_said == f"Decided today it would be {made.member.name} again."

    def test_more_work_since(self, world, ines, offered, released):
        made = offered()
        with tenant(world.north):
            other = released(minutes=300)
            assignments.assign(other, by=world.pia, member=made.member)

        found = explained(world, made)

        assert (found.would_differ, found.chosen_today) == (True, "Omar")
        assert "Ines has 300 min of open work (it was 0 min)." in found.changes

    def test_on_leave_since(self, world, ines, offered):
        made = offered()
        on_leave(world, made.member)

        found = explained(world, made)

        assert found.would_differ
        assert [change for change in found.changes if change.startswith("Ines: on leave until")]

    def test_a_skill_lost_since(self, world, ines, released):
        weld = SkillFactory(organization=world.north, code="WELD2")
        for member in (ines, world.omar):
            held = MemberSkillFactory(organization=world.north, member=member, skill=weld)
        process = ProcessFactory(organization=world.north, department=world.assembly, required_skill="WELD2")
        with tenant(world.north):
            made = assignments.offer_best(released(process=process))
            type(held).objects.filter(member=made.member).update(certified_until=context.now().date() - 2 * DAY)

        found = explained(world, made)

        assert found.would_differ
        assert [change for change in found.changes if change.startswith("Ines: certificate expired")]

    def test_a_rule_edited_since(self, world, ines, offered):
        rule = AssignmentRuleFactory(organization=world.north, name="Mine")
        made = offered()
        with tenant(world.north):
            rules.edit(rule, by=world.pia, strategy="queue_only")

        found = explained(world, made)

        assert (found.would_differ, found.chosen_today) == (True, "nobody")
        assert "Rule 'Mine' is at version 2 (it was 1): strategy." in found.changes

    def test_a_rule_removed_and_another_in_its_place(self, world, ines, offered):
        rule = AssignmentRuleFactory(organization=world.north, name="Old")
        made = offered()
        with tenant(world.north):
            rules.remove(rule, by=world.pia)
            rules.create(by=world.pia, name="New", department=world.welding)

        found = explained(world, made)

        assert found.changes[:2] == ["Rule 'Old' was removed or switched off.", "Rule 'New' decides today."]
        assert found.chosen_today == "Odd"

    def test_whose_turn_it_is_does_not_depend_on_the_choice_itself(self, world, ines, offered):
        """By round robin, whoever was just asked would always be the last: that is no change."""
        AssignmentRuleFactory(organization=world.north, strategy="round_robin")

        assert explained(world, offered()).would_differ is False

    def test_a_task_that_has_ended_is_not_decided_any_more(self, world, released):
        task = released()
        with tenant(world.north):
            made = assignments.offer_best(task)
            tasks.start(task, by=world.omar)
            tasks.report(task, by=world.omar, good=1, defect=0, minutes=5)
            tasks.complete(task, by=world.omar)

        found = explained(world, made)

        assert (found.today, found.would_differ, found.today_said) == (None, None, queries.explaining.OVER)


class TestDoors:
    """The same answer on the API and on the command line."""

    def test_the_api_tells_it_as_data(self, world, api_client, ines, offered):
        made = offered()

        told = api_client.as_(world.vera).get(f"assignments/{made.pk}/explanation/").body

        assert (told["how"], told["chosen"]["name"], [row["name"] for row in told["next"]]) == (
            "rules",
            "Ines",
            ["Omar"],
        )
        assert (told["replay"]["same"], told["today"]["differs"]) == (True, False)

    def test_the_command_tells_it_in_words(self, world, ines, offered):
        AssignmentRuleFactory(organization=world.north, name="Mine", rank=3)

        said = command(offered())

        assert "Rule: Mine (rank 3, version 1)" in said
        assert "1. Ines: 0 min of open work of 2400" in said
        assert "2. Omar:" in said
        assert "Ivan: inactive" in said
        assert queries.explaining.SAME in said
        assert "it would be Ines again" in said

    def test_the_command_looks_in_one_organization_if_it_is_named(self, world, offered):
        made = offered()

        assert "Omar" in command(made, "--organization", "north")
        with pytest.raises(CommandError, match="There is no assignment .* in south"):
            command(made, "--organization", "south")

    @pytest.mark.parametrize("name", ["nonsense", "00000000-0000-0000-0000-000000000000"])
    def test_an_id_that_is_none_is_said(self, world, name):
        with pytest.raises(CommandError):
            call_command("explain_assignment", name)

    def test_explaining_changes_nothing(self, world, api_client, ines, offered):
        made, pia = offered(), api_client.as_(world.pia)
        before = world.fingerprint()

        pia.get(f"assignments/{made.pk}/explanation/")
        command(made)

        assert world.fingerprint() == before
