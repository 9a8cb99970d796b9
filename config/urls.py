"""Every address of Workfloor. Urls of all apps meet here; an address may lie under a lower app's noun."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("favicon.ico", RedirectView.as_view(url=f"/{settings.STATIC_URL.lstrip('/')}workfloor/favicon.svg")),
    path("api/", include("config.api")),
    path("accounts/", include("allauth.account.urls")),
    path("platform/", admin.site.urls),
    path("", include("tenants.urls")),
    path("", include("workorder.urls")),
    path("", include("dispatch.urls")),
    path("", include("notifications.urls")),
    path("", include("reports.urls")),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
