"""The first version of the API: the addresses of all apps, their description and its readable form."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from config.api_docs import DocsView, described
from dispatch.api.v1 import urls as dispatch
from notifications.api.v1 import urls as notifications
from tenants.api.v1 import urls as tenants
from workorder.api.v1 import urls as workorder

APPS = (tenants, workorder, dispatch, notifications)

DESCRIPTION = """Work orders, their tasks, and the people they are given to. Stable: what is here stays as it is.

Sign in at `auth/token/`, or send an API token as `Authorization: Token wf_…`. Whoever belongs to several organizations
names one in `X-Organization`. Verbs are `POST`, answer the changed object, and may be said again safely.
"""
SCHEMA = described("v1", DESCRIPTION)


def only_ours(endpoints):
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


router = DefaultRouter()
router.include_format_suffixes = False
for app in APPS:
    for prefix, viewset, basename in app.routes:
        router.register(prefix, viewset, basename)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(custom_settings=SCHEMA), name="schema"),
    path("docs/", DocsView.as_view(url_name="v1:schema", title="Workfloor API v1"), name="docs"),
    *(address for app in APPS for address in app.paths),
    path("", include(router.urls)),
]
app_name = "v1"
