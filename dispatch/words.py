"""What happens to assignments and rules, in words."""

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from dispatch.models import Assignment, AssignmentRule
from tenants.words import Facts, Sentence, edited, quoted


def _member(facts: Facts) -> str:
    return facts.named("assignment.member", facts.event.subject_id)


SENTENCES: dict[str, Sentence] = {
    "assignment.offered": lambda f: f"{f.what} was offered to {_member(f)}",
    "assignment.accepted": lambda f: f"{_member(f)} accepted {f.what}",
    "assignment.declined": lambda f: f"{_member(f)} declined {f.what}",
    "assignment.withdrawn": lambda f: f"{f.who} took {f.what} back from {_member(f)}",
    "assignment.finished": lambda f: f"{_member(f)} is done with {f.what}",
    "rule.created": "{who} added the rule {name}",
    "rule.edited": edited,
    "rule.removed": "{who} removed the rule {name}",
}
NAMES = {
    "assignment": (Assignment, quoted("task__title")),
    "assignment.member": (Assignment, Coalesce(NullIf(F("member__user__name"), Value("")), F("member__user__email"))),
    "rule": (AssignmentRule, F("name")),
}
