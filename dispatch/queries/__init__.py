"""What the floor looks like to dispatch: who carries what, what waits, what would be decided, and why it was."""

from dispatch.queries.floor import floor_for, floor_now, jobs_of, people, policy, preview, queued, snapshot_of
from dispatch.queries.judging import Verdict, judge, places_of, running_limits
from dispatch.queries.loads import history_of, load_by_department, why_of
from dispatch.queries.rosters import Clash, clashes, pattern_of
from dispatch.queries.skills import (
    SOON,
    bringing,
    brought_along,
    ending_soon,
    processes_asking,
    skills_of,
    today,
    undefined_skills,
    with_counts,
    without_skill,
)

__all__ = [
    "Clash",
    "SOON",
    "Verdict",
    "bringing",
    "brought_along",
    "clashes",
    "ending_soon",
    "floor_for",
    "floor_now",
    "history_of",
    "jobs_of",
    "judge",
    "load_by_department",
    "pattern_of",
    "people",
    "places_of",
    "policy",
    "preview",
    "processes_asking",
    "queued",
    "running_limits",
    "skills_of",
    "snapshot_of",
    "today",
    "undefined_skills",
    "why_of",
    "with_counts",
    "without_skill",
]
