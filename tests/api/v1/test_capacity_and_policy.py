"""How much one member may have, and how the organization gives out work, through the API."""

import pytest

from dispatch import queries
from dispatch.api.v1.capacity import DispatchPolicyInput
from dispatch.models import Capacity
from tenants.context import tenant
from tenants.models import Event, Member

pytestmark = pytest.mark.django_db

POLICY = {
    "time_clock": False,
    "open_minutes": "2400.00",
    "plan_days": 5,
    "undo_minutes": 60,
    "approval_from": None,
    "move_penalty": 120,
}


@pytest.fixture
def pia(api_client, world):
    return api_client.as_(world.pia)


@pytest.fixture
def ada(api_client, world):
    return api_client.as_(world.ada)


def refused(answer):
    assert answer.status_code == 400
    return sorted(answer.body["fields"])


def room(world, member):
    with tenant(world.north):
        return int(queries.people(Member.objects.filter(pk=member.pk))[0].room)


class TestCapacity:
    def test_own_capacity_counts_and_null_is_the_organizations(self, world, pia):
        made = pia.post("capacities/", {"member": str(world.omar.pk), "open_minutes": "600.00"})
        own = room(world, world.omar)
        again = pia.patch(f"capacities/{made.body['id']}/", {"open_minutes": None, "running_tasks": 2})

        assert (made.status_code, made.body["running_tasks"]) == (201, 1)
        assert (own, room(world, world.omar)) == (600, 2400)
        assert (again.body["open_minutes"], again.body["running_tasks"]) == (None, 2)

    def test_there_is_one_for_each(self, world, pia):
        body = {"member": str(world.omar.pk), "open_minutes": "600.00"}
        pia.post("capacities/", body)

        assert refused(pia.post("capacities/", body)) == ["member"]

    def test_change_leaves_one_event_and_no_change_none(self, world, pia):
        made = pia.post("capacities/", {"member": str(world.omar.pk), "open_minutes": "600.00"})

        pia.patch(f"capacities/{made.body['id']}/", {"open_minutes": "600.00"})

        with tenant(world.north):
            [event] = Event.objects.about(Capacity.objects.get(member=world.omar))
        assert event.kind == "capacity.edited"
        assert event.data["changed"]["open_minutes"]["to"] == "600.00"

    @pytest.mark.parametrize(
        "sent",
        [{"open_minutes": "100000.01"}, {"open_minutes": "-1"}, {"running_tasks": 0}, {"running_tasks": 21}],
        ids=str,
    )
    def test_bounds(self, world, pia, sent):
        before = world.fingerprint()

        assert refused(pia.post("capacities/", {"member": str(world.omar.pk), **sent})) == list(sent)
        assert world.fingerprint() == before

    def test_supervisor_says_it_of_the_own_people_only(self, world, api_client):
        sina = api_client.as_(world.sina)

        found = [sina.post("capacities/", {"member": str(who.pk)}).status_code for who in (world.omar, world.odd)]

        assert found == [201, 403]


class TestPolicy:
    def test_without_a_row_the_usual_values_hold(self, pia):
        assert pia.get("dispatch/policy/").body == {**POLICY, "version": 1}

    def test_admin_changes_it(self, world, ada):
        answer = ada.patch("dispatch/policy/", {"open_minutes": "900.00", "approval_from": 20, "version": 1})

        assert answer.body == POLICY | {"open_minutes": "900.00", "approval_from": 20, "version": 2}
        assert room(world, world.omar) == 900

    def test_outdated_version_is_stale(self, ada):
        ada.patch("dispatch/policy/", {"plan_days": 6})

        answer = ada.patch("dispatch/policy/", {"plan_days": 7, "version": 1})

        assert (answer.status_code, answer.code) == (409, "stale")

    @pytest.mark.parametrize(
        "sent",
        [
            {"open_minutes": "0"},
            {"plan_days": 0},
            {"plan_days": 61},
            {"undo_minutes": -1},
            {"undo_minutes": 10081},
            {"approval_from": 0},
            {"move_penalty": 1_000_001},
        ],
        ids=str,
    )
    def test_bounds(self, world, ada, sent):
        before = world.fingerprint()

        assert refused(ada.patch("dispatch/policy/", sent)) == list(sent)
        assert world.fingerprint() == before

    def test_every_field_says_what_it_is_for(self):
        """In the description of the API and beside the field of the page."""
        fields = DispatchPolicyInput().fields

        assert all(fields[name].help_text for name in POLICY)
