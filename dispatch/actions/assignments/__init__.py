"""Giving tasks to people, and what becomes of it."""

from dispatch.actions.assignments.answering import accept, decline, finish, withdraw
from dispatch.actions.assignments.exchanging import reassign, swap
from dispatch.actions.assignments.giving import (
    assign,
    claim,
    is_somebody_there,
    offer_best,
    offer_stranded,
    run,
)
from dispatch.actions.assignments.returning import reoffer

__all__ = [
    "accept",
    "assign",
    "claim",
    "decline",
    "finish",
    "is_somebody_there",
    "offer_best",
    "offer_stranded",
    "reassign",
    "reoffer",
    "run",
    "swap",
    "withdraw",
]
