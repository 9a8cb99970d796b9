"""What the descriptions of all versions share: how to sign in, how enums are called, the page to read them on."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularSwaggerSplitView

ENUMS = {
    "Role": "tenants.states.Role",
    "Priority": "workorder.states.Priority",
    "OrderStatus": "workorder.states.OrderStatus",
    "ProcessStatus": "workorder.states.ProcessStatus",
    "ImportStatus": "workorder.states.ImportStatus",
    "TaskStatus": "workorder.states.TaskStatus",
    "TicketStatus": "workorder.states.TicketStatus",
    "ReasonKind": "workorder.states.ReasonKind",
    "AssignmentStatus": "dispatch.states.AssignmentStatus",
    "AbsenceKind": "dispatch.states.AbsenceKind",
    "AbsenceStatus": "dispatch.states.AbsenceStatus",
    "Presence": "dispatch.states.Presence",
    "Punch": "dispatch.states.Punch",
    "PunchMethod": "dispatch.states.PunchMethod",
    "PlanStatus": "dispatch.states.PlanStatus",
    "Strategy": "dispatch.states.Strategy",
    "NotificationKind": "notifications.states.Kind",
    "Level": "notifications.states.Level",
    "Wanted": "notifications.states.Wanted",
}


def described(version, description):
    """Settings of drf-spectacular for one version; `config.api_<version>.only_ours` chooses its addresses."""
    return {
        "TITLE": "Workfloor API",
        "VERSION": version.removeprefix("v"),
        "DESCRIPTION": description,
        "PREPROCESSING_HOOKS": [f"config.api_{version}.only_ours"],
        "SCHEMA_PATH_PREFIX": f"/api/{version}",
        "ENUM_NAME_OVERRIDES": ENUMS,
        "DEFAULT_QUERY_MANAGER": "everywhere",  # asked for columns, never for rows; `objects` wants an organization
    }


class SignedIn(OpenApiAuthenticationExtension):
    """Three ways to sign in, found by one class."""

    target_class = "tenants.access.PrincipalAuthentication"
    name = ["access_token", "api_token", "session"]

    def get_security_definition(self, auto_schema):
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`Token wf_…`: a key of one member in one organization.",
            },
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "workfloor",
                "description": "The session of the pages; writing needs an X-CSRFToken header as well.",
            },
        ]


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI without anything inline, so that the strict content security policy holds here too."""

    template_name = "api_docs.html"
