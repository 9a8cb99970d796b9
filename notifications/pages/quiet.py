"""Drawing somebody's quiet week."""

from dataclasses import dataclass

from notifications.models.preferences import DAYS

HOUR = 60


@dataclass(frozen=True)
class QuietDay:
    """A day of the week, and its quiet stretches in hours."""

    name: str
    spans: list[tuple[float, float]]  # from, how long
    words: str


def week_of(quiet):
    """The seven days as they are on the wall."""
    return [_day(number, name, quiet.spans_of(number)) for number, name in enumerate(DAYS)]


def _day(number, name, spans):
    words = ", ".join(f"{_clock(start)} to {_clock(end)}" for start, end in spans)
    return QuietDay(name.capitalize(), [(start / HOUR, (end - start) / HOUR) for start, end in spans], words or "never")


def _clock(minutes):
    return f"{minutes // HOUR:02}:{minutes % HOUR:02}"
