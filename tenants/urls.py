from django.urls import path

from tenants import views

app_name = "tenants"
urlpatterns = [
    path("organizations/", views.choose, name="choose"),
    path("organizations/<slug:slug>/", views.enter, name="enter"),
]
