"""What happens to assignments and rules, in words."""

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from dispatch.models import (
    Assignment,
    AssignmentRule,
    Capacity,
    DispatchPolicy,
    MemberShift,
    MemberSkill,
    Shift,
    Skill,
)
from tenants.words import Facts, Sentence, edited, quoted


def _member(facts: Facts) -> str:
    return facts.named("assignment.member", facts.event.subject_id)


def _of_skill(verb: str) -> Sentence:
    return lambda f: f"{f.who} {verb.format(skill=f['skill'], member=f['member'])}"


def _of_shift(verb: str) -> Sentence:
    def sentence(facts: Facts) -> str:
        last = f" to {facts['until']}" if facts.data.get("until") else ""
        span = f"from {facts['since']}{last}"
        return f"{facts.who} {verb.format(shift=facts['shift'], member=facts['member'])}, {span}"

    return sentence


SENTENCES: dict[str, Sentence] = {
    "assignment.offered": lambda f: f"{f.what} was offered to {_member(f)}",
    "assignment.accepted": lambda f: f"{_member(f)} accepted {f.what}",
    "assignment.declined": lambda f: f"{_member(f)} declined {f.what}",
    "assignment.withdrawn": lambda f: f"{f.who} took {f.what} back from {_member(f)}",
    "assignment.finished": lambda f: f"{_member(f)} is done with {f.what}",
    "rule.created": "{who} added the rule {name}",
    "rule.edited": edited,
    "rule.removed": "{who} removed the rule {name}",
    "skill.created": "{who} added the skill {name}",
    "skill.edited": edited,
    "skill.removed": "{who} removed the skill {name}",
    "member_skill.granted": _of_skill("wrote down that {member} has {skill}"),
    "member_skill.edited": lambda f: f"{f.who} changed {f['skill']} of {f['member']}: {f.changes()}",
    "member_skill.taken_back": _of_skill("wrote down that {member} has {skill} no more"),
    "member_skill.expired": lambda f: f"The certificate of {f['member']} for {f['skill']} ran out",
    "shift.created": "{who} added the shift {name}",
    "shift.edited": edited,
    "shift.removed": "{who} removed the shift {name}",
    "member_shift.assigned": _of_shift("put {member} on {shift}"),
    "member_shift.edited": lambda f: f"{f.who} changed {f['shift']} of {f['member']}: {f.changes()}",
    "member_shift.ended": _of_shift("took {member} off {shift}"),
    "capacity.edited": lambda f: f"{f.who} changed how much {f['member']} may have: {f.changes()}",
    "dispatch_policy.edited": lambda f: f"{f.who} changed how work is given out: {f.changes()}",
}
NAMES = {
    "assignment": (Assignment, quoted("task__title")),
    "assignment.member": (Assignment, Coalesce(NullIf(F("member__user__name"), Value("")), F("member__user__email"))),
    "rule": (AssignmentRule, F("name")),
    "skill": (Skill, quoted("name")),
    "member_skill": (MemberSkill, quoted("skill__name")),
    "shift": (Shift, quoted("name")),
    "member_shift": (MemberShift, quoted("shift__name")),
    "capacity": (Capacity, Value("a capacity")),
    "dispatch_policy": (DispatchPolicy, Value("the dispatch policy")),
}
KEYS = {"skill": "skill", "shift": "shift", "implies": "skill"}
