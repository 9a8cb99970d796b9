"""Why a verb may not run, or why what was sent cannot be meant. Every reason at once; an empty list means go ahead.

`of_…ing` answers reasons of state and rule (409) from rows in hand, so a page may ask them for a whole card; it has a
task's `work_order` loaded. `of_given_…` answers what is wrong with an input (400), each problem naming its field.
"""

from workorder.problems.floor import (
    of_assigning,
    of_completing,
    of_held,
    of_reporting,
    of_skipping,
    of_working,
)
from workorder.problems.given import (
    MAX_MINUTES,
    MAX_MONEY,
    MAX_QUANTITY,
    MAX_REPORT_MINUTES,
    MAX_ROWS,
    MAX_WORDS,
    of_amount,
    of_given_estimate,
    of_given_order,
    of_given_report,
    of_given_rework,
    of_given_work,
    of_words,
    plain,
)
from workorder.problems.orders import of_approving, of_editing, of_releasing, of_submitting

__all__ = [
    "MAX_MINUTES",
    "MAX_MONEY",
    "MAX_QUANTITY",
    "MAX_REPORT_MINUTES",
    "MAX_ROWS",
    "MAX_WORDS",
    "of_amount",
    "of_approving",
    "of_assigning",
    "of_completing",
    "of_editing",
    "of_given_estimate",
    "of_given_order",
    "of_given_report",
    "of_given_rework",
    "of_given_work",
    "of_held",
    "of_releasing",
    "of_reporting",
    "of_skipping",
    "of_submitting",
    "of_words",
    "of_working",
    "plain",
]
