from workorder.models.approvals import Approval
from workorder.models.catalogue import Process, Product, RoutingStep
from workorder.models.customers import Customer
from workorder.models.orders import NumberSeries, WorkOrder, WorkOrderProduct
from workorder.models.processes import WorkOrderProcess, steps_of
from workorder.models.tasks import TaskReport, WorkOrderTask

__all__ = [
    "Approval",
    "Customer",
    "NumberSeries",
    "Process",
    "Product",
    "RoutingStep",
    "TaskReport",
    "WorkOrder",
    "WorkOrderProcess",
    "WorkOrderProduct",
    "WorkOrderTask",
    "steps_of",
]
