"""Charts drawn on the server, as numbers for SVG attributes: no script, no style, and a table beside each of them."""

from dataclasses import dataclass

HEIGHT, STEP, BAR = 48, 10, 8  # of a chart, from one bar to the next, and of a bar; in the units of its view box


@dataclass(frozen=True)
class Column:
    """A day: the room there is, and on top of each other what is planned, what is promised, and what is too much."""

    x: int
    room: float
    planned: tuple[float, float]
    promised: tuple[float, float]
    over: tuple[float, float]
    said: str

    @property
    def room_y(self) -> float:
        return HEIGHT - self.room


@dataclass(frozen=True)
class Chart:
    columns: list[Column]

    @property
    def width(self) -> int:
        return max(len(self.columns), 1) * STEP

    @property
    def height(self) -> int:
        return HEIGHT


def highest(loads) -> float:
    """What the tallest bar of several charts stands for, so that they can be compared."""
    return max((max(day.minutes, day.room) for load in loads for day in load.days), default=0) or 1


def chart_of(load, top: float, say) -> Chart:
    """The days of a member as columns; `say(day)` is what one of them says when it is pointed at."""
    scale = (HEIGHT - 1) / top
    return Chart([_column(number, day, scale, say(day)) for number, day in enumerate(load.days)])


def _column(number, day, scale, said):
    """Each part is `(y, height)`, counted from the top. What does not fit into the room is drawn as too much."""
    fits = min(day.minutes, day.room) if day.is_over else day.minutes
    planned = min(day.planned, fits)
    heights = [planned * scale, (fits - planned) * scale, (day.minutes - fits) * scale]
    parts, base = [], float(HEIGHT)
    for height in heights:
        base -= height
        parts.append((round(base, 2), round(height, 2)))
    return Column(number * STEP + 1, round(day.room * scale, 2), *parts, said)
