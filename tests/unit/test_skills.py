"""What a skill brings along, held against following every chain by hand."""

import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.engine import Certificate
from dispatch.engine.skills import expanded, with_implied

CODES = st.sampled_from("ABCDEF")
CHAINS = st.dictionaries(CODES, CODES, max_size=6)  # rings too: what a database cannot hold must still come to an end
UNHURRIED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CERTIFICATES = st.builds(
    Certificate, st.integers(1, 5), st.none() | st.dates(datetime.date(2026, 1, 1), datetime.date(2030, 1, 1))
)


def reachable(code, implies):
    """By asking for one more step until nothing is new."""
    found = {code}
    while more := {implies[each] for each in found if each in implies} - found:
        found |= more
    return found


def better(one, other):
    """Whether `one` counts for longer, or for as long and better."""
    last = datetime.date.max
    return ((one.until or last), one.level) >= ((other.until or last), other.level)


class TestWithImplied:
    def test_itself_first_then_step_by_step(self):
        assert with_implied("A", {"A": "B", "B": "C"}) == ["A", "B", "C"]

    @UNHURRIED
    @given(CODES, CHAINS)
    def test_it_is_all_that_can_be_reached_each_once(self, code, implies):
        found = with_implied(code, implies)

        assert set(found) == reachable(code, implies)
        assert len(found) == len(set(found))


class TestExpanded:
    @UNHURRIED
    @given(st.dictionaries(CODES, CERTIFICATES, max_size=4), CHAINS)
    def test_everything_reached_is_had_as_well_as_what_brings_it_best(self, held, implies):
        found = expanded(held, implies)

        assert found.keys() == {each for code in held for each in reachable(code, implies)}
        for code, certificate in found.items():
            sources = [held[own] for own in held if code in reachable(own, implies)]
            assert certificate in sources
            assert all(better(certificate, source) for source in sources)
