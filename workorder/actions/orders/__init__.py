"""From a customer's request to a closed order. Every verb locks the order first, then asks, then moves."""

from workorder.actions.orders.approval import approve, reject, remind, revise, submit
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
from workorder.actions.orders.replanning import prioritize, reschedule
from workorder.actions.orders.writing import EDITABLE, copy, create, edit, sent_before, tidy

__all__ = [
    "EDITABLE",
    "approve",
    "begin",
    "cancel",
    "close",
    "complete_if_done",
    "copy",
    "create",
    "edit",
    "go_on",
    "hold",
    "open_next",
    "prioritize",
    "reject",
    "release",
    "remind",
    "reopen",
    "reschedule",
    "resume",
    "revise",
    "roll_up",
    "sent_before",
    "submit",
    "tidy",
]
