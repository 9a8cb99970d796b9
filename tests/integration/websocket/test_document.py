"""docs/live.md is what people write clients by: its tables are the product's."""

import re
from pathlib import Path

from notifications import consumers, hub
from notifications.consumers import door, watching
from notifications.hub import frames, seats
from notifications.queries import live

WRITTEN = (Path(__file__).resolve().parents[3] / "docs" / "live.md").read_text()


def table(first):
    """The rows of the table whose first heading is `first`, as lists of cells."""
    lines = re.search(rf"^\| {first} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", WRITTEN, re.MULTILINE)[1]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()]


def shape(frame):
    return set(frame.model_fields) - {"type"}


class TestDocument:
    def test_frames_are_those_and_no_others(self):
        written = {
            (way, name.strip("`")): set(re.findall(r"`(\w+)`", fields)) for name, way, fields, _ in table("frame")
        }
        spoken = {("server", frame.__name__.lower()): shape(frame) for frame in hub.SERVER.__args__}
        heard = {("client", frame.__name__.lower()): shape(frame) for frame in frames.CLIENT.__args__}

        assert written == spoken | heard

    def test_errors_are_those_and_no_others(self):
        codes = hub.schema()["$defs"]["Error"]["properties"]["code"]["enum"]

        assert [row[0].strip("`") for row in table("error")] == codes

    def test_close_codes_are_those_and_no_others(self):
        used = {door.NOT_SIGNED_IN, door.NO_LONGER_ALLOWED, consumers.TOO_MANY}
        used |= {consumers.GOING_AWAY, consumers.TOO_BIG, consumers.TRY_AGAIN_LATER}

        assert {int(row[0]) for row in table("close")} == used

    def test_figures_are_the_products(self):
        """Each is said where it matters to whoever writes a client."""
        said = {
            f"{consumers.LARGEST_FRAME // 1024} KiB",
            f"{consumers.FRAMES_PER_SECOND} frames in a second",
            f"{consumers.SOCKETS_PER_MEMBER} sockets of a member",
            f"open for {consumers.LIFE_SECONDS // 3600} hours",
            f"{live.AT_MOST:,}",
            f"up to {live.OVERTAKEN.seconds} seconds before",
            f"Every {watching.EVERY_SECONDS:.0f} seconds",
            f"{watching.EVERY_SECONDS:.0f} s + {live.GRACE.seconds} s",
            f"{seats.WAITING_AT_MOST} frames wait",
        }
        words = " ".join(WRITTEN.split())

        assert {figure for figure in said if figure not in words} == set()
