"""Who has a task, on its page: yes and no for whom it was offered to, and four ways to change it for who leads."""

import pytest

from dispatch.actions import assignments
from dispatch.models import Assignment
from tenants.context import tenant
from tests.factories import AssignmentFactory, CapacityFactory, OperatorFactory, WorkOrderTaskFactory
from workorder.actions import tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(world):
    """A second operator in Assembly."""
    return OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")


@pytest.fixture
def held(world):
    """`held(member)`: a task of Assembly in their hands, as its assignment."""

    def held(member, **values):
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly, **values)
        return AssignmentFactory(organization=world.north, task=task, member=member, by=world.ada)

    return held


def page_of(window, assignment):
    return window.page(f"/tasks/{assignment.task_id}/")


def said(page):
    """The verbs of the assignment that have a form on the page."""
    actions = [form["action"] for form in page.all("form[action^='/assignments/']")]
    return [action.split("/")[-2] for action in actions]


def now(world, assignment):
    with tenant(world.north):
        return Assignment.objects.select_related("task").get(pk=assignment.pk)


def holder(world, assignment):
    return now(world, assignment).task.assigned_member_id


class TestTwice:
    """Giving work away has no state of the task to go by; a second click is known by who has it, and from whom."""

    @pytest.mark.parametrize("verb", ["claim", "assign", "reassign"])
    def test_the_second_half_of_a_double_click_is_done_too(self, world, hx_client, held, ines, verb):
        waiting = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
        mine = held(world.omar)
        who = world.omar if verb == "claim" else world.sina
        url, version, words = {
            "claim": (f"/tasks/{waiting.pk}/claim/", waiting.version, {}),
            "assign": (f"/tasks/{waiting.pk}/assign/", waiting.version, {"member": world.omar.pk}),
            "reassign": (f"/assignments/{mine.pk}/reassign/", mine.version, {"member": ines.pk}),
        }[verb]
        window = hx_client.as_(who)

        first = window.plain("post", url, words | {"version": version})
        before = world.fingerprint()
        second = window.plain("post", url, words | {"version": version})

        assert (first.status_code, second.status_code) == (302, 302)
        assert world.fingerprint() == before


class TestWhoSeesWhat:
    """A button that would be refused is a promise broken, and one that is missing a walk to the office."""

    @pytest.mark.parametrize(
        ("who", "verbs"),
        [
            ("omar", ["accept", "decline"]),
            ("sina", ["reassign", "withdraw"]),
            ("pia", ["reassign", "withdraw"]),
            ("odd", []),
            ("vera", []),
        ],
    )
    def test_on_the_page_of_the_task(self, world, hx_client, held, who, verbs):
        assert said(page_of(hx_client.as_(getattr(world, who)), held(world.omar))) == verbs

    def test_exchange_is_offered_where_there_is_something_to_exchange(self, world, hx_client, held, ines):
        held(ines)

        assert said(page_of(hx_client.as_(world.sina), held(world.omar))) == ["reassign", "swap", "withdraw"]

    def test_in_my_tasks_yes_and_no(self, world, hx_client, held):
        held(world.omar)

        assert said(hx_client.as_(world.omar).page("/tasks/")) == ["accept", "decline"]

    def test_supervisors_own_list_has_no_room_for_forms(self, world, hx_client, held):
        held(world.sina)

        assert said(hx_client.as_(world.sina).page("/tasks/")) == ["accept", "decline"]

    def test_nothing_once_it_has_begun(self, world, hx_client, held):
        mine = held(world.omar)
        with tenant(world.north):
            assignments.accept(mine, by=world.omar)
            tasks.start(mine.task, by=world.omar)

        assert said(page_of(hx_client.as_(world.omar), mine)) == []
        assert said(page_of(hx_client.as_(world.sina), mine)) == []


class TestAnswers:
    def test_yes(self, world, hx_client, held):
        mine = held(world.omar)

        answer = hx_client.as_(world.omar).post(f"/assignments/{mine.pk}/accept/", {"version": mine.version})

        assert answer.status_code == 200
        assert now(world, mine).status == "accepted"

    def test_no_needs_a_reason(self, world, hx_client, held):
        mine, window = held(world.omar), hx_client.as_(world.omar)

        refused = window.post(f"/assignments/{mine.pk}/decline/", {"version": mine.version, "reason": " "})
        assert refused.status_code == 422
        assert now(world, mine).status == "offered"

        window.post(f"/assignments/{mine.pk}/decline/", {"version": mine.version, "reason": "My hand hurts"})
        assert now(world, mine).decline_reason == "My hand hurts"

    def test_of_somebody_else_is_refused(self, world, hx_client, held, ines):
        mine = held(world.omar)

        answer = hx_client.as_(ines).post(f"/assignments/{mine.pk}/accept/", {"version": mine.version})

        assert answer.status_code == 403
        assert now(world, mine).status == "offered"


class TestGivingOn:
    def test_back_to_the_queue(self, world, hx_client, held):
        mine = held(world.omar)

        answer = hx_client.as_(world.sina).post(f"/assignments/{mine.pk}/withdraw/", {"version": mine.version})

        assert answer.status_code == 200
        assert holder(world, mine) is None

    def test_to_somebody_else_without_scripts(self, world, hx_client, held, ines):
        mine = held(world.omar)

        answer = hx_client.as_(world.sina).plain(
            "post",
            f"/assignments/{mine.pk}/reassign/",
            {"version": mine.version, "member": ines.pk, "reason": "Press"},
        )

        assert (answer.status_code, answer["Location"]) == (302, f"/tasks/{mine.task_id}/")
        assert holder(world, mine) == ines.pk

    def test_full_plate_asks_for_a_reason_and_takes_it(self, world, hx_client, held, ines):
        """First the refusal, with a field for why it has to be; with words in it, it is done."""
        CapacityFactory(organization=world.north, member=ines, open_minutes=1)
        mine, window = held(world.omar), hx_client.as_(world.sina)
        words = {"version": mine.version, "member": ines.pk}
        before = page_of(window, mine)

        refused = window.post(f"/assignments/{mine.pk}/reassign/", words)

        part = window.part(refused)
        assert refused.status_code == 409
        assert not before.has("form[action$='reassign/'] [name=force]")
        assert part.has("form[action$='reassign/'] [name=force]")
        assert "Ines would be at" in refused.content.decode()
        assert window.post(f"/assignments/{mine.pk}/reassign/", words | {"force": "Truck"}).status_code == 200
        assert holder(world, mine) == ines.pk

    def test_missing_skill_asks_for_none(self, world, hx_client, held, ines):
        """There is no reason that would help, so none is asked for."""
        mine, window = held(world.omar), hx_client.as_(world.sina)
        with tenant(world.north):
            type(mine.task.process.process).objects.update(required_skill="WELD2")

        refused = window.post(f"/assignments/{mine.pk}/reassign/", {"version": mine.version, "member": ines.pk})

        assert refused.status_code == 409
        assert "Ines has no WELD2" in refused.content.decode()
        assert not window.part(refused).has("[name=force]")

    def test_giving_from_the_queue_asks_for_a_reason_too(self, world, hx_client, ines):
        CapacityFactory(organization=world.north, member=ines, open_minutes=1)
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
        window, words = hx_client.as_(world.sina), {"version": task.version, "member": ines.pk}

        refused = window.post(f"/tasks/{task.pk}/assign/", words)

        assert refused.status_code == 409
        assert window.part(refused).has("form[action$='assign/'] [name=force]")
        assert window.post(f"/tasks/{task.pk}/assign/", words | {"force": "Truck"}).status_code == 200

    def test_exchange(self, world, hx_client, held, ines):
        mine, hers = held(world.omar), held(ines)

        answer = hx_client.as_(world.sina).post(
            f"/assignments/{mine.pk}/swap/", {"version": mine.version, "second": hers.pk}
        )

        assert answer.status_code == 200
        assert (holder(world, mine), holder(world, hers)) == (ines.pk, world.omar.pk)

    @pytest.mark.parametrize("second", ["", "nonsense", "\x00", "00000000-0000-0000-0000-000000000000"])
    def test_exchange_for_what_is_not_there_is_422(self, world, hx_client, held, ines, second):
        mine, _ = held(world.omar), held(ines)

        answer = hx_client.as_(world.sina).post(
            f"/assignments/{mine.pk}/swap/", {"version": mine.version, "second": second}
        )

        assert answer.status_code == 422
        assert holder(world, mine) == world.omar.pk

    def test_exchange_with_nothing_to_exchange_is_422(self, world, hx_client, held):
        mine = held(world.omar)

        answer = hx_client.as_(world.sina).post(
            f"/assignments/{mine.pk}/swap/", {"version": mine.version, "second": mine.pk}
        )

        assert answer.status_code == 422

    def test_address_opened_by_hand_leads_to_the_task(self, world, hx_client, held):
        mine = held(world.omar)

        answer = hx_client.as_(world.sina).plain("get", f"/assignments/{mine.pk}/swap/")

        assert (answer.status_code, answer["Location"]) == (302, f"/tasks/{mine.task_id}/")
