"""The machines through the API: verbs answer the changed thing, and what may be done to it next."""

import pytest

from tenants.context import tenant
from tests.factories import WorkOrderFactory

pytestmark = pytest.mark.django_db


def kinds(client, subject):
    """What happened to a thing, newest first, as the API tells it."""
    return [event["kind"] for event in client.get("events/", {"subject": subject}).body["results"]]


@pytest.fixture
def task(world):
    """A task whose turn it is, in Assembly, that nobody has."""
    order = WorkOrderFactory(
        organization=world.north, customer=world.customer, line__product=world.product, at="released", at__by=world.pia
    )
    with tenant(world.north):
        return order.tasks.get()


class TestVerbs:
    """One POST, one verb, one event."""

    def test_a_verb_answers_the_changed_order_and_what_may_follow(self, world, api_client):
        """A client needs no second request to draw its buttons."""
        order = world.orders["submitted"]

        answer = api_client.as_(world.ada).post(f"work-orders/{order.pk}/approve/", {"comment": "Price agreed."})

        assert (answer.status_code, answer.body["status"], answer.body["version"]) == (
            200,
            "approved",
            order.version + 1,
        )
        assert answer.body["allowed_actions"] == ["reschedule", "prioritize", "release", "cancel"]
        assert kinds(api_client.as_(world.vera), order.pk)[0] == "workorder.approved"

    def test_the_same_verb_again_is_a_retry_without_an_event(self, world, pia):
        """A program that lost the answer may ask again."""
        order = world.orders["approved"]
        pia.post(f"work-orders/{order.pk}/release/")
        before = kinds(pia, order.pk)

        again = pia.post(f"work-orders/{order.pk}/release/")

        assert (again.status_code, kinds(pia, order.pk)) == (200, before)

    def test_the_same_verb_by_somebody_else_is_refused(self, world, pia, api_client):
        """Bea did not release it, and is told that somebody has."""
        order = world.orders["approved"]
        pia.post(f"work-orders/{order.pk}/release/")

        answer = api_client.as_(world.bea).post(f"work-orders/{order.pk}/release/")

        assert (answer.status_code, answer.codes) == (409, ["already_released"])

    def test_approve_by_the_submitter_is_refused(self, world, pia):
        """Four eyes: whoever asked may not also agree."""
        order = WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)

        answer = pia.post(f"work-orders/{order.pk}/approve/")

        assert (answer.status_code, answer.codes) == (409, ["approved_by_submitter"])
        assert kinds(pia, order.pk)[0] == "workorder.submitted"

    @pytest.mark.parametrize("body", [{}, {"comment": "  "}], ids=["missing", "blank"])
    def test_a_rejection_needs_words(self, world, api_client, body):
        """Whoever has to mend it must know what."""
        order = world.orders["submitted"]

        answer = api_client.as_(world.ada).post(f"work-orders/{order.pk}/reject/", body)

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["comment"])

    @pytest.mark.parametrize("verb", ["begin", "finish"])
    def test_verbs_of_the_system_have_no_address(self, world, api_client, verb):
        """The floor says them by what it does."""
        answer = api_client.as_(world.ada).post(f"work-orders/{world.orders['released'].pk}/{verb}/")

        assert answer.status_code == 404

    def test_an_organization_may_let_people_approve_their_own(self, world, pia):
        """A shop of one has nobody else to ask."""
        type(world.north).objects.filter(pk=world.north.pk).update(may_approve_own=True)
        order = WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)

        answer = pia.post(f"work-orders/{order.pk}/approve/")

        assert (answer.status_code, answer.body["status"]) == (200, "approved")


class TestTheFloor:
    """From a ready task to a completed order, by the people who do the work."""

    def test_a_task_is_claimed_worked_on_and_completed(self, world, api_client, task):
        """The last task ends its process, and the last process its order."""
        omar = api_client.as_(world.omar)

        claimed = omar.post(f"tasks/{task.pk}/claim/")
        started = omar.post(f"tasks/{task.pk}/start/")
        reported = omar.post(f"tasks/{task.pk}/report/", {"good": "9.5", "defect": 0.5, "minutes": "12", "note": "ok"})
        completed = omar.post(f"tasks/{task.pk}/complete/")

        assert [claimed.body["status"], started.body["status"]] == ["ready", "in_progress"]
        assert claimed.body["assigned_member"] == str(world.omar.pk)
        assert (reported.body["completed_quantity"], reported.body["defect_quantity"]) == ("9.500", "0.500")
        assert (completed.body["status"], completed.body["allowed_actions"]) == ("completed", [])
        order = omar.get(f"work-orders/{task.work_order_id}/").body
        assert (order["status"], order["progress"]) == ("completed", "100.00")

    def test_a_report_sent_twice_is_written_once(self, world, api_client, task):
        """A phone in a basement sends it again when it comes up."""
        omar = api_client.as_(world.omar)
        omar.post(f"tasks/{task.pk}/claim/")
        omar.post(f"tasks/{task.pk}/start/")
        body = {"good": 3, "client_id": "0192f0c1-0000-7000-8000-000000000001"}

        first, second = (omar.post(f"tasks/{task.pk}/report/", body) for _ in range(2))

        assert (first.status_code, second.status_code) == (200, 200)
        assert second.body["completed_quantity"] == first.body["completed_quantity"] == "3.000"

    def test_more_than_is_left_is_refused_beside_its_field(self, world, api_client, task):
        """Eleven of ten is a slip of the thumb."""
        omar = api_client.as_(world.omar)
        omar.post(f"tasks/{task.pk}/claim/")
        omar.post(f"tasks/{task.pk}/start/")

        answer = omar.post(f"tasks/{task.pk}/report/", {"good": 11})

        assert (answer.status_code, answer.codes, list(answer.body["fields"])) == (400, ["too_much"], ["good"])

    def test_an_operator_elsewhere_may_not_touch_it(self, world, api_client, task):
        """Odd welds; this is assembly."""
        odd = api_client.as_(world.odd)

        claimed, started = odd.post(f"tasks/{task.pk}/claim/"), odd.post(f"tasks/{task.pk}/start/")

        assert (claimed.status_code, started.status_code) == (403, 403)

    def test_allowed_actions_differ_by_who_looks(self, world, api_client, task):
        """What is offered is what would be accepted: buttons never lie."""
        seen = [
            api_client.as_(person).get(f"tasks/{task.pk}/").body["allowed_actions"]
            for person in (world.vera, world.omar, world.odd, world.sina)
        ]

        assert seen == [[], ["claim"], [], ["merge", "start", "cancel", "assign", "claim", "split"]]

    def test_a_supervisor_sends_a_task_to_somebody(self, world, api_client, task):
        sina = api_client.as_(world.sina)

        answer = sina.post(f"tasks/{task.pk}/assign/", {"member": world.omar.pk})

        assert (answer.status_code, answer.body["assigned_member"]) == (200, str(world.omar.pk))
        [assignment] = sina.get("assignments/", {"task": task.pk}).body["results"]
        assert (assignment["status"], assignment["why"]) == ("offered", "Sina gave it to Omar.")

    @pytest.mark.parametrize("named", [(), ("member", "department")], ids=["neither", "both"])
    def test_assigning_names_one_of_member_and_department(self, world, api_client, task, named):
        """Two targets would be two wishes."""
        ids = {"member": world.omar.pk, "department": world.assembly.pk}

        answer = api_client.as_(world.sina).post(f"tasks/{task.pk}/assign/", {name: ids[name] for name in named})

        assert (answer.status_code, answer.codes) == (400, ["member_or_department"])

    def test_a_process_that_is_not_needed_is_skipped_with_a_reason(self, world, api_client, task):
        sina = api_client.as_(world.sina)

        answer = sina.post(f"work-order-processes/{task.process_id}/skip/", {"reason": "Comes cut already."})

        assert (answer.status_code, answer.body["status"]) == (200, "skipped")
        assert sina.get(f"tasks/{task.pk}/").body["status"] == "cancelled"


class TestStaleIs409:
    """`version` in a body is the one the caller saw."""

    def test_an_outdated_version_is_409_stale_and_changes_nothing(self, world, pia):
        """Whoever decides on yesterday's picture decides about something else."""
        order = world.orders["draft"]
        pia.patch(f"work-orders/{order.pk}/", {"title": "Changed meanwhile"})

        answer = pia.post(f"work-orders/{order.pk}/submit/", {"version": order.version})

        assert (answer.status_code, answer.code) == (409, "stale")
        assert pia.get(f"work-orders/{order.pk}/").body["status"] == "draft"

    def test_the_version_seen_is_enough(self, world, pia):
        order = world.orders["draft"]

        answer = pia.post(f"work-orders/{order.pk}/submit/", {"version": order.version})

        assert (answer.status_code, answer.body["version"]) == (200, order.version + 1)

    def test_an_outdated_edit_is_409_as_well(self, world, pia):
        """Two planners with one form open: the second is told, not silently overruled."""
        order = world.orders["draft"]
        pia.patch(f"work-orders/{order.pk}/", {"title": "First"})

        answer = pia.patch(f"work-orders/{order.pk}/", {"title": "Second", "version": order.version})

        assert (answer.status_code, pia.get(f"work-orders/{order.pk}/").body["title"]) == (409, "First")


class TestIntake:
    """Writing down what a customer wants."""

    def test_products_bring_their_routing_along(self, world, pia):
        """The planner says what; the catalogue knows how."""
        body = {
            "customer": world.customer.pk,
            "title": "Flyers",
            "due_at": "2030-05-01T12:00:00+02:00",
            "priority": "high",
            "products": [{"product": world.product.pk, "quantity": "250"}],
        }

        made = pia.post("work-orders/", body)

        assert (made.status_code, made.body["status"], made.body["due_at"]) == (201, "draft", "2030-05-01T10:00:00Z")
        assert made.headers["Location"] == f"http://localhost/api/v1/work-orders/{made.body['id']}/"
        assert made.body["products"] == [{"product": str(world.product.pk), "quantity": "250.000", "unit": "pcs"}]
        assert [(row["process"], row["sequence"]) for row in made.body["processes"]] == [(str(world.process.pk), 10)]
        assert kinds(pia, made.body["id"]) == ["workorder.created"]

    def test_an_order_of_many_lines_costs_no_more_lookups_than_one(self, world, pia, query_counter):
        """A query per line is how imports become slow."""
        counts = []
        line = {"product": world.product.pk, "quantity": 1}
        for many in (1, 20):
            with query_counter() as counted:
                pia.post("work-orders/", {"customer": world.customer.pk, "title": "X", "products": [line] * many})
            counts.append(len(counted))

        assert counts[0] == counts[1]
        assert pia.get("work-orders/?search=X&ordering=number").body["count"] == 2

    def test_only_a_draft_can_be_edited(self, world, pia):
        """What was approved is what is made."""
        answer = pia.patch(f"work-orders/{world.orders['approved'].pk}/", {"title": "Something else"})

        assert (answer.status_code, answer.codes) == (409, ["not_a_draft"])

    def test_lists_leave_out_products_and_processes(self, world, pia):
        """A list is for finding, the order itself for reading."""
        [row, *_] = pia.get("work-orders/").body["results"]
        whole = pia.get(f"work-orders/{row['id']}/").body

        assert {"products", "processes"} <= whole.keys() - row.keys()

    def test_an_order_shows_its_processes_tasks_and_history(self, world, pia):
        order = world.orders["in_progress"]

        processes, tasks, events = (
            pia.get(f"work-orders/{order.pk}/{part}/").body["results"] for part in ("processes", "tasks", "events")
        )

        assert [row["status"] for row in processes] == ["in_progress"]
        assert [row["status"] for row in tasks] == ["in_progress"]
        assert {event["subject_type"] for event in events} == {"workorder", "process", "task"}
