"""What happens to assignments and rules, in words."""

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from dispatch.models import (
    Absence,
    Assignment,
    AssignmentRule,
    Attendance,
    Badge,
    Capacity,
    DispatchPolicy,
    MemberShift,
    MemberSkill,
    Plan,
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


def _withdrawn(facts: Facts) -> str:
    """Taken back, or given on in one step; with the reason, if one was said."""
    because = facts.data.get("because")
    if facts.data.get("given_to"):
        said = f"{facts.who} gave {facts.what} on from {_member(facts)} to {facts['given_to']}"
    else:
        said = f"{facts.who} took {facts.what} back from {_member(facts)}"
    return f"{said}: {because}" if because else said


def _many(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"


def _adjusted(facts: Facts) -> str:
    """Given to somebody else, or pinned, in a plan that is not published."""
    if "pinned" in facts.data:
        verb = "pinned" if facts.data["pinned"] else "unpinned"
        return f"{facts.who} {verb} {facts['task']} in {facts.what}"
    whom = facts["member"] if facts.data.get("member") else "the queue"
    said = f"{facts.who} gave {facts['task']} to {whom} in {facts.what}"
    return f"{said}: {facts.data['force']}" if facts.data.get("force") else said


def _published(facts: Facts) -> str:
    said = f"{facts.who} published {facts.what}: {_many(facts.data.get('tasks', 0))} changed hands"
    skipped = facts.data.get("skipped")
    return f"{said}, {_many(skipped)} had changed meanwhile" if skipped else said


def _undone(facts: Facts) -> str:
    said = f"{facts.who} took {facts.what} back: {_many(facts.data.get('tasks', 0))} as before"
    stayed = facts.data.get("stayed")
    return f"{said}, {_many(stayed)} had moved on" if stayed else said


def _absence(own: str, others: str) -> Sentence:
    """Of somebody's own doing, or of somebody else's."""

    def sentence(facts: Facts) -> str:
        is_own = str(facts.event.actor_id) == str(facts.data.get("member"))
        said = own if is_own else others
        return f"{facts.who} {said.format(member=facts['member'])} from {facts['starts_at']} to {facts['ends_at']}"

    return sentence


PUNCHED = {"in": "came in", "out": "went home", "break": "went on a break", "back": "came back from a break"}


def _punched(facts: Facts) -> str:
    did = f"{facts['member']} {PUNCHED.get(facts.data.get('punch', ''), 'punched')}"
    if facts.data.get("method") != "added":
        return did
    return f"{facts.who} wrote down that {did} at {facts['at']}"


SENTENCES: dict[str, Sentence] = {
    "assignment.offered": lambda f: f"{f.what} was offered to {_member(f)}",
    "assignment.accepted": lambda f: f"{_member(f)} accepted {f.what}",
    "assignment.declined": lambda f: f"{_member(f)} declined {f.what}",
    "assignment.withdrawn": _withdrawn,
    "assignment.finished": lambda f: f"{_member(f)} is done with {f.what}",
    "absence.requested": _absence("asked to be away", "asked that {member} may be away"),
    "absence.approved": _absence("granted their own absence", "granted that {member} is away"),
    "absence.rejected": _absence("refused their own absence", "refused that {member} is away"),
    "absence.cancelled": _absence("will not be away", "cancelled the absence of {member}"),
    "attendance.punched": _punched,
    "badge.issued": "{who} issued a badge for {member}",
    "badge.revoked": "{who} revoked the badge of {member}",
    "plan.created": "{who} asked for the plan {name}",
    "plan.computed": lambda f: f"{f.what} was computed: it would move {_many(f.data.get('moved', 0))}",
    "plan.failed": "{what} could not be computed: {reason}",
    "plan.adjusted": _adjusted,
    "plan.submitted": "{who} submitted {what} for approval",
    "plan.returned": "{who} sent {what} back: {comment}",
    "plan.queued": "{who} wants {what} published",
    "plan.stopped": "{what} could not be published: {reason}",
    "plan.published": _published,
    "plan.undone": _undone,
    "plan.discarded": "{who} discarded {what}",
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
    "capacity.exceeded": lambda f: (
        f"{f['member']} was given more than there is room for"
        f" ({f['load_minutes']} of {f['room_minutes']} minutes): {f['because']}"
    ),
    "capacity.edited": lambda f: f"{f.who} changed how much {f['member']} may have: {f.changes()}",
    "dispatch_policy.edited": lambda f: f"{f.who} changed how work is given out: {f.changes()}",
}
NAMES = {
    "assignment": (Assignment, quoted("task__title")),
    "assignment.member": (Assignment, Coalesce(NullIf(F("member__user__name"), Value("")), F("member__user__email"))),
    "absence": (Absence, Value("an absence")),
    "attendance": (Attendance, Value("a punch")),
    "badge": (Badge, Value("a badge")),
    "plan": (Plan, quoted("name")),
    "rule": (AssignmentRule, F("name")),
    "skill": (Skill, quoted("name")),
    "member_skill": (MemberSkill, quoted("skill__name")),
    "shift": (Shift, quoted("name")),
    "member_shift": (MemberShift, quoted("shift__name")),
    "capacity": (Capacity, Value("a capacity")),
    "dispatch_policy": (DispatchPolicy, Value("the dispatch policy")),
}
KEYS = {"given_to": "member", "skill": "skill", "shift": "shift", "implies": "skill"}

PLACES = {"skill": "dispatch:skill_detail", "shift": "dispatch:shift_detail"}
