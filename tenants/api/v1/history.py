"""What happened, in words and as data: the ledger as a whole, and the part of it that belongs to one thing."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from tenants.api.v1.fields import Moment
from tenants.api.v1.viewsets import TenantViewSet
from tenants.models import Event as Row
from tenants.words import said


class Told(serializers.ListSerializer):
    """Names are read for the whole page at once."""

    def to_representation(self, data):
        rows = list(data)
        self.child.words = said(rows, it=self.context.get("it", ()))
        return super().to_representation(rows)


class Event(serializers.Serializer):
    """`said` is what happened as a sentence, with the words somebody gave along; in the history of a thing, that
    thing is called "it"."""

    class Meta:
        list_serializer_class = Told

    words = None

    id = serializers.UUIDField()
    kind = serializers.CharField()
    said = serializers.SerializerMethodField()
    subject_type = serializers.CharField()
    subject = serializers.UUIDField(source="subject_id")
    subject_version = serializers.IntegerField()
    actor = serializers.UUIDField(source="actor_id", allow_null=True)
    via = serializers.CharField()
    data = serializers.DictField()
    occurred_at = Moment()
    recorded_at = Moment()
    request_id = serializers.CharField()
    caused_by = serializers.UUIDField(allow_null=True)
    position = serializers.IntegerField(allow_null=True)

    def get_said(self, event) -> str:
        return str((self.words or said([event]))[event.pk])


class Remembered(TenantViewSet):
    """A thing whose history has an address below its own."""

    it = ()

    def get_serializer_context(self):
        return super().get_serializer_context() | {"it": self.it}

    def history(self, obj):
        """The events that make up its story, in no order."""
        return Row.objects.filter(subject_type=obj.NOUN, subject_id=obj.pk)

    @extend_schema(responses=Event(many=True))
    @action(detail=True, methods=["get"], filter_backends=[], url_path="events")
    def events(self, request, pk):
        """What happened to it, newest first."""
        obj = self.get_object()
        self.it = (obj.pk,)
        return self.listed(self.history(obj).order_by("-occurred_at", "-pk"), Event)
