from django.urls import include, path
from rest_framework.routers import SimpleRouter

from benchmarks.lists.rivals import drf, views

router = SimpleRouter()
router.register("work-orders", drf.WorkOrderViewSet, "work-order")
urlpatterns = [path("bare/", views.orders), path("", include(router.urls))]
