from django.urls import path, register_converter
from django.urls.converters import StringConverter

from workorder import views


class OrderVerb(StringConverter):
    """Only verbs that exist: under the same address upper apps have verbs of their own."""

    regex = "|".join(views.ORDER_ACTIONS)


class TaskVerb(StringConverter):
    regex = "|".join(views.TASK_ACTIONS)


class TicketVerb(StringConverter):
    regex = "|".join(views.TICKET_ACTIONS)


register_converter(TicketVerb, "ticket_verb")


class ImportVerb(StringConverter):
    regex = "|".join(views.IMPORT_ACTIONS)


register_converter(ImportVerb, "import_verb")
register_converter(OrderVerb, "order_verb")
register_converter(TaskVerb, "task_verb")

app_name = "workorder"
urlpatterns = [
    path("work-orders/", views.order_list, name="order_list"),
    path("work-orders/new/", views.order_create, name="order_create"),
    path("work-orders/import/", views.import_upload, name="import_upload"),
    path("work-orders/import/template.csv", views.import_template, name="import_template"),
    path("work-orders/imports/<uuid:pk>/", views.import_detail, name="import_detail"),
    path("work-orders/imports/<uuid:pk>/<import_verb:verb>/", views.import_verb, name="import_verb"),
    path("work-orders/<uuid:pk>/", views.order_detail, name="order_detail"),
    path("work-orders/<uuid:pk>/edit/", views.order_edit, name="order_edit"),
    path("work-orders/<uuid:pk>/copy/", views.order_copy, name="order_copy"),
    path("work-orders/<uuid:pk>/comments/", views.order_comments, name="order_comments"),
    path("work-orders/<uuid:pk>/attachments/", views.order_attachments, name="order_attachments"),
    path("work-orders/<uuid:pk>/tags/", views.order_tags, name="order_tags"),
    path("work-orders/<uuid:pk>/history/", views.order_history, name="order_history"),
    path("work-orders/<uuid:pk>/<order_verb:verb>/", views.order_verb, name="order_verb"),
    path("processes/<uuid:pk>/skip/", views.process_skip, name="process_skip"),
    path("settings/approval/", views.policy, name="policy"),
    path("settings/reason-codes/", views.reason_list, name="reason_list"),
    path("settings/reason-codes/<uuid:pk>/", views.reason_edit, name="reason_edit"),
    path("settings/reason-codes/<uuid:pk>/remove/", views.reason_remove, name="reason_remove"),
    path("tasks/", views.my_tasks, name="my_tasks"),
    path("tasks/<uuid:pk>/", views.task_detail, name="task_detail"),
    path("tasks/<uuid:pk>/comments/", views.task_comments, name="task_comments"),
    path("tasks/<uuid:pk>/attachments/", views.task_attachments, name="task_attachments"),
    path("tasks/<uuid:pk>/history/", views.task_history, name="task_history"),
    path("tasks/<uuid:pk>/<task_verb:verb>/", views.task_verb, name="task_verb"),
    path("task-reports/<uuid:pk>/take-back/", views.report_take_back, name="report_take_back"),
    path("comments/<uuid:pk>/edit/", views.comment_edit, name="comment_edit"),
    path("comments/<uuid:pk>/remove/", views.comment_remove, name="comment_remove"),
    path("attachments/<uuid:pk>/", views.attachment, name="attachment"),
    path("attachments/<uuid:pk>/remove/", views.attachment_remove, name="attachment_remove"),
    path("tickets/", views.ticket_list, name="ticket_list"),
    path("tickets/new/", views.ticket_create, name="ticket_create"),
    path("tickets/<uuid:pk>/", views.ticket_detail, name="ticket_detail"),
    path("tickets/<uuid:pk>/edit/", views.ticket_edit, name="ticket_edit"),
    path("tickets/<uuid:pk>/comments/", views.ticket_comments, name="ticket_comments"),
    path("tickets/<uuid:pk>/attachments/", views.ticket_attachments, name="ticket_attachments"),
    path("tickets/<uuid:pk>/history/", views.ticket_history, name="ticket_history"),
    path("tickets/<uuid:pk>/<ticket_verb:verb>/", views.ticket_verb, name="ticket_verb"),
]
