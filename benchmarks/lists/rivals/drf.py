"""(c) Plain REST framework: model serializers, nested ones in a detail, page numbers and a count, a token."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework import mixins, serializers, viewsets

from benchmarks.lists.rivals import models
from benchmarks.lists.rivals.fields import LIST, MORE, VERBS, is_late


class Line(serializers.ModelSerializer):
    class Meta:
        model = models.Line
        fields = ["product", "quantity", "unit"]
        extra_kwargs = {"unit": {"required": False}}


class OrderProcess(serializers.ModelSerializer):
    class Meta:
        model = models.OrderProcess
        fields = ["id", "process", "sequence", "parallel_with_previous", "quantity"]
        read_only_fields = ["id", "sequence"]


class WorkOrder(serializers.ModelSerializer):
    is_late = serializers.SerializerMethodField()
    tags = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = models.WorkOrder
        fields = [*LIST, "is_late", "tags", "allowed_actions"]
        read_only_fields = [
            "id",
            "number",
            "status",
            "progress",
            "created_at",
            "released_at",
            "completed_at",
            "version",
        ]

    def get_is_late(self, order):
        return is_late(order.status, order.due_at)

    def get_tags(self, order):
        return [link.tag.name for link in order.tag_links.all()]

    def get_allowed_actions(self, order):
        return VERBS.get(order.status, [])


class WorkOrderDetail(WorkOrder):
    customer_reference_url = serializers.SerializerMethodField()
    products = Line(many=True)
    processes = OrderProcess(many=True)

    class Meta(WorkOrder.Meta):
        fields = [*WorkOrder.Meta.fields, *MORE, "customer_reference_url", "products", "processes"]
        read_only_fields = [*WorkOrder.Meta.read_only_fields, *MORE]

    def get_customer_reference_url(self, order):
        return order.customer.reference_url.replace("{reference}", order.customer_reference)

    @transaction.atomic
    def create(self, sent):
        lines, processes = sent.pop("products"), sent.pop("processes")
        year = timezone.now().year
        series = models.NumberSeries.objects.select_for_update().get(organization_id=settings.ORGANIZATION, year=year)
        series.last += 1
        series.save()
        order = models.WorkOrder.objects.create(number=f"WO-{year}-{series.last:06d}", **sent)
        for position, line in enumerate(lines, start=1):
            unit = line.pop("unit", line["product"].unit)
            models.Line.objects.create(work_order=order, position=position, unit=unit, **line)
        for place, row in enumerate(processes, start=1):
            department = row["process"].department_id
            models.OrderProcess.objects.create(work_order=order, sequence=place * 10, department_id=department, **row)
        return order


class WorkOrderViewSet(
    mixins.CreateModelMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet
):
    def get_queryset(self):
        found = models.WorkOrder.objects.filter(organization_id=settings.ORGANIZATION).order_by("-number")
        found = found.prefetch_related("tag_links__tag")
        return (
            found
            if self.action == "list"
            else found.select_related("customer").prefetch_related("products", "processes")
        )

    def get_serializer_class(self):
        return WorkOrder if self.action == "list" else WorkOrderDetail
