from django.apps import AppConfig


class WorkorderConfig(AppConfig):
    name = "workorder"
    verbose_name = "Work orders"
