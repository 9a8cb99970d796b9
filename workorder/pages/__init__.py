"""What order and task pages show, and how a pressed button is answered."""

from workorder.pages.buttons import Button, Pressed, buttons_of, form_of, press, told
from workorder.pages.history import history
from workorder.pages.orders import show_order, show_order_of
from workorder.pages.tasks import cards, show_task, task_values
from workorder.pages.tickets import show_ticket

__all__ = [
    "Button",
    "Pressed",
    "buttons_of",
    "cards",
    "form_of",
    "history",
    "press",
    "show_order",
    "show_order_of",
    "show_task",
    "show_ticket",
    "task_values",
    "told",
]
