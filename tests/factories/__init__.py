"""One factory per model. Whatever belongs to an organization is told which; statuses are walked to, never set."""

from tests.factories.assignments import AssignmentFactory
from tests.factories.catalogue import CustomerFactory, ProcessFactory, ProductFactory, RoutingStepFactory
from tests.factories.conversation import AttachmentFactory, CommentFactory, TagFactory, WorkOrderTagFactory
from tests.factories.escalations import (
    BusinessCalendarFactory,
    EscalationFactory,
    EscalationPolicyFactory,
    EscalationStepFactory,
    HolidayFactory,
    PromiseFactory,
)
from tests.factories.imports import ImportRowFactory, ImportStepFactory, OrderImportFactory
from tests.factories.members import (
    AdminFactory,
    ApiTokenFactory,
    DepartmentFactory,
    DeputyFactory,
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
from tests.factories.notifications import ClearedFactory, MessageFactory, NotificationFactory
from tests.factories.orders import (
    ApprovalDeadlineFactory,
    ApprovalFactory,
    NumberSeriesFactory,
    WorkOrderFactory,
    WorkOrderProductFactory,
)
from tests.factories.people import (
    CapacityFactory,
    CertificateEndFactory,
    MemberShiftFactory,
    MemberSkillFactory,
    ShiftFactory,
    SkillFactory,
)
from tests.factories.plans import PlanFactory, PlanItemFactory, PlanPublishingFactory, PlanStepFactory
from tests.factories.preferences import (
    DefaultPreferenceFactory,
    DigestFactory,
    FollowFactory,
    NotificationScheduleFactory,
    OccasionFactory,
    PreferenceFactory,
    PushSubscriptionFactory,
)
from tests.factories.presence import (
    AbsenceFactory,
    AbsenceStartFactory,
    AttendanceFactory,
    BadgeFactory,
    StayEndFactory,
)
from tests.factories.rules import AssignmentRuleFactory
from tests.factories.schedules import ReplayFactory, ScheduledRunFactory
from tests.factories.tasks import (
    DowntimeFactory,
    ReasonCodeFactory,
    TaskReportFactory,
    WorkOrderProcessFactory,
    WorkOrderTaskFactory,
)
from tests.factories.tickets import TicketFactory
from tests.factories.webhooks import WebhookAttemptFactory, WebhookCallFactory, WebhookFactory

__all__ = [
    "AbsenceFactory",
    "AbsenceStartFactory",
    "AdminFactory",
    "ApiTokenFactory",
    "ApprovalDeadlineFactory",
    "ApprovalFactory",
    "AssignmentFactory",
    "AssignmentRuleFactory",
    "AttachmentFactory",
    "AttendanceFactory",
    "BadgeFactory",
    "CapacityFactory",
    "CertificateEndFactory",
    "ClearedFactory",
    "CommentFactory",
    "CustomerFactory",
    "DepartmentFactory",
    "DeputyFactory",
    "DowntimeFactory",
    "ImportRowFactory",
    "ImportStepFactory",
    "InactiveMemberFactory",
    "MemberFactory",
    "MemberShiftFactory",
    "MemberSkillFactory",
    "MessageFactory",
    "NotificationFactory",
    "NumberSeriesFactory",
    "OperatorFactory",
    "OrderImportFactory",
    "OrganizationFactory",
    "PlanFactory",
    "PlanItemFactory",
    "PlanPublishingFactory",
    "PlanStepFactory",
    "PlannerFactory",
    "ProcessFactory",
    "ProductFactory",
    "ReasonCodeFactory",
    "RefreshTokenFactory",
    "RoutingStepFactory",
    "ShiftFactory",
    "SkillFactory",
    "SupervisorFactory",
    "TagFactory",
    "TaskReportFactory",
    "StayEndFactory",
    "TicketFactory",
    "UserFactory",
    "ViewerFactory",
    "WorkOrderFactory",
    "WorkOrderProcessFactory",
    "WorkOrderProductFactory",
    "WorkOrderTagFactory",
    "WorkOrderTaskFactory",
    "BusinessCalendarFactory",
    "EscalationFactory",
    "EscalationPolicyFactory",
    "EscalationStepFactory",
    "HolidayFactory",
    "PromiseFactory",
    "DefaultPreferenceFactory",
    "DigestFactory",
    "FollowFactory",
    "NotificationScheduleFactory",
    "OccasionFactory",
    "PreferenceFactory",
    "PushSubscriptionFactory",
    "ReplayFactory",
    "ScheduledRunFactory",
    "WebhookAttemptFactory",
    "WebhookCallFactory",
    "WebhookFactory",
]
