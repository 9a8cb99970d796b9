"""Where one more task fits into somebody's time, and how even a load is."""

import datetime
import uuid

import pytest

from dispatch.engine.availability import Span
from dispatch.engine.slots import first_slot, imbalance, overlapping

DAY = datetime.datetime(2031, 3, 3, tzinfo=datetime.UTC)


def span(start, end):
    """Hours of the day."""
    return Span(DAY + datetime.timedelta(hours=start), DAY + datetime.timedelta(hours=end))


SHIFTS = [span(8, 12), span(13, 16)]


class TestFirstSlot:
    @pytest.mark.parametrize(
        ("busy", "earliest", "minutes", "found"),
        [
            ([], 0, 60, (8, 9)),
            ([], 9.5, 60, (9.5, 10.5)),
            ([(8, 9)], 0, 60, (9, 10)),
            ([(8, 9), (9.5, 11)], 0, 60, (11, 12)),
            ([], 11, 120, (11, 14)),  # goes on after the break
            ([(13, 14)], 11.5, 60, (14, 15)),  # but not around somebody else's time
            ([(8, 16)], 0, 1, None),
            ([], 0, 8 * 60, None),
            ([], 20, 1, None),
        ],
    )
    def test_the_first_stretch_that_holds_it(self, busy, earliest, minutes, found):
        slot = first_slot(SHIFTS, [span(*one) for one in busy], span(earliest, earliest).start, minutes)

        assert slot == (span(*found) if found else None)

    def test_who_is_never_there_has_no_time(self):
        assert first_slot([], [], DAY, 10) is None


class TestOverlapping:
    def test_what_only_meets_does_not_overlap(self):
        assert overlapping([span(8, 9), span(9, 10), span(10, 12)], [span(9, 10)]) == {1}

    def test_nothing_overlaps_nothing(self):
        assert overlapping([span(8, 9)], []) == set()


class TestImbalance:
    A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))
    PLACE = {A: uuid.UUID(int=9), B: uuid.UUID(int=9), C: uuid.UUID(int=8)}

    def test_the_same_for_all_of_a_department_is_even(self):
        """Departments may differ: nobody can take what belongs elsewhere."""
        assert imbalance({self.A: 60, self.B: 60, self.C: 600}, self.PLACE) == 0

    def test_one_with_all_of_it_is_not(self):
        assert imbalance({self.A: 120, self.B: 0}, self.PLACE) == 100

    def test_no_work_is_even(self):
        assert imbalance({self.A: 0}, self.PLACE) == imbalance({}, {}) == 0
