"""The pages of workorder, by what they are about. Addresses are given in `urls`."""

from workorder.views.history import order_history, task_history, ticket_history
from workorder.views.imports import IMPORT_ACTIONS, import_detail, import_template, import_upload, import_verb
from workorder.views.orders import (
    ORDER_ACTIONS,
    order_copy,
    order_create,
    order_detail,
    order_edit,
    order_list,
    order_verb,
    process_skip,
)
from workorder.views.settings import policy, reason_edit, reason_list, reason_remove
from workorder.views.tasks import TASK_ACTIONS, my_tasks, report_take_back, task_detail, task_verb
from workorder.views.tickets import TICKET_ACTIONS, ticket_create, ticket_detail, ticket_edit, ticket_list, ticket_verb

__all__ = [
    "IMPORT_ACTIONS",
    "ORDER_ACTIONS",
    "TASK_ACTIONS",
    "TICKET_ACTIONS",
    "import_detail",
    "import_template",
    "import_upload",
    "import_verb",
    "my_tasks",
    "order_copy",
    "order_create",
    "order_detail",
    "order_edit",
    "order_history",
    "order_list",
    "order_verb",
    "policy",
    "process_skip",
    "reason_edit",
    "reason_list",
    "reason_remove",
    "report_take_back",
    "task_detail",
    "task_history",
    "task_verb",
    "ticket_create",
    "ticket_detail",
    "ticket_edit",
    "ticket_history",
    "ticket_list",
    "ticket_verb",
]
