"""For a task nobody can take: the smallest changes that would give it somebody."""

import dataclasses
import datetime
from decimal import Decimal

import pytest

from dispatch.engine import Away, Certificate, decide, remedies_of
from dispatch.engine.availability import Span
from dispatch.states import Presence
from tests.support.engine import AT_EIGHT, NOON, WELDING, WELDS, floor, job, person, wall


def asked(*people, work=None, elsewhere=(), **values):
    work = work or job()
    world = floor(*people, **values)
    return remedies_of(decide(work, world), world, work, elsewhere=elsewhere)


def first(*people, **options):
    remedy = asked(*people, **options)[0]
    return [change.code for change in remedy.changes], remedy.message


class TestRemedies:
    """For a task nobody can take: the least that would have to change."""

    def test_nothing_is_said_where_somebody_can(self):
        assert asked(person(), person("Bea", active=False)) == []

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
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_each_refusal_has_its_remedy(self, somebody, work, code, message):
        assert first(somebody, work=job(**work)) == ([code], message)

    def test_who_declined_can_be_asked_again(self):
        somebody, work = person(), job()

        assert first(somebody, work=work, declined={work.id: frozenset({somebody.id})})[0] == ["ask_again"]

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

        [remedy] = asked(somebody, work=work, declined=declined)

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

        assert first(person(away=away, shifts=AT_EIGHT, presence=Presence.AWAY)) == (
            ["wait"],
            "it can wait until tomorrow 06:00, when Ana is back",
        )

    def test_a_certificate_that_ends_during_the_wait_is_renewed_too(self):
        somebody = person(shifts=AT_EIGHT, skills={"WELD2": Certificate(3, NOON.date())})

        codes, message = first(somebody, work=job(**WELDS))

        assert codes == ["renew", "wait"]
        assert message.startswith("Ana renews WELD2 (expires today), and it can wait until tomorrow 06:00")


class TestOrder:
    """What asks least of people comes first."""

    def test_what_asks_least_comes_first(self):
        people = [
            person("Learner"),
            person("Busy", load=100, room=Decimal(100), skills={"WELD2": Certificate()}),
            person("Away", presence=Presence.AWAY, skills={"WELD2": Certificate()}),
            person("Lapsed", skills={"WELD2": Certificate(3, datetime.date(2026, 5, 3))}),
        ]

        found = asked(*people, work=job(**WELDS))

        assert [remedy.changes[0].code for remedy in found] == ["clock_in", "make_room", "renew", "teach"]

    def test_a_shorter_wait_is_less_than_a_longer_one(self):
        early = person("Zoe", shifts=(Span(wall(6, 14), wall(6, 22)),))
        late = person("Ana", shifts=(Span(wall(11, 6), wall(11, 14)),))

        assert [remedy.changes[0].member for remedy in asked(late, early)] == [early.id, late.id]

    def test_it_can_be_sent_to_where_somebody_has_the_skill(self):
        welders = [person(name, department=WELDING.id, skills={"WELD2": Certificate()}) for name in ("Wim", "Odd")]
        found = asked(person(), work=job(**WELDS), elsewhere=[*welders, person("X", department=WELDING.id)])

        assert [remedy.message for remedy in found] == [
            "send it to Welding, where 2 have WELD2",
            "Ana learns WELD2",
        ]

    def test_a_department_where_nobody_is_there_yet_is_less_help(self):
        asleep = person("Wim", department=WELDING.id, skills={"WELD2": Certificate()}, shifts=())

        assert asked(work=job(**WELDS), elsewhere=[asleep])[0].message == (
            "send it to Welding, where 1 has WELD2, later"
        )

    def test_where_nobody_works_it_says_so(self):
        assert first() == (["move"], "Nobody works in Assembly: move somebody there who can do it")

    def test_they_do_help(self):
        """What is recommended makes the person able: each change is tried."""
        somebody = person(presence=Presence.AWAY, load=85, room=Decimal(100))
        [remedy] = asked(somebody)
        [room] = [change for change in remedy.changes if change.code == "make_room"]

        helped = dataclasses.replace(somebody, presence=Presence.HERE, room=somebody.room + room.minutes)

        assert decide(job(), floor(helped)).chosen.id == somebody.id

    def test_as_data(self):
        [remedy] = asked(person(load=85, room=Decimal(100)))

        assert remedy.as_dict()["changes"] == [
            {
                "code": "make_room",
                "message": remedy.message,
                "member": str(remedy.changes[0].member),
                "minutes": "45",
            }
        ]
