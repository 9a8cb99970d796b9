"""The dispatch board: what waits and why, who has what, and a task on its way from hand to hand."""

import datetime

import pytest
from django.urls import reverse

from dispatch.actions import assignments
from dispatch.models import Absence, Assignment, Capacity
from tenants import context
from tenants.context import tenant
from tests.factories import AbsenceFactory, AssignmentFactory, WorkOrderTaskFactory
from tests.support.walk import walk
from workorder.models import WorkOrderTask

pytestmark = pytest.mark.django_db

BOARD = "/dispatch/"


@pytest.fixture
def task(world):
    """A task of Assembly that waits for somebody."""
    return WorkOrderTaskFactory(organization=world.north, department=world.assembly)


@pytest.fixture
def absent(world):
    """Omar is on leave now."""
    now = context.now()
    asked = AbsenceFactory(
        organization=world.north,
        member=world.omar,
        starts_at=now - datetime.timedelta(hours=1),
        ends_at=now + datetime.timedelta(days=3),
    )
    with tenant(world.north):
        Absence.objects.filter(pk=asked.pk).update(status="approved", decided_by=world.sina, decided_at=now)


def given(world, task, to):
    with tenant(world.north):
        assignments.assign(task, by=world.pia, member=to)
        return Assignment.objects.of_task(task).open().get()


def holder(world, task):
    with tenant(world.north):
        return WorkOrderTask.objects.get(pk=task.pk).assigned_member


def give(task):
    return reverse("dispatch:task_give", args=[task.pk]) + "?department=all"


def card(task):
    return f"#card-{task.pk}"


class TestShown:
    """What waits on one side, the people with what they have on the other."""

    def test_task_that_waits_says_why(self, world, hx_client, task):
        with tenant(world.north):
            Capacity.objects.create(member=world.omar, open_minutes=0)
            assert assignments.offer_best(task, by=None) is None

        page = hx_client.as_(world.sina).page(BOARD)

        shown = f"#queue-{world.assembly.pk} {card(task)}"
        assert "Omar" in page.text(f"{shown} [data-why]")
        assert page.text(f"{shown} [data-nobody]") == "Nobody can take it"

    def test_task_stands_with_who_has_it(self, world, hx_client, task):
        given(world, task, world.omar)

        page = hx_client.as_(world.sina).page(BOARD)

        assert page.has(f"#person-{world.omar.pk} {card(task)}")
        assert not page.has(f"#queue-{world.assembly.pk} {card(task)}")

    def test_load_is_a_bar_against_the_room(self, world, hx_client, task):
        """Somebody who was given more than they may have is seen at once."""
        given(world, task, world.omar)
        with tenant(world.north):
            Capacity.objects.create(member=world.omar, open_minutes=10)

        page = hx_client.as_(world.vera).page(f"{BOARD}?department={world.assembly.pk}")

        assert page.one(f"#person-{world.omar.pk} svg[role=img]")["aria-label"] == "Load 300 %"
        assert "overloaded" in page.text(f"#person-{world.omar.pk}")

    def test_who_is_absent_is_said_with_until_when(self, world, hx_client, absent):
        page = hx_client.as_(world.sina).page(BOARD)

        badge = f"#person-{world.omar.pk} [data-presence=absent]"
        assert page.text(badge).startswith("On leave until")

    def test_own_department_comes_first_and_others_by_the_address(self, world, hx_client):
        window = hx_client.as_(world.sina)

        own, all_of_them, nonsense = (
            window.page(BOARD + asked) for asked in ("", "?department=all", "?department=%00")
        )

        assert own.texts("section h2") == nonsense.texts("section h2") == ["Assembly"]
        assert all_of_them.texts("section h2") == ["Assembly", "Welding"]

    def test_everybody_may_look_and_only_those_who_lead_there_have_buttons(self, world, hx_client, task):
        pages = {
            name: hx_client.as_(getattr(world, name)).page(f"{BOARD}?department=all")
            for name in ("vera", "omar", "odd", "sina")
        }

        assert all(page.has(card(task)) for page in pages.values())
        assert [name for name, page in pages.items() if page.has(f"{card(task)} details")] == ["sina"]
        assert [name for name, page in pages.items() if page.has(f"{card(task)}[draggable]")] == ["sina"]

    def test_what_runs_stays(self, world, hx_client):
        """A task somebody is working on is not dragged out of their hands."""
        task = WorkOrderTaskFactory(
            organization=world.north, department=world.assembly, member=world.omar, at="in_progress"
        )

        page = hx_client.as_(world.pia).page(f"{BOARD}?department=all")

        assert page.has(card(task))
        assert not page.has(f"{card(task)}[draggable]")
        assert "1 running" in page.text(f"#person-{world.omar.pk}")


class TestGiving:
    """Every way of moving a card is one address, with or without a script."""

    def test_given_task_swaps_the_queue_it_left_and_who_has_it(self, world, hx_client, task):
        window = hx_client.as_(world.sina)
        window.page(f"{BOARD}?department=all")

        answer = window.post(give(task), {"member": str(world.omar.pk), "version": task.version})

        part = window.part(answer)
        assert part.has(f"#person-{world.omar.pk}[hx-swap-oob] {card(task)}")
        assert not part.has(f"#queue-{world.assembly.pk}[hx-swap-oob] {card(task)}")
        window.assert_toast(answer, "success", f"{task.title}: Omar has it.")

    def test_given_on_it_leaves_one_and_comes_to_the_other(self, world, hx_client, task):
        held = given(world, task, world.omar)
        window = hx_client.as_(world.sina)
        window.page(f"{BOARD}?department=all")

        part = window.part(window.post(give(task), {"member": str(world.sina.pk), "of": str(held.pk), "version": 1}))

        assert part.has(f"#person-{world.sina.pk} {card(task)}")
        assert not part.has(f"#person-{world.omar.pk} {card(task)}")
        assert holder(world, task) == world.sina

    def test_dropped_on_the_queue_it_waits_again(self, world, hx_client, task):
        held = given(world, task, world.omar)
        window = hx_client.as_(world.sina)
        window.page(f"{BOARD}?department=all")

        part = window.part(window.post(give(task), {"back": "1", "of": str(held.pk), "version": held.version}))

        assert part.has(f"#queue-{world.assembly.pk} {card(task)}")
        assert holder(world, task) is None

    def test_begun_and_taken_back_it_waits_too(self, world, hx_client, task):
        """Nobody's queue lists what is paused: without the board it would be forgotten half done."""
        held = given(world, task, world.omar)
        walk(task, to="paused", by=world.omar)
        window = hx_client.as_(world.sina)
        window.page(f"{BOARD}?department=all")

        part = window.part(window.post(give(task), {"back": "1", "of": str(held.pk)}))

        assert part.text(f"#queue-{world.assembly.pk} {card(task)} [data-state]") == "Paused"

    def test_sent_to_another_department_it_waits_there(self, world, hx_client, task):
        window = hx_client.as_(world.pia)
        window.page(f"{BOARD}?department=all")

        part = window.part(window.post(give(task), {"department": str(world.welding.pk)}))

        assert part.has(f"#queue-{world.welding.pk} {card(task)}")

    def test_menu_names_who_can_and_why_others_cannot(self, world, hx_client, task, absent):
        window = hx_client.as_(world.sina)
        window.page(BOARD)

        part = window.part(window.get(give(task)))

        groups = {group["label"]: group.get_text(" ") for group in part.all("select[name=member] optgroup")}
        assert "Sina" in groups["Can take it"]
        assert "Omar: on leave" in groups["Only with a reason"]
        assert part.has("[name=force]")

    def test_menu_of_a_task_nobody_can_take_says_what_would_help(self, world, hx_client, task):
        with tenant(world.north):
            for member in (world.omar, world.sina):
                Capacity.objects.create(member=member, open_minutes=0)
        window = hx_client.as_(world.sina)
        window.page(BOARD)

        part = window.part(window.get(give(task)))

        assert "Omar" in part.text("[data-remedies]")

    def test_without_a_script_it_is_a_page_and_leads_back_to_the_board(self, world, hx_client, task):
        window = hx_client.as_(world.sina)
        sent = window.page(give(task)).fields(f"#giving-{task.pk}")

        answer = window.plain("post", give(task), sent | {"member": str(world.omar.pk)})

        assert (answer.status_code, answer["Location"]) == (302, f"{BOARD}?department=all")
        assert holder(world, task) == world.omar


class TestRefused:
    """A refusal says why where the card is, and how to do it all the same if that can be."""

    def test_who_is_away_gets_it_only_with_a_reason(self, world, hx_client, task, absent):
        window = hx_client.as_(world.sina)
        window.page(f"{BOARD}?department=all")

        refused = window.post(give(task), {"member": str(world.omar.pk)})
        part = window.part(refused)
        forced = window.post(give(task), part.fields(f"#giving-{task.pk}") | {"force": "The only one with a key."})

        assert refused.status_code == 409
        assert "on leave until" in part.text(f"{card(task)} [role=alert] [data-code=absent]")
        assert part.text(f"{card(task)} form .btn-primary") == "Do it anyway"
        assert (forced.status_code, holder(world, task)) == (200, world.omar)

    def test_what_no_reason_changes_is_not_asked_for_one(self, world, hx_client, task):
        """A certificate is a fact: a field to type over it would teach people to type over facts."""
        window = hx_client.as_(world.pia)
        window.page(f"{BOARD}?department=all")

        answer = window.post(give(task), {"member": str(world.odd.pk), "force": "Please."})

        part = window.part(answer)
        assert answer.status_code == 409
        assert part.has(f"{card(task)} [data-code=other_department]")
        assert not part.has(f"{card(task)} [name=force]")
        assert holder(world, task) is None

    def test_who_comes_second_is_told_who_was_first(self, world, hx_client, task):
        window = hx_client.as_(world.sina)
        window.page(f"{BOARD}?department=all")
        given(world, task, world.omar)

        answer = window.post(give(task), {"member": str(world.sina.pk)})

        assert answer.status_code == 409
        assert "It has gone to Omar." in window.part(answer).text(f"{card(task)} [role=alert]")

    def test_card_that_changed_meanwhile_is_shown_as_it_is(self, world, hx_client, task):
        window = hx_client.as_(world.sina)
        window.page(f"{BOARD}?department=all")

        answer = window.post(give(task), {"member": str(world.omar.pk), "version": task.version + 5})

        part = window.part(answer)
        assert answer.status_code == 409
        assert "Changed meanwhile" in part.text(f"{card(task)} [role=alert]")
        assert part.fields(f"#giving-{task.pk}")["version"] == str(task.version)

    def test_nobody_named_is_said_beside_the_field(self, world, hx_client, task):
        window = hx_client.as_(world.sina)
        window.page(f"{BOARD}?department=all")

        answer = window.post(give(task), {})

        assert answer.status_code == 422
        assert window.part(answer).has(f"{card(task)} [aria-invalid]")

    def test_refused_without_a_script_it_is_a_page_with_the_reason(self, world, hx_client, task, absent):
        window = hx_client.as_(world.sina)

        answer = window.plain("post", give(task), {"member": str(world.omar.pk)})

        assert answer.status_code == 409
        assert b"<html" in answer.content
        assert b'data-code="absent"' in answer.content

    def test_assignment_of_another_task_does_not_slip_in(self, world, hx_client, task):
        """Whoever leads here would otherwise take work from people elsewhere."""
        elsewhere = AssignmentFactory(
            organization=world.north,
            task=WorkOrderTaskFactory(organization=world.north, department=world.welding),
            member=world.odd,
        )
        window = hx_client.as_(world.sina)
        before = world.fingerprint()

        answer = window.post(give(task), {"back": "1", "of": str(elsewhere.pk)})

        assert answer.status_code == 422
        assert world.fingerprint() == before

    @pytest.mark.parametrize("name", ["member", "department", "of", "version", "force"])
    @pytest.mark.parametrize("value", ["\x00", "7", "x" * 600, "999999999999999999999"])
    def test_what_cannot_be_meant_is_no_error_of_ours(self, world, hx_client, task, name, value):
        answer = hx_client.as_(world.sina).post(give(task), {name: value})

        assert answer.status_code in (409, 422)
        assert holder(world, task) is None


class TestDeciding:
    """The preview is the run without its effects, on a page too."""

    def test_preview_says_who_and_changes_nothing(self, world, hx_client, task):
        window = hx_client.as_(world.pia)
        window.page(f"{BOARD}?department=all")
        before = world.fingerprint()

        part = window.part(window.get("/dispatch/preview/?department=all"))

        assert "Omar" in part.texts("tbody tr td")
        assert world.fingerprint() == before

    def test_run_answers_the_board_as_it_is_then(self, world, hx_client, task):
        window = hx_client.as_(world.pia)
        window.page(f"{BOARD}?department=all")

        answer = window.post("/dispatch/run/?department=all")

        assert window.part(answer).has(f"#person-{world.omar.pk} {card(task)}")
        assert "given away" in window.triggers(answer)["toast"]["text"]

    def test_only_planners_see_the_button(self, world, hx_client):
        pages = {name: hx_client.as_(getattr(world, name)).page(BOARD) for name in ("sina", "pia")}

        assert [name for name, page in pages.items() if page.has("#run")] == ["pia"]


class TestGrowth:
    def test_board_asks_as_often_for_many_as_for_few(self, world, hx_client, query_counter):
        window = hx_client.as_(world.pia)
        made = []

        def make(n):
            while len(made) < n:
                made.append(WorkOrderTaskFactory(organization=world.north, department=world.assembly))
                AssignmentFactory(
                    organization=world.north,
                    task=WorkOrderTaskFactory(organization=world.north, department=world.assembly),
                )

        def read():
            return len(window.page(f"{BOARD}?department=all").all("[data-card]"))

        assert query_counter.constant_over(make, read, sizes=(2, 5, 12)) > 0

    def test_long_queue_is_cut_and_says_so(self, world, hx_client, monkeypatch):
        """Ten thousand cards are no help to anybody; the first of them are the most urgent."""
        monkeypatch.setattr("dispatch.queries.board.MOST_WAITING", 2)
        for _ in range(3):
            WorkOrderTaskFactory(organization=world.north, department=world.welding)

        page = hx_client.as_(world.pia).page(f"{BOARD}?department={world.welding.pk}")

        assert len(page.all(f"#queue-{world.welding.pk} [data-card]")) == 2
        assert "and 1 less urgent" in page.text(f"#queue-{world.welding.pk}")
