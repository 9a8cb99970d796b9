"""Taking a report back, which is no verb of a machine: in every state its task can have, at every door."""

import pytest

from tenants.context import tenant
from tests.factories import WorkOrderTaskFactory
from tests.support.html import Page
from workorder.actions import tasks
from workorder.models import TaskReport, WorkOrderTask

pytestmark = pytest.mark.django_db

# What is reported on a waiting or ready task is nothing, so there is nothing to take back.
REFUSED = {"in_progress": None, "paused": None, "completed": "task_ended", "cancelled": "task_ended"}


@pytest.fixture
def report(world, state):
    """Of all its pieces, by Omar, on a task that then went where the line says."""
    task = WorkOrderTaskFactory(
        organization=world.north, department=world.assembly, member=world.omar, at="in_progress", at__by=world.omar
    )
    then = {"paused": tasks.pause, "completed": tasks.complete, "cancelled": tasks.cancel}.get(state)
    with tenant(world.north):
        made = tasks.report(task, by=world.omar, good=task.quantity)
        if then:
            then(made.task, by=world.ada, **({"reason": "No more needed."} if state == "cancelled" else {}))
    return made


@pytest.fixture
def say(request, world, door):
    """`say(report)` answers the status and the codes of the refusal."""

    def by_api(report):
        answer = request.getfixturevalue("api_client").as_(world.ada).post(f"task-reports/{report.pk}/take-back/", {})
        return answer.status_code, answer.codes if answer.status_code == 409 else []

    def by_page(report):
        window = request.getfixturevalue("hx_client").as_(world.ada)
        answer = window.post(f"/task-reports/{report.pk}/take-back/", {})
        return answer.status_code, [line["data-code"] for line in Page(answer.content).all("[role=alert] [data-code]")]

    return {"v1": by_api, "htmx": by_page}[door]


@pytest.mark.parametrize("door", ["v1", "htmx"])
@pytest.mark.parametrize("state", REFUSED)
def test_as_the_table_says(world, report, say, state, door):
    refused = REFUSED[state]

    status, codes = say(report)

    with tenant(world.north):
        task = WorkOrderTask.objects.get(pk=report.task_id)
        undone = TaskReport.objects.filter(reverses=report).exists()
    assert codes == ([refused] if refused else [])
    assert (status in (200, 201), undone, task.reported_quantity == 0) == ((refused is None),) * 3
    assert task.status == state
