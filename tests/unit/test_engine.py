"""The engine by itself: a snapshot in, a decision out, and the same one every time."""

import dataclasses
import datetime
import random
from decimal import Decimal

import pytest

from dispatch.engine import Floor, Job, Person, Place, Rule, decide, decide_all
from tenants.ids import uuid7

PRESS, FINISHING = Place(uuid7(), "Press"), Place(uuid7(), "Finishing")
PRINTING, FOLDING = uuid7(), uuid7()
NOON = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)


def job(**values):
    given = {"process": PRINTING, "department": PRESS.id, "customer": uuid7(), "priority": "normal", "urgency": 1}
    return Job(**{"id": uuid7(), "due_at": None, "minutes": Decimal(60), **given, **values})


def person(name, *, load=0, place=PRESS, role="operator", active=True):
    return Person(uuid7(), name, place.id, role, active, Decimal(load))


def rule(name, rank=10, *, strategy="least_loaded", **values):
    return Rule(uuid7(), name, rank, strategy, **values)


def floor(*people, rules=(), declined=None):
    return Floor(rules=tuple(rules), places=(PRESS, FINISHING), people=people, declined=declined or {})


class TestWhichRule:
    """The first rule by rank whose every condition holds says where the work goes."""

    def test_lowest_rank_wins(self):
        """Rank is the order in which rules are asked, so 1 comes before 2."""
        rules = [rule("Late", 20, department=PRESS.id), rule("Early", 10, department=FINISHING.id)]

        decision = decide(job(), floor(rules=rules))

        assert decision.rule.name == "Early"
        assert decision.place == FINISHING

    def test_equal_rank_is_settled_by_name(self):
        """Two rules of one rank must not take turns: a preview would differ from its run."""
        rules = [rule("Beta", department=PRESS.id), rule("Alpha", department=FINISHING.id)]

        assert decide(job(), floor(rules=rules)).rule.name == "Alpha"
        assert decide(job(), floor(rules=rules[::-1])).rule.name == "Alpha"

    @pytest.mark.parametrize(
        "condition",
        [
            {"if_process": FOLDING},
            {"if_department": FINISHING.id},
            {"if_customer": uuid7()},
            {"if_priority": "urgent"},
            {"if_process": PRINTING, "if_priority": "urgent"},
        ],
        ids=["process", "department", "customer", "priority", "one-of-two"],
    )
    def test_a_condition_that_does_not_hold_passes_the_rule_over(self, condition):
        """Conditions are joined by *and*: one that fails is enough."""
        decision = decide(job(), floor(rules=[rule("Narrow", department=FINISHING.id, **condition)]))

        assert decision.rule is None
        assert decision.place == PRESS

    def test_every_condition_that_holds_lets_the_rule_decide(self):
        work = job(priority="urgent")
        narrow = rule(
            "Narrow",
            department=FINISHING.id,
            if_process=work.process,
            if_department=work.department,
            if_customer=work.customer,
            if_priority="urgent",
        )

        assert decide(work, floor(rules=[narrow])).place == FINISHING

    def test_rule_without_department_leaves_the_work_where_it_is(self):
        decision = decide(job(department=FINISHING.id), floor(rules=[rule("Anywhere")]))

        assert decision.place == FINISHING


class TestWho:
    """Among those who can, the one who has promised the fewest minutes; never a count of tasks."""

    def test_least_loaded_is_chosen(self):
        decision = decide(job(), floor(person("Omar", load=120), person("Ines", load=35)))

        assert decision.chosen.name == "Ines"
        assert [candidate.name for candidate in decision.candidates] == ["Ines", "Omar"]

    def test_equal_load_is_settled_by_name(self):
        """Same floor, same answer: otherwise nobody could check a decision afterwards."""
        people = [person("Zed"), person("Ann"), person("Mia")]
        random.shuffle(people)

        assert decide(job(), floor(*people)).chosen.name == "Ann"

    def test_other_departments_are_not_looked_at(self):
        decision = decide(job(), floor(person("Fay", place=FINISHING), person("Omar", load=500)))

        assert decision.chosen.name == "Omar"
        assert decision.refused == ()

    def test_queue_only_chooses_nobody_and_says_who_could(self):
        """The department wanted to pick for itself; that is not the same as nobody being able to."""
        decision = decide(job(), floor(person("Omar"), rules=[rule("Pick", strategy="queue_only")]))

        assert decision.chosen is None
        assert not decision.nobody_eligible
        assert [candidate.name for candidate in decision.candidates] == ["Omar"]

    @pytest.mark.parametrize(
        ("somebody", "code"),
        [
            (person("Ivan", active=False), "inactive"),
            (person("Sina", role="supervisor"), "not_operator"),
            (person("Vera", role="viewer"), "not_operator"),
        ],
        ids=["inactive", "supervisor", "viewer"],
    )
    def test_who_cannot_is_refused_with_the_reason(self, somebody, code):
        decision = decide(job(), floor(somebody))

        assert decision.nobody_eligible
        assert [reason.code for reason in decision.refused[0].reasons] == [code]

    def test_who_declined_this_work_is_not_asked_again(self):
        """A no is remembered for this task only."""
        omar, work, other = person("Omar"), job(), job()
        world = floor(omar, declined={work.id: frozenset({omar.id})})

        assert decide(work, world).refused[0].reasons[0].code == "declined"
        assert decide(other, world).chosen.name == "Omar"

    def test_all_reasons_are_given_at_once(self):
        somebody, work = person("Ivan", role="viewer", active=False), job()

        decision = decide(work, floor(somebody, declined={work.id: frozenset({somebody.id})}))

        assert [reason.code for reason in decision.refused[0].reasons] == ["inactive", "not_operator", "declined"]


class TestSeveral:
    """A run over many jobs is a row of single choices, each of which the next one sees."""

    def test_load_of_earlier_choices_counts(self):
        people = [person("Omar"), person("Ines", load=10)]

        decisions = decide_all([job(), job()], floor(*people))

        assert [decision.chosen.name for decision in decisions] == ["Omar", "Ines"]

    def test_urgent_work_chooses_first(self):
        later, urgent = job(urgency=1), job(urgency=3, priority="urgent")

        decisions = decide_all([later, urgent], floor(person("Omar")))

        assert [decision.job for decision in decisions] == [urgent.id, later.id]

    def test_among_equals_the_earlier_due_chooses_first(self):
        """Work without a date waits behind work with one."""
        undated, tomorrow = job(), job(due_at=NOON + datetime.timedelta(days=1))
        today = job(due_at=NOON)

        decisions = decide_all([undated, tomorrow, today], floor(person("Omar")))

        assert [decision.job for decision in decisions] == [today.id, tomorrow.id, undated.id]

    def test_order_of_the_input_does_not_matter(self):
        jobs = [job(urgency=urgency % 3, minutes=Decimal(urgency * 7)) for urgency in range(12)]
        world = floor(*[person(name, load=load) for name, load in [("A", 5), ("B", 40), ("C", 0)]])
        shuffled = random.sample(jobs, len(jobs))

        assert decide_all(jobs, world) == decide_all(shuffled, world)

    def test_empty_floor_and_no_jobs_are_no_error(self):
        assert decide_all([], floor()) == []
        assert decide_all([job()], floor())[0].chosen is None


class TestWhy:
    """A decision nobody can explain is not followed for long."""

    def test_the_choice_in_words(self):
        omar, odd = person("Omar Reyes", load=35), person("Odd", load=120)
        ivan = person("Ivan", active=False)
        press = rule("Press work to Press", 10, department=PRESS.id)

        why = decide(job(), floor(omar, odd, ivan, rules=[press])).why

        assert why == (
            "Rule 'Press work to Press' (rank 10) sends it to Press. "
            "Omar Reyes has the least open work (35 min; Odd 120 min). Refused: Ivan: inactive."
        )

    def test_no_rule_and_one_candidate(self):
        assert decide(job(), floor(person("Omar", load=5))).why == (
            "No rule matches, so it stays in Press. Omar is the only one who can take it (5 min)."
        )

    def test_a_tie_is_called_a_tie(self):
        why = decide(job(), floor(person("Ann"), person("Bo"))).why

        assert why.endswith("Ann has as little open work as anybody (0 min; Bo 0 min).")

    def test_nobody_can(self):
        assert decide(job(), floor(person("Sina", role="supervisor"))).why == (
            "No rule matches, so it stays in Press. Nobody there can take it. "
            "Refused: Sina: supervisor, only operators are chosen unasked."
        )

    def test_queue_only_says_who_acts_next(self):
        why = decide(job(), floor(person("Omar"), rules=[rule("Pick", 3, strategy="queue_only")])).why

        assert why == "Rule 'Pick' (rank 3) leaves it in Press. Whoever is free there claims it."

    def test_long_lists_are_cut_in_words_and_whole_in_data(self):
        """Twelve names in a sentence help nobody; the record still has every one of them."""
        decision = decide(job(), floor(*[person(f"P{number:02}", load=number) for number in range(12)]))

        assert decision.why.endswith(
            "P00 has the least open work (0 min; P01 1 min, P02 2 min, P03 3 min, and 8 more)."
        )
        assert len(decision.as_dict()["candidates"]) == 12

    def test_record_holds_what_was_weighed(self):
        """The JSON is what the API shows and what a later replay is compared with."""
        omar, ivan = person("Omar", load="35.50"), person("Ivan", active=False)
        press = rule("Press", 10, department=PRESS.id)

        record = decide(job(), floor(omar, ivan, rules=[press])).as_dict()

        chosen = {
            "id": str(omar.id),
            "name": "Omar",
            "load_minutes": "35.50",
            "score": "35.50",
            "parts": {
                "load_minutes": "35.50",
                "room_minutes": None,
                "pace": "1",
                "level": 0,
                "kept": False,
                "waited_minutes": None,
            },
        }
        assert record == {
            "rule": {"id": str(press.id), "name": "Press", "rank": 10, "strategy": "least_loaded", "version": 1},
            "strategy": "least_loaded",
            "department": {"id": str(PRESS.id), "name": "Press"},
            "chosen": chosen,
            "candidates": [chosen],
            "could": 1,
            "refused": [{"id": str(ivan.id), "name": "Ivan", "reasons": [{"code": "inactive", "message": "inactive"}]}],
            "refusals": {"inactive": 1},
        }


class TestPurity:
    """The engine reads a snapshot and nothing else, so it can be asked without consequences."""

    def test_asking_changes_nothing(self):
        world, work = floor(person("Omar"), person("Ines")), job()
        before = dataclasses.asdict(world)

        decide_all([work, job()], world)

        assert dataclasses.asdict(world) == before
        assert decide(work, world) == decide(work, world)
