"""Orders from files: bring one, watch it being looked through, then have it written or drop it."""

from django.http import HttpResponse
from django_filters import rest_framework as filters
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from tenants.access import Later
from tenants.api.v1.fields import AllowedActions, Moment
from tenants.api.v1.filters import YesNo
from tenants.api.v1.parsers import Form
from tenants.api.v1.renderers import AsItIs
from tenants.api.v1.schema import Reason
from tenants.api.v1.viewsets import Seen
from tenants.states import Role
from workorder import formats, models
from workorder.actions import imports
from workorder.api.v1.views import FloorViewSet, verb
from workorder.states import ImportStatus


class OrderImport(serializers.Serializer):
    """`rows_done` of `rows_total` is how far it has been looked through."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    member = serializers.UUIDField(source="member_id")
    status = serializers.ChoiceField(ImportStatus.choices)
    rows_total = serializers.IntegerField()
    rows_done = serializers.IntegerField()
    rows_wrong = serializers.IntegerField()
    orders_total = serializers.IntegerField()
    problem = serializers.CharField()
    created_at = Moment()
    version = serializers.IntegerField()
    allowed_actions = AllowedActions(of=["status"])


class ImportRow(serializers.Serializer):
    """One row by its line in the file, as it was read; a number of a workbook stays a number."""

    line = serializers.IntegerField(source="number")
    values = serializers.DictField()
    problems = serializers.ListField(child=Reason())
    work_order = serializers.UUIDField(source="work_order_id", allow_null=True)


class OrderFile(serializers.Serializer):
    """CSV or XLSX, at most 5 MB, 5,000 rows and 20 columns."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)  # that it is empty is said in our words


class ImportFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=ImportStatus.choices)


class RowFilter(filters.FilterSet):
    wrong = YesNo(method="that_are_wrong", label="With problems, or without.")

    def that_are_wrong(self, rows, name, wanted):
        return rows.exclude(problems=[]) if wanted else rows.filter(problems=[])


class OrderImportViewSet(FloorViewSet):
    """Files of order lines. Nothing of one is an order until it is written, and then all of it is."""

    queryset = Later(models.OrderImport)
    serializer_class = OrderImport
    filterset_class = ImportFilter
    search_fields = ["name"]
    ordering_fields = ("created_at", "name")
    ordering = ("-created_at",)
    roles = {"list": Role.PLANNER, "create": Role.PLANNER}
    shapes = {"create": OrderFile, "write": Seen, "discard": Seen}

    def get_parsers(self):
        method = self.request.method.lower() if self.request else ""
        return [Form(formats.MOST_BYTES)] if self.action_map.get(method) == "create" else super().get_parsers()

    def create(self, request):
        """Bring a file (`multipart/form-data`, field `file`); it is looked through at once, in the background."""
        file = self.sent()["file"]
        return self.created(imports.upload(by=self.member, file=file, name=file.name))

    def retrieve(self, request, *args, **kwargs):
        return Response(self.shown(self.thing()))

    def history(self, order_import):
        return super().history(self.thing())  # nobody else learns what was brought

    @extend_schema(responses=ImportRow(many=True))
    @action(detail=True, methods=["get"], filter_backends=[DjangoFilterBackend], filterset_class=RowFilter)
    def rows(self, request, pk):
        """Its rows as far as they have been looked through, each with all its problems."""
        return self.listed(self.filter_queryset(self.thing().rows.all()), ImportRow)

    @verb()
    def write(self, request, pk):
        """Write all its orders, in the background and in one piece."""
        return self.verb(imports.write)

    @verb()
    def discard(self, request, pk):
        """Drop it: nothing was written, and nothing will be."""
        return self.verb(imports.discard)


class TemplateViewSet(FloorViewSet):
    """A file to begin with."""

    queryset = Later(models.OrderImport)
    content_negotiation_class = AsItIs
    roles = {"download": Role.PLANNER}

    @extend_schema(operation_id="order_imports_template", responses={(200, "text/csv"): OpenApiTypes.STR})
    def download(self, request):
        """The heading of an import as CSV, with a row as an example."""
        return HttpResponse(
            formats.template(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="orders.csv"'},
        )
