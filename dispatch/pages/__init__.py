"""What dispatch shows on its own pages, and what it adds to those of tasks."""

from dispatch.pages.tasks import form_of, task_panels

__all__ = ["form_of", "task_panels"]
