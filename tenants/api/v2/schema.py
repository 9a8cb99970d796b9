"""How v2 describes itself. Every refusal is a problem document, and is written down."""

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from tenants.api.v2.errors import MEDIA_TYPE


class ProblemEntry(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    pointer = serializers.CharField(required=False)


class Problem(serializers.Serializer):
    """RFC 9457, with a stable `code` and what is wrong in `errors`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = ProblemEntry(many=True, required=False)


READING = {
    "400": "Something sent cannot be understood or meant; `errors` says what.",
    "401": "Not signed in, or with a secret that is no longer good.",
    "403": "Your role or token does not allow this.",
    "404": "There is no such thing in your organization.",
    "406": "Only JSON is answered.",
    "503": "Busy; `Retry-After` says when to come back.",
}


class Schema(AutoSchema):
    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        for status, description in READING.items():
            bodies[status] = self._get_response_for_code(Problem, status, media_types=[MEDIA_TYPE], direction=direction)
            bodies[status]["description"] = description
        if getattr(self.view, "tagged", False) and self.view.action == "retrieve":
            bodies["304"] = {"description": "It is still what `If-None-Match` names."}
            bodies["200"]["headers"] = {"ETag": {"schema": {"type": "string"}, "description": '`"version.progress"`'}}
        return bodies
