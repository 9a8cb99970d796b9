"""How v1 describes itself: bodies come from a view's `shapes`, and every refusal it can answer is written down."""

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers


class Mistake(serializers.Serializer):
    message = serializers.CharField()
    code = serializers.CharField()


class Reason(Mistake):
    field = serializers.CharField(required=False)


class Refusal(serializers.Serializer):
    """Why nothing was done. Empty parts are left out."""

    detail = serializers.CharField()
    code = serializers.CharField()
    fields = serializers.DictField(child=Mistake(many=True), required=False)
    problems = Reason(many=True, required=False)


REFUSALS = {
    "400": "Something sent cannot be understood or meant; `fields` says what.",
    "401": "Not signed in, or with a secret that is no longer good.",
    "403": "Your role or token does not allow this.",
    "404": "There is no such thing in your organization.",
    "406": "Only JSON is answered.",
    "409": "A rule or the state of the thing forbids it, or somebody else changed it meanwhile.",
    "413": "The body is too large.",
    "415": "Only JSON is read.",
    "429": "Too often; `Retry-After` says when to come back.",
    "503": "Busy; `Retry-After` says when to come back.",
}
READING = {"400", "401", "403", "404", "406", "503"}
WRITING = READING | {"409", "413", "415"}
SIGNING_IN = {"400", "401", "406", "413", "415", "503"}


class Schema(AutoSchema):
    def get_request_serializer(self):
        if self.method == "GET":
            return None
        return getattr(self.view, "shapes", {}).get(getattr(self.view, "action", None), None)

    def get_operation_id(self):
        """`tasks_start` rather than `tasks_start_create`: a verb is not a creation."""
        action = getattr(self.view, "action", None)
        made = super().get_operation_id()
        usual = {"list", "retrieve", "create", "partial_update", "destroy", None}
        return made if action in usual else made.removesuffix("_create")

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        for status in sorted(self._refusals() - bodies.keys()):
            bodies[status] = self._get_response_for_code(Refusal, status, direction=direction)
            bodies[status]["description"] = REFUSALS[status]
        return bodies

    def _refusals(self):
        if not self.view.get_authenticators():
            return SIGNING_IN | ({"429"} if self.view.get_throttles() else set())
        often = {"429"} if self.view.get_throttles() else set()
        return READING if self.method == "GET" else WRITING | often
