"""The pages of dispatch, by what they are about. Addresses are given in `urls`."""

from dispatch.views.tasks import task_assign, task_claim, task_split

__all__ = ["task_assign", "task_claim", "task_split"]
