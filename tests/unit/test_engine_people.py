"""Who can take what, in the words a supervisor hears; how each strategy chooses; and what would help if nobody can."""

import dataclasses
import datetime
import zoneinfo
from decimal import Decimal

import pytest

from dispatch.engine import (
    Away,
    Certificate,
    Floor,
    Job,
    Pace,
    Person,
    Place,
    Rule,
    decide,
    decide_all,
    reasons_against,
    remedies_of,
)
from dispatch.engine.availability import Span
from dispatch.engine.eligibility import free_from, moment_in_words
from dispatch.states import Presence, Strategy
from tenants.ids import uuid7

ASSEMBLY, WELDING = Place(uuid7(), "Assembly"), Place(uuid7(), "Welding")
PROCESS = uuid7()
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
NOON = datetime.datetime(2026, 5, 6, 12, tzinfo=BERLIN).astimezone(datetime.UTC)  # a Wednesday
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def job(**values):
    given = {"process": PROCESS, "department": ASSEMBLY.id, "customer": None, "priority": "normal", "urgency": 1}
    return Job(**{"id": uuid7(), "due_at": None, "minutes": Decimal(60), **given, **values})


def person(name="Ana", *, load=0, **values):
    given = {"department": ASSEMBLY.id, "role": "operator", "active": True}
    return Person(**{"id": uuid7(), "name": name, "load": Decimal(load), **given, **values})


def floor(*people, strategy="", at=NOON, **values):
    rules = (Rule(uuid7(), "Mine", 1, strategy),) if strategy else ()
    given = {"rules": rules, "places": (ASSEMBLY, WELDING), "people": people, "at": at, "zone": "Europe/Berlin"}
    return Floor(**given | values)


def wall(day, hour=0, minute=0):
    """A moment of May 2026 on the wall in Berlin."""
    return datetime.datetime(2026, 5, day, hour, minute, tzinfo=BERLIN).astimezone(datetime.UTC)


def said(somebody, work=None, **options):
    reasons = reasons_against(somebody, work or job(), ASSEMBLY.id, NOON, BERLIN, **options)
    return [(reason.code, reason.message) for reason in reasons]


WELDS = {"skill": "WELD2"}
AT_EIGHT = (Span(wall(7, 6), wall(7, 14)),)


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
        ids=str,
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


class TestRemedies:
    """For a task nobody can take: the least that would have to change."""

    def asked(self, *people, work=None, elsewhere=(), **values):
        work = work or job()
        world = floor(*people, **values)
        return remedies_of(decide(work, world), world, work, elsewhere=elsewhere)

    def first(self, *people, **options):
        remedy = self.asked(*people, **options)[0]
        return [change.code for change in remedy.changes], remedy.message

    def test_nothing_is_said_where_somebody_can(self):
        assert self.asked(person(), person("Bea", active=False)) == []

    @pytest.mark.parametrize(
        ("somebody", "work", "code", "message"),
        [
            (person(presence=Presence.AWAY), {}, "clock_in", "Ana clocks in"),
            (person(presence=Presence.ON_BREAK), {}, "clock_in", "Ana is back from the break"),
            (
                person(role="supervisor"),
                {},
                "give_by_hand",
                "give it to Ana by hand (supervisor, only operators are chosen unasked)",
            ),
            (person(role="viewer"), {}, "let_work", "Ana becomes an operator"),
            (person(active=False), {}, "reactivate", "Ana becomes active again"),
            (
                person(load=85, room=Decimal(100)),
                {},
                "make_room",
                "raise Ana's limit by 45 min or give 45 min of Ana's work to others",
            ),
            (person(load=10, room=Decimal(20)), {}, "make_room", "raise Ana's limit by 50 min"),
            (
                person(skills={"WELD2": Certificate(3, datetime.date(2026, 5, 3))}),
                WELDS,
                "renew",
                "Ana renews WELD2 (expired 3 May)",
            ),
            (person(), WELDS, "teach", "Ana learns WELD2"),
            (person(shifts=AT_EIGHT), {}, "wait", "it can wait until tomorrow 06:00, when Ana is on shift"),
            (
                person(away=(Away(Span(wall(4), wall(11)), "leave"),)),
                {},
                "wait",
                "it can wait until Monday, when Ana is back",
            ),
            (person(shifts=()), {}, "call_in", "Ana comes in although it is not their shift"),
        ],
        ids=str,
    )
    def test_each_refusal_has_its_remedy(self, somebody, work, code, message):
        assert self.first(somebody, work=job(**work)) == ([code], message)

    def test_who_declined_can_be_asked_again(self):
        somebody, work = person(), job()

        assert self.first(somebody, work=work, declined={work.id: frozenset({somebody.id})})[0] == ["ask_again"]

    def test_every_code_of_a_refusal_is_covered(self):
        """One that is added without a remedy would leave its person out in silence."""
        somebody = person(
            active=False,
            role="viewer",
            away=(Away(Span(wall(6), wall(7))),),
            shifts=AT_EIGHT,
            presence=Presence.AWAY,
            load=100,
            room=Decimal(100),
        )
        work = job(**WELDS)
        declined = {work.id: frozenset({somebody.id})}

        [remedy] = self.asked(somebody, work=work, declined=declined)

        refused = decide(work, floor(somebody, declined=declined)).refused[0]
        assert {reason.code for reason in refused.reasons} == {
            "inactive",
            "not_operator",
            "skill_missing",
            "absent",
            "off_shift",
            "not_here",
            "overloaded",
            "declined",
        }
        assert {change.code for change in remedy.changes} == {
            "reactivate",
            "let_work",
            "teach",
            "wait",
            "make_room",
            "ask_again",
        }

    def test_a_wait_settles_leave_shift_and_clock_at_once(self):
        away = (Away(Span(wall(6), wall(7, 5)), "leave"),)

        assert self.first(person(away=away, shifts=AT_EIGHT, presence=Presence.AWAY)) == (
            ["wait"],
            "it can wait until tomorrow 06:00, when Ana is back",
        )

    def test_a_certificate_that_ends_during_the_wait_is_renewed_too(self):
        somebody = person(shifts=AT_EIGHT, skills={"WELD2": Certificate(3, NOON.date())})

        codes, message = self.first(somebody, work=job(**WELDS))

        assert codes == ["renew", "wait"]
        assert message.startswith("Ana renews WELD2 (expires today), and it can wait until tomorrow 06:00")

    def test_what_asks_least_comes_first(self):
        people = [
            person("Learner"),
            person("Busy", load=100, room=Decimal(100), skills={"WELD2": Certificate()}),
            person("Away", presence=Presence.AWAY, skills={"WELD2": Certificate()}),
            person("Lapsed", skills={"WELD2": Certificate(3, datetime.date(2026, 5, 3))}),
        ]

        found = self.asked(*people, work=job(**WELDS))

        assert [remedy.changes[0].code for remedy in found] == ["clock_in", "make_room", "renew", "teach"]

    def test_a_shorter_wait_is_less_than_a_longer_one(self):
        early = person("Zoe", shifts=(Span(wall(6, 14), wall(6, 22)),))
        late = person("Ana", shifts=(Span(wall(11, 6), wall(11, 14)),))

        assert [remedy.changes[0].member for remedy in self.asked(late, early)] == [early.id, late.id]

    def test_it_can_be_sent_to_where_somebody_has_the_skill(self):
        welders = [person(name, department=WELDING.id, skills={"WELD2": Certificate()}) for name in ("Wim", "Odd")]
        found = self.asked(person(), work=job(**WELDS), elsewhere=[*welders, person("X", department=WELDING.id)])

        assert [remedy.message for remedy in found] == [
            "send it to Welding, where 2 have WELD2",
            "Ana learns WELD2",
        ]

    def test_a_department_where_nobody_is_there_yet_is_less_help(self):
        asleep = person("Wim", department=WELDING.id, skills={"WELD2": Certificate()}, shifts=())

        assert self.asked(work=job(**WELDS), elsewhere=[asleep])[0].message == (
            "send it to Welding, where 1 has WELD2, later"
        )

    def test_where_nobody_works_it_says_so(self):
        assert self.first() == (["move"], "Nobody works in Assembly: move somebody there who can do it")

    def test_they_do_help(self):
        """What is recommended makes the person able: each change is tried."""
        somebody = person(presence=Presence.AWAY, load=85, room=Decimal(100))
        [remedy] = self.asked(somebody)
        [room] = [change for change in remedy.changes if change.code == "make_room"]

        helped = dataclasses.replace(somebody, presence=Presence.HERE, room=somebody.room + room.minutes)

        assert decide(job(), floor(helped)).chosen.id == somebody.id

    def test_as_data(self):
        [remedy] = self.asked(person(load=85, room=Decimal(100)))

        assert remedy.as_dict()["changes"] == [
            {
                "code": "make_room",
                "message": remedy.message,
                "member": str(remedy.changes[0].member),
                "minutes": "45",
            }
        ]
