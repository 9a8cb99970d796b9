"""Plans: computed aside, looked at, adjusted, published all at once, and taken back if that was wrong.

What computes them is in `computing`, which only the worker loads: solvers have no place in a web process.
"""

from dispatch.actions.plans.adjusting import move, pin, unpin
from dispatch.actions.plans.making import create, discard, return_, submit
from dispatch.actions.plans.publishing import publish
from dispatch.actions.plans.undoing import undo

__all__ = ["create", "discard", "move", "pin", "publish", "return_", "submit", "undo", "unpin"]
