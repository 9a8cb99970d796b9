"""What a skill brings along: whoever has one that implies another has that one too."""

import datetime
from collections.abc import Mapping

from dispatch.engine.snapshots import Certificate

FOR_GOOD = datetime.date.max


def with_implied(code: str, implies: Mapping[str, str]) -> list[str]:
    """The code and all it implies, step by step, each once; `implies` is {code: the one it implies}."""
    found: dict[str, None] = {}
    step: str | None = code
    while step is not None and step not in found:
        found[step] = None
        step = implies.get(step)
    return list(found)


def expanded(held: Mapping[str, Certificate], implies: Mapping[str, str]) -> dict[str, Certificate]:
    """Everything somebody can do who was certified for `held`.

    An implied skill is as good, and for as long, as the one it comes with; of several that bring it the one that
    lasts longest counts, and of those the best.
    """
    found: dict[str, Certificate] = {}
    for code, certificate in held.items():
        for each in with_implied(code, implies):
            if each not in found or _worth(certificate) > _worth(found[each]):
                found[each] = certificate
    return found


def _worth(certificate: Certificate) -> tuple[datetime.date, int]:
    return certificate.until or FOR_GOOD, certificate.level
