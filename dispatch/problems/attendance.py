"""Why the time clock does not take a punch, or a badge."""

import datetime

from dispatch.models import Attendance, Badge
from dispatch.states import AFTER, Presence, Punch
from tenants import context
from tenants.errors import Problem
from tenants.models import Member
from tenants.problems import longest
from workorder.problems import of_words

OLDEST_PUNCH = datetime.timedelta(days=30)
WHAT_TO_SAY = {
    Presence.AWAY: "You are not in: say In first.",
    Presence.HERE: "You are in already: say Break or Out.",
    Presence.ON_BREAK: "You are on a break: say Back or Out.",
}


def of_punching(member: Member, punch: str, *, presence: Presence) -> list[Problem]:
    """What is told at the clock follows from where somebody is."""
    found = of_being_here(member)
    if not found and (presence, Punch(punch)) not in AFTER:
        found.append(Problem("does_not_follow", WHAT_TO_SAY[presence]))
    return found


def of_given_punch(member: Member, *, punch: str, at: datetime.datetime, note: str) -> list[Problem]:
    """What was forgotten is added with a word about it, while people still remember."""
    found = of_punch(punch) + of_being_here(member)
    found += of_punch_note(note, needed=True)
    now = context.now()
    if at.tzinfo is None:
        found.append(Problem("no_time_zone", "Say the time zone along, such as Z or +02:00.", "at"))
    elif at > now:
        found.append(Problem("in_the_future", "That has not happened yet.", "at"))
    elif at < now - OLDEST_PUNCH:
        found.append(Problem("too_old", f"That is more than {OLDEST_PUNCH.days} days ago.", "at"))
    return found


def of_punch_note(note: str, *, needed: bool = False) -> list[Problem]:
    return of_words(note, "note", most=longest(Attendance, "note"), needed=needed)


def of_adding(punch: str, *, before: Presence, after: Punch | None, then: Presence) -> list[Problem]:
    """A punch that was forgotten fits what came before it or what came after.

    One of the two is enough: who forgot to come in and to go again can only say one after the other. `before` is where
    they were, `then` where this leads, and `after` the next punch, if there is one.
    """
    if (before, Punch(punch)) in AFTER or (after is not None and (then, after) in AFTER):
        return []
    return [
        Problem("does_not_follow", f"They were {before.label.lower()} then: this does not follow from it.", "punch")
    ]


def punched_already() -> Problem:
    return Problem("already_there", "There is such a punch at this moment already.", "at")


def client_id_used() -> Problem:
    return Problem("client_id_used", "This id belongs to a punch of somebody else.", "client_id")


def of_badge(badge: Badge | None) -> list[Problem]:
    """What a scanned code is worth. Whose a revoked one was is nobody's business at the door."""
    if badge is None or not (badge.member.active and badge.member.user.is_active):
        return [Problem("unknown_badge", "This badge is not known here.", "badge")]
    if badge.revoked_at is not None:
        return [Problem("revoked_badge", "This badge was revoked. Use the newer one.", "badge")]
    return []


def of_being_here(member: Member) -> list[Problem]:
    return [Problem("inactive", f"{member} is no longer here.", "member")] if not member.active else []


def of_punch(punch: str) -> list[Problem]:
    if punch in Punch.values:
        return []
    return [Problem("invalid_choice", f"It is one of {', '.join(Punch.values)}.", "punch")]
