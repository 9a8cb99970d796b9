"""What people are told about, how loudly, and over which transports."""

from django.db.models import TextChoices


class Kind(TextChoices):
    ORDER_SUBMITTED = "order_submitted", "Order waits for approval"
    ORDER_APPROVED = "order_approved", "Order approved"
    ORDER_REJECTED = "order_rejected", "Order rejected"
    TASK_ASSIGNED = "task_assigned", "Task assigned"
    APPROVAL_OVERDUE = "approval_overdue", "Approval overdue"
    ORDER_COMPLETED = "order_completed", "Order completed"
    NOBODY_ELIGIBLE = "nobody_eligible", "Nobody can take a task"
    MENTIONED = "mentioned", "Mentioned in a comment"
    ABSENCE_REQUESTED = "absence_requested", "Somebody asks to be away"
    ABSENCE_ANSWERED = "absence_answered", "Absence approved or rejected"


class Level(TextChoices):
    INFO = "info", "Info"
    SUCCESS = "success", "Success"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"


class Transport(TextChoices):
    EMAIL = "email", "E-mail"
