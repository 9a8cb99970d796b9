from django.urls import path

from dispatch import views

app_name = "dispatch"
urlpatterns = [
    path("tasks/<uuid:pk>/assign/", views.task_assign, name="task_assign"),
    path("tasks/<uuid:pk>/claim/", views.task_claim, name="task_claim"),
    path("tasks/<uuid:pk>/split/", views.task_split, name="task_split"),
]
