"""Who has how much to do on which day, and how evenly it was shared out."""

from dispatch.pages import fairness_csv, show_fairness, show_load
from tenants.access import members
from tenants.states import Role


@members()
def load(request):
    return show_load(request)


@members(role=Role.SUPERVISOR)
def fairness(request):
    return show_fairness(request)


@members(role=Role.SUPERVISOR)
def fairness_export(request):
    return fairness_csv(request)
