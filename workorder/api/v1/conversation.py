"""Comments and files about orders, tasks and tickets, and the tags of orders."""

from django.conf import settings
from django.db.models import F
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.reverse import reverse

from tenants.access import Later
from tenants.api.v1.fields import AllowedActions, Moment
from tenants.api.v1.filters import Moment as MomentFilter
from tenants.api.v1.filters import Related
from tenants.api.v1.parsers import Form
from tenants.api.v1.renderers import AsItIs
from tenants.api.v1.viewsets import Seen, TenantViewSet
from tenants.models import Member
from workorder import access, models
from workorder.actions import attachments, comments
from workorder.models.conversation import SUBJECTS
from workorder.pages.attachments import handed_out
from workorder.problems import MAX_COMMENT, MAX_TAG, MAX_TAGS
from workorder.problems.files import KINDS


class Comment(serializers.Serializer):
    """`mentions` are the members it names with an @. Of a removed one the place is left, and who emptied it."""

    id = serializers.UUIDField()
    subject_type = serializers.ChoiceField(SUBJECTS)
    subject = serializers.UUIDField(source="subject_id")
    member = serializers.UUIDField(source="member_id")
    text = serializers.CharField()
    mentions = serializers.ListField(child=serializers.UUIDField())
    client_id = serializers.UUIDField(allow_null=True)
    created_at = Moment()
    removed_at = Moment(allow_null=True)
    removed_by = serializers.UUIDField(source="removed_by_id", allow_null=True)
    version = serializers.IntegerField()
    allowed_actions = AllowedActions(of=["member_id", "removed_at"])


class Attachment(serializers.Serializer):
    """`digest` is the SHA-256 of its content. One that was removed is described, and handed out no more."""

    id = serializers.UUIDField()
    subject_type = serializers.ChoiceField(SUBJECTS)
    subject = serializers.UUIDField(source="subject_id")
    member = serializers.UUIDField(source="member_id")
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    digest = serializers.CharField()
    client_id = serializers.UUIDField(allow_null=True)
    created_at = Moment()
    removed_at = Moment(allow_null=True)
    removed_by = serializers.UUIDField(source="removed_by_id", allow_null=True)
    version = serializers.IntegerField()
    allowed_actions = AllowedActions(of=["member_id", "removed_at"])


class Tag(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    orders = serializers.IntegerField(help_text="How many have it.")


class CommentEdit(Seen):
    text = serializers.CharField(max_length=MAX_COMMENT)


class CommentInput(serializers.Serializer):
    """With a `client_id` the same comment may be sent again: it is written once, and answered with 200 from then on."""

    text = serializers.CharField(max_length=MAX_COMMENT)
    client_id = serializers.UUIDField(required=False)


class AttachmentInput(serializers.Serializer):
    """A form with the file. With a `client_id` it may be sent again: it is kept once."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)  # that it is empty is said in our words
    client_id = serializers.UUIDField(required=False)


class Tags(Seen):
    """All the tags it is to have: what is not among them is taken away."""

    tags = serializers.ListField(child=serializers.CharField(max_length=MAX_TAG), max_length=MAX_TAGS)


DISCUSSED = {"add_comment": CommentInput, "attach": AttachmentInput}
ABOUT = {"comment": ("edit", "remove"), "attachment": ("remove",)}


def _allowed(member, rows):
    """Dict[id -> verbs] of comments or of files; `edit` is said with PATCH and `remove` with DELETE."""
    return {row.pk: [v for v in ABOUT[row.NOUN] if not row.removed_at and access.may(member, v, row)] for row in rows}


class Discussed(TenantViewSet):
    """What an order, a task and a ticket have in common: people talk about it, and bring files."""

    def get_parsers(self):
        method = self.request.method.lower() if self.request else ""
        return (
            [Form(settings.ATTACHMENT_MAX_BYTES)] if self.action_map.get(method) == "attach" else super().get_parsers()
        )

    def allowed_actions(self, rows):
        if rows and rows[0].NOUN in ABOUT:
            return _allowed(self.member, rows)
        return super().allowed_actions(rows)

    @extend_schema(responses=Comment(many=True))
    @action(detail=True, methods=["get"], filter_backends=[])
    def comments(self, request, pk):
        """What people say about it, in turn."""
        return self.listed(models.Comment.objects.about(self.get_object()), Comment)

    @extend_schema(request=CommentInput, responses={200: Comment, 201: Comment})
    @comments.mapping.post
    def add_comment(self, request, pk):
        """Say something. `@ana` tells the member whose e-mail begins so."""
        subject, sent = self.thing(), self.sent()
        if known := comments.sent_before(sent.get("client_id")):
            return Response(self.shown(known, Comment))
        return self._made(comments.add(subject, by=self.member, **sent), Comment, "v1:comment-detail")

    @extend_schema(responses=Attachment(many=True))
    @action(detail=True, methods=["get"], filter_backends=[])
    def attachments(self, request, pk):
        """The files about it."""
        return self.listed(models.Attachment.objects.about(self.get_object()).kept(), Attachment)

    @extend_schema(request={"multipart/form-data": AttachmentInput}, responses={200: Attachment, 201: Attachment})
    @attachments.mapping.post
    def attach(self, request, pk):
        """Bring a file (`multipart/form-data`, field `file`)."""
        subject, sent = self.thing(), self.sent()
        if known := attachments.sent_before(sent.get("client_id")):
            return Response(self.shown(known, Attachment))
        file = sent.pop("file")
        made = attachments.add(subject, by=self.member, file=file, name=file.name, **sent)
        return self._made(made, Attachment, "v1:attachment-detail")

    def _made(self, row, shape, route):
        where = reverse(route, args=[row.pk], request=self.request)
        return Response(self.shown(row, shape), status=status.HTTP_201_CREATED, headers={"Location": where})


class AboutFilter(filters.FilterSet):
    subject_type = filters.ChoiceFilter(choices=[(noun, noun) for noun in SUBJECTS])
    subject = filters.UUIDFilter(field_name="subject_id")
    member = Related(to=Member, label="Who said or brought it.")
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")


class AboutViewSet(TenantViewSet):
    """Comments and files wherever they belong. What is said or brought anew is sent to what it is about."""

    filterset_class = AboutFilter
    ordering = ("-created_at",)

    def may(self, member, verb, obj):
        return access.may(member, "remove" if self.action == "destroy" else verb, obj)

    def allowed_actions(self, rows):
        return _allowed(self.member, rows)


class CommentViewSet(AboutViewSet):
    """What somebody said. It is edited by who said it, and removed by them, a planner or an admin."""

    queryset = Later(models.Comment)
    serializer_class = Comment
    search_fields = ["text"]
    shapes = {"partial_update": CommentEdit}

    def partial_update(self, request, pk):
        """Put it in other words; who is named anew is told."""
        comment = self.thing()
        sent = self.sent(partial=True)
        if "text" in sent:
            comments.edit(comment, by=self.member, **sent)
        return self.changed(comment)

    def destroy(self, request, pk):
        """Take its words away; its place stays."""
        comments.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AttachmentViewSet(AboutViewSet):
    """A file somebody brought."""

    queryset = Later(models.Attachment)
    serializer_class = Attachment
    search_fields = ["name"]

    def destroy(self, request, pk):
        """Hand it out no more."""
        attachments.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, kind.content_type): OpenApiTypes.BINARY for kind in KINDS.values()})
    @action(detail=True, methods=["get"], content_negotiation_class=AsItIs, filter_backends=[], pagination_class=None)
    def content(self, request, pk):
        """The file itself, always to be saved and never to be shown by the browser."""
        attachment = self.get_object()
        try:
            return handed_out(attachment, attachments.content(attachment))
        except FileNotFoundError as error:
            raise NotFound("The content of this file is no longer here.") from error


class TagViewSet(TenantViewSet):
    """The words orders are sorted by. One comes into being by being given to an order."""

    queryset = Later(models.Tag)
    serializer_class = Tag
    search_fields = ["name"]
    ordering_fields = {"name": F("folded")}
    ordering = ("name",)

    def get_queryset(self):
        return models.Tag.objects.with_counts()
