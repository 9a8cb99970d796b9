"""Giving tasks to people, and what becomes of it."""

from dispatch.actions.assignments.answering import accept, decline, finish, withdraw
from dispatch.actions.assignments.giving import assign, claim, offer_best, run

__all__ = ["accept", "assign", "claim", "decline", "finish", "offer_best", "run", "withdraw"]
