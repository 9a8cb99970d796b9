"""From a customer's request to a closed order. Every verb locks the order first, then asks, then moves."""

from workorder.actions.orders.approval import approve, reject, revise, submit
from workorder.actions.orders.floor import (
    begin,
    cancel,
    close,
    complete_if_done,
    go_on,
    hold,
    open_next,
    release,
    reopen,
    resume,
    roll_up,
)
from workorder.actions.orders.writing import EDITABLE, create, edit

__all__ = [
    "EDITABLE",
    "approve",
    "begin",
    "cancel",
    "close",
    "complete_if_done",
    "create",
    "edit",
    "go_on",
    "hold",
    "open_next",
    "reject",
    "release",
    "reopen",
    "resume",
    "revise",
    "roll_up",
    "submit",
]
