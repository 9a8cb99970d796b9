"""(b) A bare Django view: a keyset, `values_list`, orjson. Nobody signed in, no middleware."""

from django.conf import settings
from django.http import HttpResponse

from benchmarks.lists.rivals.fields import LIST, PAGE, encoded
from benchmarks.lists.rivals.models import WorkOrder, WorkOrderTag


def orders(request):
    found = WorkOrder.objects.filter(organization_id=settings.ORGANIZATION, number__lt=request.GET["before"])
    rows = list(found.order_by("-number").values_list(*LIST.values())[:PAGE])
    tags = WorkOrderTag.objects.filter(work_order__in=[row[0] for row in rows]).order_by("tag__name")
    return HttpResponse(encoded(rows, tags.values_list("work_order_id", "tag__name")), content_type="application/json")
