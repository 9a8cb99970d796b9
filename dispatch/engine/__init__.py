"""Decides who gets a task, from a snapshot and nothing else: same snapshot, same decision, nothing read or written."""

from dispatch.engine.choosing import decide, decide_all, place_for
from dispatch.engine.decisions import Candidate, Decision, Refused
from dispatch.engine.eligibility import reasons_against
from dispatch.engine.remedies import Change, Remedy, remedies_of
from dispatch.engine.snapshots import Away, Certificate, Floor, Job, Pace, Person, Place, Rule, Snapshot, hash_of

__all__ = [
    "Away",
    "Candidate",
    "Change",
    "Certificate",
    "Decision",
    "Floor",
    "Job",
    "Pace",
    "Person",
    "Place",
    "Refused",
    "Remedy",
    "Rule",
    "Snapshot",
    "decide",
    "decide_all",
    "hash_of",
    "place_for",
    "reasons_against",
    "remedies_of",
]
