from workorder.models.approvals import Approval, ApprovalDeadline, ApprovalPolicy
from workorder.models.catalogue import Process, Product, RoutingStep
from workorder.models.conversation import Attachment, Comment, Tag, WorkOrderTag
from workorder.models.customers import Customer
from workorder.models.imports import ImportRow, ImportStep, OrderImport
from workorder.models.orders import NumberSeries, WorkOrder, WorkOrderProduct
from workorder.models.processes import WorkOrderProcess, steps_of
from workorder.models.reports import Downtime, ReasonCode, TaskReport
from workorder.models.tasks import WorkOrderTask
from workorder.models.tickets import Ticket

__all__ = [
    "Approval",
    "ApprovalDeadline",
    "ApprovalPolicy",
    "Attachment",
    "Comment",
    "Customer",
    "Downtime",
    "ImportRow",
    "ImportStep",
    "NumberSeries",
    "OrderImport",
    "Process",
    "Product",
    "ReasonCode",
    "RoutingStep",
    "Tag",
    "TaskReport",
    "Ticket",
    "WorkOrder",
    "WorkOrderProcess",
    "WorkOrderProduct",
    "WorkOrderTag",
    "WorkOrderTask",
    "steps_of",
]
