"""A small floor for the engine: two departments, people and jobs, on a Wednesday at noon in Berlin."""

import datetime
import zoneinfo
from decimal import Decimal

from dispatch.engine import Floor, Job, Person, Place, Rule
from dispatch.engine.availability import Span
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


WELDS = {"skill": "WELD2"}
AT_EIGHT = (Span(wall(7, 6), wall(7, 14)),)
