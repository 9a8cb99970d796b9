"""A Monday morning: planned in the background, looked at, changed, published, begun, and taken back."""

from dispatch.models import Plan
from notifications.models import Notification
from tenants import relay
from tenants.context import tenant
from tests.factories import OperatorFactory, WorkOrderTaskFactory


def test_a_plan_from_the_wish_to_the_undo(world, api_client, hx_client):
    """The planner asks on a page, a worker computes, Lea's program sees her tasks, and one of them has begun when the
    rest is taken back."""
    for _ in range(4):
        WorkOrderTaskFactory(organization=world.north, department=world.assembly)
    relay.drain(world.north)  # all of it is offered to Omar; then somebody new begins
    lea = OperatorFactory(organization=world.north, department=world.assembly, user__name="Lea")
    pia, program = hx_client.as_(world.pia), api_client.as_(lea)
    asked = pia.plain("post", "/dispatch/plans/", {"name": "Monday", "department": str(world.assembly.pk)})
    url = asked["Location"]
    assert pia.page(url).has("[hx-trigger^='every 1s']")

    relay.drain(world.north)

    page = pia.page(url)
    assert page.one("[data-status]")["data-status"] == "ready"
    with tenant(world.north):
        plan = Plan.objects.get(name="Monday")
        hers = plan.items.that_change_something().filter(member=lea).values_list("task", flat=True)
        assert len(hers) >= 1, "Lea gets a share"
        loose = plan.items.filter(member=world.omar, task__status="ready").exclude(parts__has_key="fixed")
        his = loose.first().task_id
    moved = pia.plain("post", f"{url}move/", {"task": his, "member": lea.pk, "version": plan.version})
    assert moved.status_code == 302
    with tenant(world.north):
        plan.refresh_from_db()
    published = pia.plain("post", f"{url}publish/", {"version": plan.version})
    assert published["Location"] == url

    relay.drain(world.north)

    mine = {row["id"] for row in program.get("tasks/", {"assigned_member": str(lea.pk)}).body["results"]}
    assert str(his) in mine
    with tenant(world.north):
        assert Notification.objects.filter(recipient=lea, title=f"{len(mine)} tasks are yours").count() == 1
        assert Notification.objects.filter(recipient=lea).count() == 1
    assert program.post(f"tasks/{his}/start/").status_code == 200
    relay.drain(world.north)

    undone = pia.plain("post", f"{url}undo/", {})
    assert undone["Location"] == url
    still = {row["id"] for row in program.get("tasks/", {"assigned_member": str(lea.pk)}).body["results"]}
    assert still == {str(his)}
    rest = pia.page(f"{url}?what=problem")
    assert "The work has begun, or has ended." in rest.text("#plan")
