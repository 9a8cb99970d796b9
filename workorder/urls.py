from django.urls import path

from workorder import views

app_name = "workorder"
urlpatterns = [
    path("work-orders/", views.order_list, name="order_list"),
    path("work-orders/new/", views.order_create, name="order_create"),
    path("work-orders/<uuid:pk>/", views.order_detail, name="order_detail"),
    path("work-orders/<uuid:pk>/edit/", views.order_edit, name="order_edit"),
    path("work-orders/<uuid:pk>/<slug:verb>/", views.order_verb, name="order_verb"),
    path("processes/<uuid:pk>/skip/", views.process_skip, name="process_skip"),
    path("tasks/", views.my_tasks, name="my_tasks"),
    path("tasks/<uuid:pk>/", views.task_detail, name="task_detail"),
    path("tasks/<uuid:pk>/<slug:verb>/", views.task_verb, name="task_verb"),
]
