"""What the floor looks like to dispatch: who carries what, what waits, what would be decided, and why it was."""

from dispatch.queries.catching import Catch, Caught, catch_of, warnings_of
from dispatch.queries.explaining import Explanation, explain, strategy_of
from dispatch.queries.floor import floor_for, floor_now, jobs_of, people, policy, preview, queued, snapshot_of, stranded
from dispatch.queries.judging import Verdict, judge, judge_all, places_of, running_limits
from dispatch.queries.loads import history_of, load_by_department, why_of
from dispatch.queries.presence import (
    AROUND,
    absent_now,
    cared_for,
    punches_of,
    still_running,
    timesheets,
    whereabouts,
    who_may_decide,
)
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
from dispatch.queries.weighing import Weighed, weigh

__all__ = [
    "AROUND",
    "Catch",
    "Caught",
    "Clash",
    "Explanation",
    "SOON",
    "Verdict",
    "Weighed",
    "absent_now",
    "bringing",
    "brought_along",
    "cared_for",
    "catch_of",
    "clashes",
    "ending_soon",
    "explain",
    "floor_for",
    "floor_now",
    "history_of",
    "jobs_of",
    "judge",
    "judge_all",
    "load_by_department",
    "pattern_of",
    "people",
    "places_of",
    "policy",
    "preview",
    "processes_asking",
    "punches_of",
    "queued",
    "running_limits",
    "skills_of",
    "snapshot_of",
    "still_running",
    "stranded",
    "strategy_of",
    "timesheets",
    "today",
    "undefined_skills",
    "warnings_of",
    "weigh",
    "whereabouts",
    "who_may_decide",
    "why_of",
    "with_counts",
    "without_skill",
]
