"""One order from a customer's request to "everyone who must know has been told", through every door it has."""

import pytest

from tenants.context import tenant
from tenants.models import Event

pytestmark = pytest.mark.django_db


def kinds_of(order_id, organization):
    with tenant(organization):
        events = Event.objects.filter(subject_id=order_id).order_by("subject_version")
        return list(events.values_list("kind", flat=True))


@pytest.fixture
def asked(world):
    """What the customer wants, as the planner types it in."""
    return {
        "customer": str(world.customer.pk),
        "title": "Spring programme",
        "priority": "high",
        "due_at": "2030-03-01T12:00:00Z",
        "products": [{"product": str(world.product.pk), "quantity": "100"}],
    }


def released(api_client, world, asked):
    """Take the order to the floor; answers it as the API shows it."""
    pia, ada = api_client.as_(world.pia), api_client.as_(world.ada)
    order = pia.post("work-orders/", asked).body
    pia.post(f"work-orders/{order['id']}/submit/")
    ada.post(f"work-orders/{order['id']}/approve/", {"comment": "Price agreed."})
    return pia.post(f"work-orders/{order['id']}/release/").body


def titles(api_client, person):
    return [entry["kind"] for entry in api_client.as_(person).get("notifications/").body["results"]]


class TestOrderLifecycle:
    def test_an_order_crosses_the_floor_and_everybody_is_told_once(
        self, world, api_client, hx_client, celery_burst, asked
    ):
        """The whole story: asked for, agreed to, released, given to somebody, made, closed."""
        celery_burst.until_quiet()
        told_before = {name: len(titles(api_client, getattr(world, name))) for name in ("pia", "ada", "omar")}
        order = released(api_client, world, asked)
        celery_burst.until_quiet()

        omar = api_client.as_(world.omar)
        mine = [
            task
            for task in omar.get("tasks/", {"assigned_member": str(world.omar.pk)}).body["results"]
            if task["work_order"] == order["id"]
        ]
        (task,) = mine
        omar.post(f"tasks/{task['id']}/start/")
        omar.post(f"tasks/{task['id']}/report/", {"good": "98", "defect": "2", "minutes": "45", "note": "Two torn."})
        omar.post(f"tasks/{task['id']}/complete/")
        celery_burst.until_quiet()

        done = api_client.as_(world.pia).get(f"work-orders/{order['id']}/").body
        assert (done["status"], done["progress"]) == ("completed", "100.00")
        assert kinds_of(order["id"], world.north) == [
            "workorder.created",
            "workorder.submitted",
            "workorder.approved",
            "workorder.released",
            "workorder.begun",
            "workorder.completed",
        ]
        now = {name: titles(api_client, getattr(world, name)) for name in told_before}
        new = {name: kinds[: len(kinds) - told_before[name]] for name, kinds in now.items()}
        assert new["ada"] == ["order_submitted"]
        assert sorted(new["pia"]) == ["order_approved", "order_completed"]
        assert new["omar"] == ["task_assigned"]
        assert hx_client.as_(world.pia).page(f"/work-orders/{order['id']}/").text("[data-status]") == "Completed"

    def test_a_rejected_order_is_revised_and_goes_round_again(self, world, api_client, asked):
        """The second round has an approval of its own: the first answer stays on record."""
        pia, ada = api_client.as_(world.pia), api_client.as_(world.ada)
        order = pia.post("work-orders/", asked).body
        url = f"work-orders/{order['id']}"

        pia.post(f"{url}/submit/")
        ada.post(f"{url}/reject/", {"comment": "The paper is not in stock."})
        pia.post(f"{url}/revise/")
        pia.post(f"{url}/submit/")
        answer = ada.post(f"{url}/approve/")

        assert (answer.status_code, answer.body["status"]) == (200, "approved")
        with tenant(world.north):
            rounds = list(world.orders["draft"].approvals.model.objects.filter(work_order=order["id"]))
        assert [(row.round, row.decision, row.decided_by_id) for row in rounds] == [
            (1, "rejected", world.ada.pk),
            (2, "approved", world.ada.pk),
        ]

    def test_a_held_order_stops_the_floor_and_goes_on_where_it_was(self, world, api_client, celery_burst, asked):
        order = released(api_client, world, asked)
        celery_burst.until_quiet()
        pia, omar = api_client.as_(world.pia), api_client.as_(world.omar)
        task = pia.get(f"work-orders/{order['id']}/tasks/").body["results"][0]

        pia.post(f"work-orders/{order['id']}/hold/", {"reason": "Waiting for paper."})
        refused = omar.post(f"tasks/{task['id']}/start/")
        pia.post(f"work-orders/{order['id']}/resume/")
        allowed = omar.post(f"tasks/{task['id']}/start/")

        assert (refused.status_code, refused.codes) == (409, ["order_on_hold"])
        assert (allowed.status_code, allowed.body["status"]) == (200, "in_progress")

    def test_a_cancelled_order_takes_its_open_work_along(self, world, api_client, celery_burst, asked):
        """Nobody may go on with what nobody wants any more."""
        order = released(api_client, world, asked)
        celery_burst.until_quiet()
        pia = api_client.as_(world.pia)

        pia.post(f"work-orders/{order['id']}/cancel/", {"reason": "Withdrawn."})
        celery_burst.until_quiet()

        tasks = pia.get(f"work-orders/{order['id']}/tasks/").body["results"]
        processes = pia.get(f"work-orders/{order['id']}/processes/").body["results"]
        assert {row["status"] for row in [*tasks, *processes]} == {"cancelled"}
        own = api_client.as_(world.omar).get("tasks/", {"assigned_member": str(world.omar.pk)}).body["results"]
        assert order["id"] not in {task["work_order"] for task in own if task["status"] in ("ready", "in_progress")}
