"""What workorder adds to v2."""

from workorder.api.v2 import views

routes = [("work-orders", views.WorkOrderViewSet, "work-order")]
paths = []
