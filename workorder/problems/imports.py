"""Why orders may not be made of what is there already: of an old order, or of a file that was looked through."""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.errors import Problem
from tenants.states import wrong_state
from workorder.models import Customer, OrderImport

SHOWN = 20


def of_copying(
    customer: Customer, lines: Sequence[Mapping[str, Any]], processes: Sequence[Mapping[str, Any]]
) -> list[Problem]:
    """What the old order was made of and is no longer in use, each thing once."""
    named = [customer, *(row["product"] for row in lines), *(row["process"] for row in processes)]
    gone = {row.pk: row for row in named if not row.active}
    return [Problem("inactive", f"{row} ({row.code}) is no longer in use.") for row in gone.values()]


def of_writing(order_import: OrderImport) -> list[Problem]:
    if found := wrong_state(order_import, "write"):
        return found
    if wrong := order_import.rows_wrong:
        said = "1 row has a problem" if wrong == 1 else f"{wrong} rows have problems"
        return [Problem("import_has_problems", f"{said}: mend the file and import it anew. Nothing was written.")]
    return []


def of_outdated(found: Mapping[int, Sequence[Problem]]) -> list[Problem]:
    """What has become wrong since the rows were checked, by their line in the file; only the first of many."""
    said = [(line, problem) for line, problems in found.items() for problem in problems]
    reasons = [
        Problem("import_outdated", f"Line {line} is no longer right: {problem.message}") for line, problem in said
    ]
    if len(said) > SHOWN:
        reasons[SHOWN:] = [Problem("import_outdated", f"And {len(said) - SHOWN} more.")]
    return reasons
