"""What order and task pages show, and how a pressed button is answered."""

from workorder.pages.approvals import said_of
from workorder.pages.attachments import handed_out
from workorder.pages.buttons import PAGES, Button, Pressed, buttons_of, form_of, press, told
from workorder.pages.conversation import about_verb, show_talk, talk_of
from workorder.pages.history import events_of, history, history_url
from workorder.pages.imports import show_import, show_upload
from workorder.pages.orders import show_order, show_order_of
from workorder.pages.tasks import (
    cards,
    offered_for,
    offered_in_lists,
    show_task,
    show_whole_task,
    take_back_form,
    take_back_verb,
    task_values,
    today_of,
)
from workorder.pages.tickets import show_ticket

__all__ = [
    "PAGES",
    "Button",
    "Pressed",
    "about_verb",
    "buttons_of",
    "cards",
    "events_of",
    "form_of",
    "handed_out",
    "history",
    "history_url",
    "offered_for",
    "offered_in_lists",
    "press",
    "said_of",
    "show_import",
    "show_order",
    "show_order_of",
    "show_talk",
    "show_task",
    "show_ticket",
    "show_upload",
    "show_whole_task",
    "take_back_form",
    "talk_of",
    "take_back_verb",
    "today_of",
    "task_values",
    "told",
]
