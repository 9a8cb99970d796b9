"""All versions of the API, and the view that lists them."""

from django.http import JsonResponse
from django.urls import include, path, reverse
from django.views.decorators.http import require_safe

VERSIONS = {"v1": "stable", "v2": "in progress"}


@require_safe
def versions(request):
    """Which versions there are, and where each is described. Open to everybody: there is nothing of anybody in it."""
    found = [
        {
            "version": version,
            "status": status,
            "url": request.build_absolute_uri(f"{request.path}{version}/"),
            "schema": request.build_absolute_uri(reverse(f"{version}:schema")),
            "docs": request.build_absolute_uri(reverse(f"{version}:docs")),
        }
        for version, status in VERSIONS.items()
    ]
    return JsonResponse({"versions": found})


urlpatterns = [
    path("", versions, name="api_versions"),
    path("v1/", include("config.api_v1")),
    path("v2/", include("config.api_v2")),
]
