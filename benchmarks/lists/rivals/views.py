"""(b) A bare Django view: a keyset, `values_list`, orjson. Nobody signed in, no middleware."""

from django.conf import settings
from django.http import HttpResponse

from benchmarks.lists.rivals.fields import LIST, PAGE, encoded
from benchmarks.lists.rivals.models import WorkOrder


def orders(request):
    found = WorkOrder.objects.filter(organization_id=settings.ORGANIZATION, number__lt=request.GET["before"])
    rows = found.order_by("-number").values_list(*LIST.values())[:PAGE]
    return HttpResponse(encoded(rows), content_type="application/json")
