"""Work that changes hands, as programs say it: by force, to another, in exchange."""

import pytest

from dispatch.models import Assignment
from tenants.context import tenant
from tests.factories import AssignmentFactory, CapacityFactory, OperatorFactory, WorkOrderTaskFactory

pytestmark = pytest.mark.django_db
OVERLOADED = "Ines would be at 3000 % of load."


@pytest.fixture
def sina(world, api_client):
    return api_client.as_(world.sina)


@pytest.fixture
def ines(world):
    """A second operator in Assembly, with room for a minute."""
    member = OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")
    CapacityFactory(organization=world.north, member=member, open_minutes=1)
    return member


@pytest.fixture
def held(world):
    """What Omar was given."""
    return AssignmentFactory(organization=world.north, member=world.omar, task__department=world.assembly, by=world.ada)


def test_refused_with_the_reason_and_given_with_one(world, sina, ines):
    task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)

    refused = sina.post(f"tasks/{task.pk}/assign/", {"member": str(ines.pk)})
    given = sina.post(f"tasks/{task.pk}/assign/", {"member": str(ines.pk), "force": "The truck waits"})

    assert (refused.status_code, refused.codes) == (409, ["overloaded"])
    assert refused.body["problems"] == [{"code": "overloaded", "message": OVERLOADED, "field": "member"}]
    assert given.status_code == 200
    with tenant(world.north):
        assert Assignment.objects.of_task(task).get().decision["forced"] == "The truck waits"


def test_reassign_answers_the_new_assignment(sina, held, ines):
    body = {"member": str(ines.pk), "reason": "Press", "force": "Truck", "version": held.version}

    answer = sina.post(f"assignments/{held.pk}/reassign/", body)

    assert answer.status_code == 200
    assert (answer.body["member"], answer.body["status"]) == (str(ines.pk), "offered")
    assert answer.body["id"] != str(held.pk)
    assert answer.body["allowed_actions"] == ["withdraw", "reassign", "swap"]
    assert sina.get(f"assignments/{held.pk}/").body["status"] == "withdrawn"


def test_outdated_version_is_409_stale(world, api_client, sina, held):
    api_client.as_(world.omar).post(f"assignments/{held.pk}/accept/", {})

    answer = sina.post(f"assignments/{held.pk}/reassign/", {"member": str(world.sina.pk), "version": held.version})

    assert (answer.status_code, answer.body["code"]) == (409, "stale")


def test_swap_answers_both(world, sina, held, ines):
    hers = AssignmentFactory(
        organization=world.north,
        member=OperatorFactory(organization=world.north, department=world.assembly),
        task__department=world.assembly,
    )

    answer = sina.post("assignments/swap/", {"first": str(held.pk), "second": str(hers.pk), "reason": "As agreed"})

    assert answer.status_code == 200
    assert answer.body["first"]["task"] == str(held.task_id)
    assert answer.body["first"]["member"] == str(hers.member_id)
    assert answer.body["second"]["member"] == str(world.omar.pk)


@pytest.mark.parametrize("of", ["first", "second"])
def test_swap_with_another_department_needs_both_supervisors(world, sina, held, of):
    """A supervisor leads one department: what is elsewhere is not theirs to give, on either side."""
    odds = AssignmentFactory(organization=world.north, member=world.odd, task__department=world.welding)
    ids = {"first": str(held.pk), "second": str(odds.pk)}

    answer = sina.post(
        "assignments/swap/", ids if of == "second" else dict(zip(ids, reversed(ids.values()), strict=True))
    )

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"force": "x" * 501}, "force"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "a\x00b"}, "reason"),
        ({"force": ["no"]}, "force"),
        ({"member": "nonsense"}, "member"),
        ({"member": None}, "member"),
        ({"version": -1}, "version"),
    ],
)
def test_what_cannot_be_meant_is_400_naming_the_field(world, sina, held, body, field):
    before = world.fingerprint()

    answer = sina.post(f"assignments/{held.pk}/reassign/", {"member": str(world.sina.pk)} | body)

    assert answer.status_code == 400
    assert list(answer.body["fields"]) == [field]
    assert world.fingerprint() == before
