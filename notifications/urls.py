from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.inbox, name="inbox"),
    path("notifications/counter/", views.counter, name="counter"),
    path("notifications/read-all/", views.read_all, name="read_all"),
    path("notifications/<uuid:pk>/read/", views.read, name="read"),
]
