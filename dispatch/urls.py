from django.urls import path

from dispatch import views

app_name = "dispatch"
urlpatterns = [
    path("dispatch/", views.board, name="board"),
    path("dispatch/preview/", views.preview, name="preview"),
    path("dispatch/run/", views.run, name="run"),
    path("dispatch/load/", views.load, name="load"),
    path("dispatch/fairness/", views.fairness, name="fairness"),
    path("dispatch/fairness.csv", views.fairness_export, name="fairness_export"),
    path("dispatch/tasks/<uuid:pk>/give/", views.task_give, name="task_give"),
    path("tasks/<uuid:pk>/assign/", views.task_assign, name="task_assign"),
    path("tasks/<uuid:pk>/claim/", views.task_claim, name="task_claim"),
    path("tasks/<uuid:pk>/split/", views.task_split, name="task_split"),
]
