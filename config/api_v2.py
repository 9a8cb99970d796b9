"""The second version of the API, begun: who I am, and work orders to read."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from config.api_docs import DocsView, described
from tenants.api.v2 import urls as tenants
from workorder.api.v2 import urls as workorder

APPS = (tenants, workorder)

DESCRIPTION = """Cursors, entity tags, problem documents. In progress: what is missing here is in v1."""
SCHEMA = described("v2", DESCRIPTION)


def only_ours(endpoints):
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v2/")]


router = SimpleRouter()
for app in APPS:
    for prefix, viewset, basename in app.routes:
        router.register(prefix, viewset, basename)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(custom_settings=SCHEMA), name="schema"),
    path("docs/", DocsView.as_view(url_name="v2:schema", title="Workfloor API v2"), name="docs"),
    *(address for app in APPS for address in app.paths),
    path("", include(router.urls)),
]
app_name = "v2"
