"""The catalogue: customers, products with their routing, processes."""

from decimal import Decimal

from django_filters import rest_framework as filters
from rest_framework import serializers, status
from rest_framework.response import Response

from tenants.access import Later, TenantRelatedField
from tenants.api.v1.fields import Minutes, Named, Quantity, Rows, Text
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.models import Department
from tenants.states import Role
from workorder import access, models
from workorder.actions import catalogue


class Customer(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    reference_url = serializers.CharField()
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class RoutingStep(serializers.Serializer):
    process = serializers.UUIDField(source="process_id")
    sequence = serializers.IntegerField()
    parallel_with_previous = serializers.BooleanField()


class Product(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    active = serializers.BooleanField()
    routing = RoutingStep(source="routing.all", many=True)
    version = serializers.IntegerField()


class Process(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    department = serializers.UUIDField(source="department_id")
    minutes_per_unit = serializers.DecimalField(max_digits=10, decimal_places=4)
    setup_minutes = serializers.DecimalField(max_digits=10, decimal_places=2)
    hourly_rate = serializers.DecimalField(max_digits=10, decimal_places=2)
    batch_size = Quantity(allow_null=True)
    required_skill = serializers.CharField()
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class Coded(Seen):
    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=120)
    active = serializers.BooleanField(required=False)


class CustomerInput(Coded):
    """`reference_url` is where the customer's own order is found, with `{reference}` where its reference belongs."""

    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    reference_url = Text(max_length=300)


class RoutingStepInput(serializers.Serializer):
    class Meta:
        list_serializer_class = Rows

    process = Named(to=models.Process)
    parallel_with_previous = serializers.BooleanField(required=False)


class ProductInput(Coded):
    """The order of `routing` is the order of work; sending it replaces all of it."""

    unit = serializers.CharField(required=False, max_length=12)
    routing = RoutingStepInput(many=True, required=False, max_length=50)


class ProcessInput(Coded):
    department = TenantRelatedField(to=Department)
    minutes_per_unit = Minutes(required=False, max_digits=10, decimal_places=4, min_value=0)
    setup_minutes = Minutes(required=False, max_digits=10, min_value=0)
    hourly_rate = serializers.DecimalField(max_digits=10, decimal_places=2, required=False, min_value=0)
    batch_size = Quantity(required=False, allow_null=True, min_value=Decimal("0.001"))
    required_skill = Text(max_length=60)


class CatalogueViewSet(Remembered):
    """Everybody looks up, planners write. What an order used is made inactive rather than deleted."""

    search_fields = ["code", "name"]
    ordering_fields = ("code", "name")
    ordering = ("code",)
    roles = {"create": Role.PLANNER}

    def may(self, member, verb, obj):
        return access.may(member, verb, obj)

    def create(self, request):
        sent = self.sent()
        sent.pop("seen", None)
        return self.created(catalogue.create(self.queryset.model, by=self.member, **sent))

    def partial_update(self, request, pk):
        thing = self.thing()
        catalogue.edit(thing, by=self.member, **self.sent(partial=True))
        return self.changed(thing)

    def destroy(self, request, pk):
        catalogue.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ActiveFilter(filters.FilterSet):
    active = YesNo()


class CustomerViewSet(CatalogueViewSet):
    """Who the work is for."""

    queryset = Later(models.Customer)
    serializer_class = Customer
    filterset_class = ActiveFilter
    shapes = {"create": CustomerInput, "partial_update": CustomerInput}


class ProductViewSet(CatalogueViewSet):
    """What can be made, and the way it takes through the processes."""

    queryset = Later(models.Product)
    serializer_class = Product
    filterset_class = ActiveFilter
    shapes = {"create": ProductInput, "partial_update": ProductInput}

    def get_queryset(self):
        return models.Product.objects.prefetch_related("routing")


class ProcessFilter(ActiveFilter):
    department = Related(to=Department)


class ProcessViewSet(CatalogueViewSet):
    """The operations of the catalogue: where they are done, and how long they take."""

    queryset = Later(models.Process)
    serializer_class = Process
    filterset_class = ProcessFilter
    shapes = {"create": ProcessInput, "partial_update": ProcessInput}
