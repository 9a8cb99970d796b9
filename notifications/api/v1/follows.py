"""What I said about single orders, tasks and tickets: that I want to hear of them, or do not."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from notifications import models
from notifications.actions import follows
from notifications.queries.follows import of_member, subject_of
from tenants.access import Later
from tenants.api.v1.fields import Moment
from tenants.api.v1.filters import YesNo
from tenants.api.v1.viewsets import TenantViewSet
from tenants.errors import Problem, refuse_input
from workorder.models.conversation import SUBJECTS


class Follow(serializers.Serializer):
    id = serializers.UUIDField()
    subject_type = serializers.ChoiceField(SUBJECTS)
    subject = serializers.UUIDField(source="subject_id")
    muted = serializers.BooleanField()
    created_at = Moment()
    version = serializers.IntegerField()


class FollowInput(serializers.Serializer):
    """`muted`: hear nothing of it, but for what is given to me or names me."""

    subject_type = serializers.ChoiceField(SUBJECTS)
    subject = serializers.UUIDField()
    muted = serializers.BooleanField(required=False, default=False)


class FollowFilter(filters.FilterSet):
    subject_type = filters.ChoiceFilter(choices=[(noun, noun) for noun in SUBJECTS])
    subject = filters.UUIDFilter(field_name="subject_id")
    muted = YesNo()


class FollowViewSet(TenantViewSet):
    """My own alone. Without a row I hear of what I submitted, have or talked about."""

    queryset = Later(models.Follow)
    serializer_class = Follow
    filterset_class = FollowFilter
    ordering = ("-created_at",)
    shapes = {"create": FollowInput}

    def get_queryset(self):
        return models.Follow.objects.of(self.member)

    def may(self, member, verb, obj):
        return True

    @extend_schema(request=FollowInput, responses={200: Follow, 201: Follow})
    def create(self, request):
        """Follow a thing, or mute it. What was said about it before counts no more (200)."""
        sent = self.sent()
        subject = subject_of(sent["subject_type"], sent["subject"])
        if subject is None:
            refuse_input([Problem("does_not_exist", "There is no such thing.", "subject")])
        known = of_member([subject], self.member)
        say = follows.mute if sent["muted"] else follows.follow
        row = say(subject, by=self.member)
        return self.changed(row) if known else self.created(row)

    def destroy(self, request, pk):
        """As if nothing had been said about it."""
        row = self.thing()
        follows.forget(subject_of(row.subject_type, row.subject_id), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
