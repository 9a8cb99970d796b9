"""What tenants adds to v2."""

from django.urls import path

from tenants.api.v2 import views

routes = []
paths = [path("me/", views.MeViewSet.as_view({"get": "me"}), name="me")]
