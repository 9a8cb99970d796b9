"""The pages of plans: watched while computed, looked at, changed, published, with and without scripts."""

import pytest
from django.urls import reverse

from dispatch.actions import assignments, plans
from dispatch.actions.plans import publishing
from dispatch.models import Plan, PlanItem, PlanPublishing, PlanStep
from tenants import relay
from tenants.context import tenant
from tests.factories import OperatorFactory, WorkOrderTaskFactory
from tests.support.html import Page
from workorder.models import WorkOrderTask


@pytest.fixture
def task(world):
    return WorkOrderTaskFactory(organization=world.north, department=world.assembly)


@pytest.fixture
def lea(world):
    return OperatorFactory(organization=world.north, department=world.assembly, user__name="Lea")


@pytest.fixture
def pia(world, hx_client):
    return hx_client.as_(world.pia)


@pytest.fixture
def computing(world, task):
    with tenant(world.north):
        return plans.create(by=world.pia, name="Monday")


@pytest.fixture
def plan(world, computing):
    with tenant(world.north):
        step = PlanStep.objects.get(plan=computing)
    relay.run("dispatch.planstep", world.north, step.pk)
    with tenant(world.north):
        return Plan.objects.get(pk=computing.pk)


def at(name, plan, **more):
    return reverse(f"dispatch:{name}", kwargs={"pk": plan.pk} | more)


def now(plan):
    with tenant(plan.organization_id):
        return Plan.objects.get(pk=plan.pk)


class TestAsking:
    def test_a_wish_leads_to_the_plan_that_is_computed(self, world, pia):
        answer = pia.post(reverse("dispatch:plan_list"), {"name": "Monday"})

        with tenant(world.north):
            made = Plan.objects.get()
        assert answer["HX-Redirect"] == at("plan_detail", made)

    def test_without_scripts_too(self, world, pia):
        answer = pia.plain("post", reverse("dispatch:plan_list"), {"name": "Monday", "move_penalty": "30"})

        with tenant(world.north):
            made = Plan.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, at("plan_detail", made))
        assert made.move_penalty == 30

    def test_a_wish_without_a_name_comes_back(self, pia):
        """What was typed is still there, with the message beside the field."""
        pia.page(reverse("dispatch:plan_list"))

        answer = pia.post(reverse("dispatch:plan_list"), {"name": "", "move_penalty": "45"})

        part = pia.part(answer)
        assert answer.status_code == 422
        assert part.has("#plan_name[aria-invalid=true]")
        assert part.one("#plan_move_penalty")["value"] == "45"

    def test_a_supervisor_plans_for_the_own_department(self, world, hx_client):
        page = hx_client.as_(world.sina).page(reverse("dispatch:plan_list"))

        options = [option["value"] for option in page.all("#plan_department option")]
        assert options == [str(world.assembly.pk)]

    def test_who_only_works_here_sees_no_form(self, world, hx_client, plan):
        page = hx_client.as_(world.omar).page(reverse("dispatch:plan_list"))

        assert not page.has("#plan_name")
        assert "Monday" in page.text("#plans")


class TestWatching:
    def test_while_it_is_computed_the_page_asks_for_itself(self, world, pia, computing):
        """And it says how far it is."""
        with tenant(world.north):
            Plan.objects.update(phase="Making the timetable", tasks_total=40, tasks_done=10)

        page = pia.page(at("plan_detail", computing))

        assert page.one("#plan")["hx-trigger"].startswith("every 1s")
        assert "Making the timetable: 10 of 40 tasks" in page.text("#plan")
        assert page.one("progress")["value"] == "10"

    def test_while_it_is_published_it_does_so_again(self, world, pia, plan, monkeypatch):
        """A large plan is a worker's: the toast does not say yet what is not true yet."""
        monkeypatch.setattr(publishing, "MOST_AT_ONCE", 0)

        answer = pia.post(at("plan_verb", plan, verb="publish"), {"version": plan.version})

        part = pia.part(answer)
        assert (answer.status_code, now(plan).status) == (200, "publishing")
        assert part.one("#plan")["hx-trigger"].startswith("every 1s")
        assert f"Waiting for somebody to publish it: {plan.tasks_moved} tasks" in part.text("#plan")
        assert "It is being published" in answer["HX-Trigger"]
        assert not part.has("form[action$='/publish/']")

    def test_what_stopped_it_is_said_with_a_way_on(self, world, pia, plan, task, monkeypatch):
        """Nobody was looking when it was refused: the page keeps the reasons, and offers the rest."""
        monkeypatch.setattr(publishing, "MOST_AT_ONCE", 0)
        with tenant(world.north):
            plans.publish(plan, by=world.pia)
            assignments.claim(task, by=world.omar)
            row = PlanPublishing.objects.get()
        relay.run("dispatch.planpublishing", world.north, row.pk)

        page = pia.page(at("plan_detail", plan))

        assert f"It was not published, and nothing has changed: {task.title}" in page.text("#plan")
        assert page.has("input[name=skip_stale]")
        assert task.title in pia.page(at("plan_detail", plan) + "?what=problem").text("#plan table.orders")

    def test_and_then_it_stops(self, pia, plan):
        """A page that asks for ever costs battery and says nothing new."""
        page = pia.page(at("plan_detail", plan))

        assert "every" not in page.one("#plan")["hx-trigger"]
        assert not page.has("progress")


class TestLooking:
    def test_what_it_is_worth_and_whom_it_moves(self, world, pia, plan, task):
        page = pia.page(at("plan_detail", plan))

        assert {"Lateness", "Nobody has", "Imbalance"} <= {cell.text for cell in page.all("dt")}
        assert any("Omar" in line for line in page.texts("#plan tbody th"))
        assert task.title in page.text("#plan")
        assert page.all("#plan svg rect.bar")

    def test_its_tasks_are_narrowed_by_member(self, world, pia, plan, task):
        pia.page(at("plan_detail", plan))

        theirs = pia.part(pia.get(at("plan_detail", plan), {"member": world.omar.pk}))
        nobody = pia.part(pia.get(at("plan_detail", plan), {"member": world.odd.pk}))

        assert task.title in theirs.text("#plan")
        assert "Nothing to show" in nobody.text("#plan")

    def test_the_timetable_comes_when_it_is_looked_at(self, pia, plan, task):
        page = pia.page(at("plan_detail", plan))
        assert page.one("#times")["hx-trigger"] == "intersect once"

        times = pia.part(pia.get(at("plan_times", plan)))

        assert any(task.title in title.text for title in times.all("#times rect title"))

    def test_a_page_of_many_tasks_asks_no_more_questions(self, world, pia, plan, task, query_counter):
        """One task or thirty: as many queries."""

        def look():
            answer = pia.plain("get", f"{at('plan_detail', plan)}?what=all&member={world.sina.pk}")
            return int(Page(answer.content).text("#plan [role=status]").split()[0])

        def grow(size):
            with tenant(world.north):
                for _ in range(size - PlanItem.objects.filter(member=world.sina).count()):
                    other = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
                    PlanItem.objects.create(plan=plan, task=other, task_version=1, member=world.sina)

        query_counter.constant_over(grow, look)


class TestChanging:
    def test_a_task_goes_to_somebody_else(self, world, pia, lea, plan, task):
        url = at("plan_move", plan)
        page = pia.page(f"{url}?task={task.pk}")
        choices = page.texts("#move_member option")
        assert "Lea" in choices
        assert "Odd" not in choices

        answer = pia.plain("post", url, {"task": task.pk, "member": lea.pk, "version": plan.version})

        assert (answer.status_code, answer["Location"]) == (302, at("plan_detail", plan))
        with tenant(world.north):
            assert PlanItem.objects.get(plan=plan, task=task).member == lea

    def test_who_cannot_is_named_and_the_form_stays(self, world, pia, plan, task):
        """The reasons stand on top, and what was chosen is still chosen."""
        with tenant(world.north):
            WorkOrderTask.objects.filter(pk=task.pk).update(estimate_minutes=100_000)
        url = at("plan_move", plan)
        pia.page(f"{url}?task={task.pk}")
        with tenant(world.north):
            PlanItem.objects.filter(plan=plan, task=task).update(member=None)

        answer = pia.post(url, {"task": task.pk, "member": world.omar.pk, "version": plan.version})

        assert answer.status_code == 409
        assert [line["data-code"] for line in pia.part(answer).all("[data-code]")] == ["overloaded"]

    def test_pinned_and_unpinned(self, world, pia, plan, task):
        pia.page(at("plan_detail", plan))

        pinned = pia.post(at("plan_pin", plan), {"task": task.pk, "pinned": "on", "version": plan.version})
        assert pia.part(pinned).has(".badge")
        with tenant(world.north):
            assert PlanItem.objects.get(plan=plan, task=task).pinned
        pia.post(at("plan_pin", plan), {"task": task.pk, "version": now(plan).version})

        with tenant(world.north):
            assert not PlanItem.objects.get(plan=plan, task=task).pinned

    def test_a_task_that_is_not_in_it_has_no_page(self, world, pia, plan):
        assert pia.plain("get", at("plan_move", plan), {"task": world.south_task.pk}).status_code == 404
        assert pia.plain("get", at("plan_move", plan), {"task": "x"}).status_code == 404


class TestPublishing:
    def test_published_and_undone(self, world, pia, plan, task):
        pia.page(at("plan_detail", plan))

        published = pia.post(at("plan_verb", plan, verb="publish"), {"version": plan.version})
        pia.assert_toast(published, "success", "Monday: Published: everybody has what it says.")
        with tenant(world.north):
            assert WorkOrderTask.objects.get(pk=task.pk).assigned_member == world.omar
        undone = pia.post(at("plan_verb", plan, verb="undo"), {"version": now(plan).version})

        assert pia.part(undone).one("[data-status]")["data-status"] == "undone"
        with tenant(world.north):
            assert WorkOrderTask.objects.get(pk=task.pk).assigned_member is None

    def test_what_has_changed_is_listed_with_a_button_for_the_rest(self, world, pia, plan, task):
        """The planner sees which tasks, and decides whether the others go out without them."""
        other = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
        with tenant(world.north):
            PlanItem.objects.create(plan=plan, task=other, task_version=other.version, member=world.omar, parts={})
            PlanItem.objects.filter(task=other).update(parts={"minutes": str(other.minutes_left)})
            assignments.claim(task, by=world.omar)
        pia.page(at("plan_detail", plan))
        url = at("plan_verb", plan, verb="publish")

        refused = pia.post(url, {"version": plan.version})
        part = pia.part(refused)
        assert refused.status_code == 409
        assert {line["data-code"] for line in part.all("[data-code]")} == {"stale_item"}
        assert "Publish the rest" in part.text("#plan")

        done = pia.post(url, {"version": plan.version, "skip_stale": "True"})
        assert done.status_code == 200
        assert now(plan).status == "published"

    def test_sent_back_with_a_word(self, world, pia, hx_client, plan):
        pia.plain("post", at("plan_verb", plan, verb="submit"), {"version": plan.version})
        ada = hx_client.as_(world.ada)
        ada.page(at("plan_detail", plan))

        missing = ada.post(at("plan_verb", plan, verb="return"), {"version": now(plan).version, "comment": ""})
        said = ada.post(at("plan_verb", plan, verb="return"), {"version": now(plan).version, "comment": "Not yet."})

        assert (missing.status_code, said.status_code, now(plan).status) == (422, 200, "ready")


class TestComparing:
    def test_side_by_side(self, world, pia, plan):
        with tenant(world.north):
            other = plans.create(by=world.pia, name="Tuesday")
            step = PlanStep.objects.get(plan=other)
        relay.run("dispatch.planstep", world.north, step.pk)

        page = pia.page(f"{reverse('dispatch:plan_compare')}?plan={plan.pk}&plan={other.pk}")

        heads = [cell.text for cell in page.all("thead th")]
        assert heads == ["Figure", "Monday", "Tuesday"]

    def test_one_is_no_comparison(self, pia, plan):
        answer = pia.plain("get", reverse("dispatch:plan_compare"), {"plan": plan.pk})

        assert answer.status_code == 422
        assert "Choose 2 to 4 plans." in Page(answer.content).text("#compare")

    def test_a_stranger_s_plan_is_not_there(self, world, pia, plan):
        theirs = world.one(Plan)

        assert pia.plain("get", reverse("dispatch:plan_compare"), {"plan": [plan.pk, theirs.pk]}).status_code == 404
