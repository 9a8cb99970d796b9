"""Who can take what, in the words a supervisor hears; and how each strategy chooses among those who can."""

import datetime
from decimal import Decimal

import pytest

from dispatch.engine import Away, Certificate, Pace, decide, decide_all, reasons_against
from dispatch.engine.availability import Span
from dispatch.engine.eligibility import free_from, moment_in_words
from dispatch.states import Presence, Strategy
from tenants.ids import uuid7
from tests.support.engine import (
    ASSEMBLY,
    AT_EIGHT,
    BERLIN,
    DAY,
    HOUR,
    NOON,
    PROCESS,
    WELDING,
    WELDS,
    floor,
    job,
    person,
    wall,
)


def said(somebody, work=None, **options):
    reasons = reasons_against(somebody, work or job(), ASSEMBLY.id, NOON, BERLIN, **options)
    return [(reason.code, reason.message) for reason in reasons]


class TestEligibility:
    """One function says who can, and every reason if not."""

    @pytest.mark.parametrize(
        ("somebody", "work", "reason"),
        [
            (person(active=False), {}, ("inactive", "inactive")),
            (person(role="viewer"), {}, ("not_operator", "may look, but not work")),
            (person(department=WELDING.id), {}, ("other_department", "wrong department")),
            (person(), WELDS, ("skill_missing", "has no WELD2")),
            (
                person(skills={"WELD2": Certificate(3, datetime.date(2026, 5, 3))}),
                WELDS,
                ("certificate_expired", "certificate expired 3 May"),
            ),
            (
                person(skills={"WELD2": Certificate(3, datetime.date(2025, 12, 31))}),
                WELDS,
                ("certificate_expired", "certificate expired 31 December 2025"),
            ),
            (person(away=(Away(Span(wall(4), wall(11)), "leave"),)), {}, ("absent", "on leave until Monday")),
            (person(away=(Away(Span(wall(6), wall(6, 14)), "training"),)), {}, ("absent", "in training until 14:00")),
            (person(away=(Away(Span(wall(6), wall(30)), ""),)), {}, ("absent", "away until 30 May")),
            (person(shifts=AT_EIGHT), {}, ("off_shift", "off shift until tomorrow 06:00")),
            (person(shifts=()), {}, ("off_shift", "off shift")),
            (person(presence=Presence.AWAY), {}, ("not_here", "not clocked in")),
            (person(presence=Presence.ON_BREAK), {}, ("not_here", "on a break")),
            (person(load=50, room=Decimal(100)), {}, ("overloaded", "at 110 % of load")),
            (person(room=Decimal(0)), {}, ("overloaded", "takes no work")),
        ],
        ids=lambda value: value[1] if isinstance(value, tuple) else "",
    )
    def test_each_reason_in_words(self, somebody, work, reason):
        assert said(somebody, job(**work)) == [reason]

    @pytest.mark.parametrize(
        "somebody",
        [
            person(skills={"WELD2": Certificate(1, datetime.date(2026, 5, 6))}),
            person(skills={"WELD2": Certificate(1)}),
        ],
        ids=["last-day", "for-good"],
    )
    def test_a_certificate_holds_on_its_last_day(self, somebody):
        assert said(somebody, job(**WELDS)) == []

    def test_exactly_full_is_not_too_much(self):
        assert said(person(load=40, room=Decimal(100))) == []

    def test_the_last_day_is_a_day_on_the_wall_and_not_in_utc(self):
        """At half past midnight in Berlin it is still yesterday in UTC."""
        late, somebody = wall(4, 0, 30), person(skills={"WELD2": Certificate(3, datetime.date(2026, 5, 3))})

        assert reasons_against(somebody, job(**WELDS), ASSEMBLY.id, late, BERLIN)[0].code == "certificate_expired"

    def test_absences_that_follow_each_other_are_one(self):
        away = (Away(Span(wall(5), wall(8)), "leave"), Away(Span(wall(8), wall(12)), "leave"))

        assert said(person(away=away)) == [("absent", "on leave until Tuesday")]

    def test_every_reason_at_once(self):
        somebody = person(
            active=False,
            role="viewer",
            department=WELDING.id,
            away=(Away(Span(wall(6), wall(7))),),
            shifts=(),
            presence=Presence.AWAY,
            load=1,
            room=Decimal(1),
        )

        assert [code for code, _ in said(somebody, job(**WELDS))] == [
            "inactive",
            "not_operator",
            "other_department",
            "skill_missing",
            "absent",
            "off_shift",
            "not_here",
            "overloaded",
        ]

    def test_work_for_later_does_not_ask_where_somebody_is_now(self):
        somebody = person(away=(Away(Span(wall(6), wall(7))),), shifts=(), presence=Presence.AWAY)

        assert said(somebody, later=True) == []

    @pytest.mark.parametrize(
        ("moment", "words"),
        [
            (wall(6, 14), "14:00"),
            (wall(7), "tomorrow"),
            (wall(7, 6), "tomorrow 06:00"),
            (wall(11, 6), "Monday 06:00"),
            (wall(13), "13 May"),
        ],
        ids=str,
    )
    def test_moments_as_somebody_says_them(self, moment, words):
        assert moment_in_words(moment, NOON, BERLIN) == words

    def test_free_from_skips_leave_and_waits_for_the_shift(self):
        shifts = (Span(wall(7, 6), wall(7, 14)), Span(wall(8, 6), wall(8, 14)))
        on_leave = (Away(Span(wall(7), wall(8, 8))),)

        assert free_from(person(shifts=shifts), NOON) == wall(7, 6)
        assert free_from(person(shifts=shifts, away=on_leave), NOON) == wall(8, 8)
        assert free_from(person(away=on_leave), wall(7, 3)) == wall(8, 8)
        assert free_from(person(shifts=shifts, away=(Away(Span(wall(6), wall(9))),)), NOON) is None
        assert free_from(person(), NOON) == NOON


class TestStrategies:
    """Six ways to choose among those who can; what is equal is settled by load, name and id."""

    def chosen(self, strategy, *people, **values):
        return decide(job(**values), floor(*people, strategy=strategy)).chosen.name

    def test_least_loaded_counts_minutes(self):
        assert self.chosen("least_loaded", person("Ana", load=90), person("Bea", load=60)) == "Bea"

    def test_fastest_looks_at_their_own_history_on_this_process(self):
        fast = person("Zoe", load=500, paces={PROCESS: Pace(Decimal(1000), Decimal(700))})
        slow = person("Ana", paces={PROCESS: Pace(Decimal(1000), Decimal(1100))})

        assert self.chosen("fastest", fast, slow) == "Zoe"

    def test_fastest_ignores_what_they_did_on_other_processes(self):
        elsewhere = person("Zoe", load=10, paces={uuid7(): Pace(Decimal(1000), Decimal(100))})

        assert self.chosen("fastest", elsewhere, person("Ana")) == "Ana"

    def test_one_lucky_task_does_not_make_the_fastest(self):
        """A short history counts for little: the prior is a day's work at the estimate."""
        lucky = person("Lucky", paces={PROCESS: Pace(Decimal(30), Decimal(10))})
        proven = person("Proven", paces={PROCESS: Pace(Decimal(5000), Decimal(4250))})

        decision = decide(job(), floor(lucky, proven, strategy="fastest"))

        assert [(row.name, row.pace) for row in decision.candidates] == [
            ("Proven", Decimal("0.863")),
            ("Lucky", Decimal("0.961")),
        ]

    def test_a_newcomer_is_believed_to_be_as_fast_as_the_estimate(self):
        newcomer, slow = person("New"), person("Slow", paces={PROCESS: Pace(Decimal(1000), Decimal(1500))})

        assert self.chosen("fastest", newcomer, slow) == "New"

    def test_round_robin_takes_turns(self):
        people = [person("Ana", load=100), person("Bea", load=200), person("Cem", load=300)]

        decisions = decide_all([job() for _ in range(7)], floor(*people, strategy="round_robin"))

        assert [decision.chosen.name for decision in decisions] == ["Ana", "Bea", "Cem", "Ana", "Bea", "Cem", "Ana"]

    def test_round_robin_asks_whoever_has_waited_longest(self):
        people = [person("Ana", asked_at=NOON - HOUR), person("Bea", asked_at=NOON - 3 * HOUR, load=900)]

        decision = decide(job(), floor(*people, strategy="round_robin"))

        assert decision.chosen.name == "Bea"
        assert "Bea has waited longest for a turn (asked 3 h ago; Ana asked 60 min ago)." in decision.why

    def test_most_skilled_takes_the_highest_level(self):
        people = [
            person("Ana", skills={"WELD2": Certificate(3)}),
            person("Bea", load=400, skills={"WELD2": Certificate(5)}),
        ]

        assert self.chosen("most_skilled", *people, **WELDS) == "Bea"

    def test_keep_with_takes_whoever_did_the_process_before(self):
        before = person("Zoe", load=900)

        assert self.chosen("keep_with", person("Ana"), before, before=before.id) == "Zoe"
        assert self.chosen("keep_with", person("Ana"), before, before=uuid7()) == "Ana"

    def test_queue_only_asks_nobody(self):
        decision = decide(job(), floor(person(), strategy="queue_only"))

        assert (decision.chosen, len(decision.candidates)) == (None, 1)

    @pytest.mark.parametrize("strategy", [strategy for strategy in Strategy if strategy is not Strategy.QUEUE_ONLY])
    def test_what_is_equal_is_settled_by_load_then_name(self, strategy):
        people = [person("Cem", load=5), person("Bea"), person("Ana", load=5)]

        decision = decide(job(), floor(*people, strategy=strategy))

        assert [row.name for row in decision.candidates] == ["Bea", "Ana", "Cem"]

    @pytest.mark.parametrize("strategy", Strategy)
    def test_every_strategy_says_why_in_a_sentence(self, strategy):
        people = [person("Ana", load=5, asked_at=NOON - DAY), person("Bea")]

        why = decide(job(), floor(*people, strategy=strategy)).why

        assert why.startswith("Rule 'Mine' (rank 1) leaves it in Assembly. ")
        assert why.endswith(".")
