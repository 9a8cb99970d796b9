"""Who may do what: the role decides for an order, for a task also the department and whose it is."""

import pytest

from tests.factories import SupervisorFactory, WorkOrderProcessFactory, WorkOrderTaskFactory
from workorder import access
from workorder.models import Customer, WorkOrder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


@pytest.fixture
def omars_task(world):
    return WorkOrderTaskFactory(
        organization=world.north, department=world.assembly, member=world.omar, at="in_progress"
    )


class TestOrders:
    """Orders are the planners' business."""

    @pytest.mark.parametrize(
        ("role", "allowed"),
        [("viewer", False), ("operator", False), ("supervisor", False), ("planner", True), ("admin", True)],
    )
    def test_orders_are_written_and_answered_by_planners(self, world, role, allowed):
        """The floor reads them; it does not agree to them."""
        order, member = world.orders["draft"], world.person(role)

        assert access.may(member, "create", WorkOrder) is allowed
        assert access.may(member, "approve", order) is allowed
        assert access.may(member, "edit", Customer) is allowed

    def test_only_an_admin_reopens(self, world):
        """It undoes what everybody was told."""
        order = world.orders["completed"]

        assert access.may(world.ada, "reopen", order)
        assert not access.may(world.pia, "reopen", order)

    def test_verbs_of_the_system_are_nobodys(self, world):
        """Not even an admin says for the floor that it has begun."""
        assert not access.may(world.ada, "begin", world.orders["released"])
        assert not access.may(world.ada, "finish", world.orders["in_progress"])


class TestTasks:
    """A task is worked on by whose it is; whoever leads there may too, since the floor must go on."""

    @pytest.mark.parametrize(
        ("who", "verbs"),
        [
            ("vera", []),
            ("omar", ["report", "pause", "complete"]),
            ("odd", []),
            ("sina", ["report", "merge", "pause", "complete", "cancel"]),
            ("pia", ["report", "merge", "pause", "complete", "cancel"]),
        ],
    )
    def test_verbs_of_a_running_task(self, world, omars_task, who, verbs):
        """Omar works, Sina leads, Pia plans; Odd belongs to Welding and Vera looks on."""
        assert access.verbs(getattr(world, who), omars_task) == verbs

    def test_a_supervisor_of_another_department_leads_nothing_here(self, world, omars_task):
        """A supervisor's word counts in the own department."""
        stranger = SupervisorFactory(organization=world.north, department=world.welding)

        assert not access.may(stranger, "cancel", omars_task)
        assert not access.may(stranger, "start", omars_task)

    def test_a_viewer_works_on_nothing_even_if_it_is_theirs(self, world, omars_task):
        """Who was made a viewer while having a task keeps it on the list, not in the hands."""
        omars_task.assigned_member = world.vera

        assert access.verbs(world.vera, omars_task) == []

    @pytest.mark.parametrize(("who", "allowed"), [("omar", False), ("sina", True), ("pia", True)])
    def test_a_process_is_skipped_by_who_leads_its_department(self, world, who, allowed):
        """Leaving work out is no operator's decision."""
        process = WorkOrderProcessFactory(organization=world.north, department=world.assembly)

        assert access.may(getattr(world, who), "skip", process) is allowed


class TestAllowedActions:
    """What a page shows as buttons and the API as `allowed_actions`."""

    @pytest.mark.parametrize(
        ("state", "verbs"),
        [
            ("draft", ["edit", "reschedule", "prioritize", "submit", "cancel"]),
            ("submitted", ["reschedule", "prioritize", "approve", "reject", "cancel"]),
            ("approved", ["reschedule", "prioritize", "release", "cancel"]),
            ("rejected", ["reschedule", "prioritize", "revise", "cancel"]),
            ("released", ["reschedule", "prioritize", "hold", "cancel"]),
            ("in_progress", ["reschedule", "prioritize", "hold", "cancel"]),
            ("on_hold", ["reschedule", "prioritize", "resume", "cancel"]),
            ("completed", ["close"]),
            ("closed", []),
            ("cancelled", []),
        ],
    )
    def test_verbs_of_an_order_for_a_planner(self, world, state, verbs):
        """Nothing the floor says by itself, nothing that is an admin's."""
        assert access.verbs(world.pia, world.orders[state]) == verbs

    def test_verbs_ask_the_database_nothing(self, world, omars_task, django_assert_num_queries):
        """A list of a hundred tasks asks a hundred times."""
        with django_assert_num_queries(0):
            found = access.verbs(world.sina, omars_task)

        assert "pause" in found
