"""What workorder adds to v1."""

from django.urls import path

from workorder.api.v1 import approval, catalogue, conversation, imports, ledger, tickets, views

routes = [
    ("customers", catalogue.CustomerViewSet, "customer"),
    ("products", catalogue.ProductViewSet, "product"),
    ("processes", catalogue.ProcessViewSet, "process"),
    ("work-orders", views.WorkOrderViewSet, "work-order"),
    ("order-imports", imports.OrderImportViewSet, "order-import"),
    ("work-order-processes", views.OrderProcessViewSet, "work-order-process"),
    ("tasks", views.TaskViewSet, "task"),
    ("task-reports", ledger.TaskReportViewSet, "task-report"),
    ("downtimes", ledger.DowntimeViewSet, "downtime"),
    ("reason-codes", ledger.ReasonCodeViewSet, "reason-code"),
    ("tickets", tickets.TicketViewSet, "ticket"),
    ("comments", conversation.CommentViewSet, "comment"),
    ("attachments", conversation.AttachmentViewSet, "attachment"),
    ("tags", conversation.TagViewSet, "tag"),
]
paths = [
    path(
        "order-imports/template.csv",
        imports.TemplateViewSet.as_view({"get": "download"}),
        name="order-import-template",
    ),
    path(
        "approval-policy/",
        approval.ApprovalPolicyViewSet.as_view({"get": "show", "patch": "partial_update"}),
        name="approval-policy",
    ),
]
