"""What workorder adds to v1."""

from workorder.api.v1 import catalogue, tickets, views

routes = [
    ("customers", catalogue.CustomerViewSet, "customer"),
    ("products", catalogue.ProductViewSet, "product"),
    ("processes", catalogue.ProcessViewSet, "process"),
    ("work-orders", views.WorkOrderViewSet, "work-order"),
    ("work-order-processes", views.OrderProcessViewSet, "work-order-process"),
    ("tasks", views.TaskViewSet, "task"),
    ("tickets", tickets.TicketViewSet, "ticket"),
]
paths = []
