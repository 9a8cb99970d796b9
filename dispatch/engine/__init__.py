"""Decides who gets a task, from a snapshot and nothing else: same snapshot, same decision, nothing read or written."""

from dispatch.engine.choosing import decide, decide_all
from dispatch.engine.decisions import Candidate, Decision, Refused
from dispatch.engine.snapshots import Floor, Job, Person, Place, Rule

__all__ = ["Candidate", "Decision", "Floor", "Job", "Person", "Place", "Refused", "Rule", "decide", "decide_all"]
