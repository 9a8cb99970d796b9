"""One factory per model. Whatever belongs to an organization is told which; statuses are walked to, never set."""

from tests.factories.assignments import AssignmentFactory
from tests.factories.catalogue import CustomerFactory, ProcessFactory, ProductFactory, RoutingStepFactory
from tests.factories.members import (
    AdminFactory,
    ApiTokenFactory,
    DepartmentFactory,
    InactiveMemberFactory,
    MemberFactory,
    OperatorFactory,
    OrganizationFactory,
    PlannerFactory,
    RefreshTokenFactory,
    SupervisorFactory,
    UserFactory,
    ViewerFactory,
)
from tests.factories.notifications import MessageFactory, NotificationFactory
from tests.factories.orders import ApprovalFactory, NumberSeriesFactory, WorkOrderFactory, WorkOrderProductFactory
from tests.factories.rules import AssignmentRuleFactory
from tests.factories.tasks import TaskReportFactory, WorkOrderProcessFactory, WorkOrderTaskFactory
from tests.factories.tickets import TicketFactory

__all__ = [
    "AdminFactory",
    "ApiTokenFactory",
    "ApprovalFactory",
    "AssignmentFactory",
    "AssignmentRuleFactory",
    "CustomerFactory",
    "DepartmentFactory",
    "InactiveMemberFactory",
    "MemberFactory",
    "MessageFactory",
    "NotificationFactory",
    "NumberSeriesFactory",
    "OperatorFactory",
    "OrganizationFactory",
    "PlannerFactory",
    "ProcessFactory",
    "ProductFactory",
    "RefreshTokenFactory",
    "RoutingStepFactory",
    "SupervisorFactory",
    "TaskReportFactory",
    "TicketFactory",
    "UserFactory",
    "ViewerFactory",
    "WorkOrderFactory",
    "WorkOrderProcessFactory",
    "WorkOrderProductFactory",
    "WorkOrderTaskFactory",
]
