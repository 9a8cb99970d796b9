from reports import queries
from tenants import context
from tenants.access import members
from tenants.pages import page


@members()
def dashboard(request):
    """How the floor is doing. It reads itself again whenever an order or a task changes."""
    moment = context.now()
    due = list(queries.next_due())
    for order in due:
        order.late = order.is_late(moment)
    return page(
        request,
        "reports/dashboard.html",
        part="reports/_dashboard.html",
        figures=queries.figures(moment),
        shares=queries.work_by_state(),
        backlog=queries.backlog(),
        due=due,
    )
