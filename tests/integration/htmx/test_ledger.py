"""The ledger under a thumb: reasons are asked for where some are kept, and what was wrong is taken back on the spot."""

import pytest
from django.urls import reverse

from tenants.context import tenant
from tests.factories import OperatorFactory, ReasonCodeFactory, WorkOrderTaskFactory
from workorder.actions import tasks
from workorder.models import Downtime, ReasonCode, TaskReport, WorkOrderTask

pytestmark = pytest.mark.django_db

REASONS = "/settings/reason-codes/"


@pytest.fixture
def running(world):
    """Omar's task of ten pieces, begun."""
    return WorkOrderTaskFactory(
        organization=world.north, department=world.assembly, member=world.omar, at="in_progress", at__by=world.omar
    )


@pytest.fixture
def window(world, hx_client):
    return hx_client.as_(world.omar)


def verb(task, name):
    return reverse("workorder:task_verb", args=[task.pk, name])


def reported(world, task, **values):
    with tenant(world.north):
        return tasks.report(task, by=world.omar, **values)


def kept(world, task):
    with tenant(world.north):
        return WorkOrderTask.objects.get(pk=task.pk)


class TestReasons:
    """A question nobody can answer is not asked."""

    def test_no_reason_is_asked_for_where_none_are_kept(self, window, running):
        """And pausing stays one press of a gloved thumb."""
        page = window.page(running)

        assert not page.has("form[action$='/report/'] [name=reason]")
        assert not page.has("details form[action$='/pause/']")

    def test_reasons_in_use_are_offered_each_for_its_own(self, world, window, running):
        ReasonCodeFactory(organization=world.north, name="Scratched")
        ReasonCodeFactory(organization=world.north, name="Old", active=False)
        ReasonCodeFactory(organization=world.north, name="Paper jam", kind="downtime")

        page = window.page(running)

        assert page.texts("form[action$='/report/'] [name=reason] option") == ["Choose a reason", "Scratched"]
        assert page.texts("form[action$='/pause/'] [name=code] option") == ["No reason given", "Paper jam"]

    def test_defect_without_a_reason_comes_back_with_what_was_typed(self, world, window, running):
        ReasonCodeFactory(organization=world.north, name="Scratched")
        window.page(running)

        answer = window.post(verb(running, "report"), {"good": "5", "defect": "2"})

        part = window.part(answer)
        assert (answer.status_code, part.one("[aria-invalid=true]")["name"]) == (422, "reason")
        assert part.one("[name=defect]")["value"] == "2"

    def test_report_with_reason_and_rework_is_kept(self, world, window, running):
        code = ReasonCodeFactory(organization=world.north, name="Scratched")
        window.page(running)

        answer = window.post(verb(running, "report"), {"good": "5", "defect": "2", "rework": "1", "reason": code.pk})

        with tenant(world.north):
            row = TaskReport.objects.get(task=running)
        assert (answer.status_code, row.reason_id, row.rework) == (200, code.pk, 1)
        assert "1 reworked" in window.part(answer).text("article")

    def test_pause_with_a_reason_is_shown_on_the_page_of_the_task(self, world, window, running):
        code = ReasonCodeFactory(organization=world.north, name="Paper jam", kind="downtime")
        window.page(running)
        window.post(verb(running, "pause"), {"code": code.pk, "reason": "Third time."})

        page = window.page(running)

        assert "Paper jam" in page.text("section[aria-labelledby=standstills-title]")
        assert page.has("section[aria-labelledby=standstills-title] progress")

    @pytest.mark.parametrize("sent", ["x", "01900000-0000-7000-8000-000000000000"], ids=["no-id", "unknown"])
    def test_a_reason_there_is_none_of_is_refused_at_the_field(self, world, window, running, sent):
        ReasonCodeFactory(organization=world.north, kind="downtime")
        window.page(running)

        answer = window.post(verb(running, "pause"), {"code": sent})

        assert (answer.status_code, window.part(answer).one("[aria-invalid=true]")["name"]) == (422, "code")
        with tenant(world.north):
            assert not Downtime.objects.filter(task=running).exists()


class TestTakeBack:
    """Beside each report, for whom it is theirs to take back."""

    def test_taken_back_answers_the_page_as_it_is_then(self, world, window, running):
        report = reported(world, running, good=4)
        page = window.page(running)
        form = f"#report-{report.pk} form"
        sent = page.fields(form) | {"note": "Wrong box."}

        answer = window.post(page.one(form)["hx-post"], sent)

        part = window.part(answer)
        assert part.one("#task")["hx-swap"] == "outerHTML"
        assert "Wrong box." in part.text(f"#report-{report.pk} [data-undone]")
        assert not part.has(form)
        assert kept(world, running).reported_quantity == 0
        window.assert_toast(answer, "success", "Taken back.")

    def test_colleagues_and_ended_tasks_show_no_way_to(self, world, window, hx_client, running):
        reported(world, running, good=10)
        colleague = OperatorFactory(organization=world.north, department=world.assembly)
        form = "form[action$='/take-back/']"

        before = [hx_client.as_(who).page(running).has(form) for who in (world.omar, colleague, world.sina)]
        window.post(verb(running, "complete"))

        assert before == [True, False, True]
        assert not window.page(running).has(form)

    def test_a_note_too_long_comes_back_beside_the_field(self, world, window, running):
        report = reported(world, running, good=4)
        window.page(running)

        answer = window.post(reverse("workorder:report_take_back", args=[report.pk]), {"note": "x" * 501})

        assert (answer.status_code, window.part(answer).one("[aria-invalid=true]")["name"]) == (422, "note")

    def test_the_second_to_press_is_told_what_happened(self, world, window, hx_client, running):
        report = reported(world, running, good=4)
        window.page(running)
        address = reverse("workorder:report_take_back", args=[report.pk])
        hx_client.as_(world.sina).post(address)

        answer = window.post(address)

        assert (answer.status_code, window.part(answer).one("[data-code]")["data-code"]) == (409, "already_taken_back")

    def test_without_scripts_the_browser_is_led_back_to_the_task(self, world, window, running):
        report = reported(world, running, good=4)

        answer = window.plain("post", reverse("workorder:report_take_back", args=[report.pk]))

        assert (answer.status_code, answer["Location"]) == (302, reverse("workorder:task_detail", args=[running.pk]))


class TestParts:
    """Split, merge, and end with what there is."""

    @pytest.fixture
    def lead(self, world, hx_client):
        return hx_client.as_(world.sina)

    def split(self, task):
        return reverse("dispatch:task_split", args=[task.pk])

    def test_split_says_how_much_for_whom(self, world, lead, running):
        ines = OperatorFactory(organization=world.north, department=world.assembly)
        sent = lead.page(running).fields("form[action$='/split/']")

        answer = lead.post(
            self.split(running), sent | {"quantity_0": "3", "member_0": ines.pk, "due_at_0": "2030-01-31T12:00"}
        )

        with tenant(world.north):
            part = WorkOrderTask.objects.get(split_from=running)
        assert answer.status_code == 200
        assert (part.quantity, part.assigned_member_id, part.due_at.year) == (3, ines.pk, 2030)
        assert kept(world, running).quantity == 7
        assert "0 of 3, " in lead.page(running).text("section[aria-labelledby=siblings-title]")

    def test_more_parts_keep_what_was_typed(self, world, lead, running):
        """A button adds rows, with no script."""
        sent = lead.page(running).fields("form[action$='/split/']")

        answer = lead.post(self.split(running), sent | {"quantity_1": "2.5", "more": "1"})

        part = lead.part(answer)
        assert answer.status_code == 200
        assert len(part.all("form[action$='/split/'] fieldset")) == 5
        assert part.one("[name=quantity_1]")["value"] == "2.5"
        assert part.has("details[open] form[action$='/split/']")
        assert kept(world, running).quantity == 10

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"quantity_0": "-1"}, "quantity_0"),
            ({"quantity_0": "NaN"}, "quantity_0"),
            ({"quantity_0": "1", "member_0": "x"}, "member_0"),
            ({"due_at_1": "2030-01-31T12:00"}, "quantity_1"),
            ({"quantity_0": "1", "due_at_0": "0001-01-01T00:00"}, "due_at_0"),
        ],
        ids=["negative", "nan", "nobody", "day-without-quantity", "year-one"],
    )
    def test_rows_that_cannot_be_meant_are_marked_where_they_stand(self, world, lead, running, sent, field):
        lead.page(running)

        answer = lead.post(self.split(running), sent)

        assert (answer.status_code, lead.part(answer).one("[aria-invalid=true]")["name"]) == (422, field)
        assert kept(world, running).quantity == 10

    def test_a_split_of_all_of_it_says_why_not(self, world, lead, running):
        lead.page(running)

        answer = lead.post(self.split(running), {"quantity_0": "10"})

        part = lead.part(answer)
        assert (answer.status_code, part.one("[data-code]")["data-code"]) == (422, "too_much")
        assert part.one("[name=quantity_0]")["value"] == "10"

    def test_merge_offers_what_can_be_merged_and_takes_it_over(self, world, lead, running):
        with tenant(world.north):
            free, busy = tasks.split(running, by=world.sina, parts=[{"quantity": 3}, {"quantity": 2}])
            tasks.start(busy, by=world.sina)
        page = lead.page(running)

        offered = [box["value"] for box in page.all("form[action$='/merge/'] [name=parts]")]
        answer = lead.post(verb(running, "merge"), {"parts": [str(free.pk)]})

        assert offered == [str(free.pk)]
        assert answer.status_code == 200
        assert kept(world, running).quantity == 8
        assert not lead.page(running).has("form[action$='/merge/']")

    def test_merge_of_nothing_is_asked_again(self, world, lead, running):
        with tenant(world.north):
            tasks.split(running, by=world.sina, parts=[{"quantity": 3}])
        lead.page(running)

        answer = lead.post(verb(running, "merge"))

        assert (answer.status_code, lead.part(answer).has("details[open] form[action$='/merge/']")) == (422, True)

    def test_ending_with_what_there_is_leaves_the_rest_to_others(self, world, window, running):
        """Offered when some is there and some is missing, and only then."""
        without = window.page(running).has("[name=rest]")
        reported(world, running, good=6)
        page = window.page(running)
        form = "form:has([name=rest])"

        answer = window.post(page.one(form)["hx-post"], page.fields(form))

        assert (without, answer.status_code) == (False, 200)
        assert (kept(world, running).status, kept(world, running).quantity) == ("completed", 6)


class TestReasonPages:
    """Planners keep the reasons; everybody may read them."""

    def test_a_reason_is_added_and_shown_to_everybody(self, world, hx_client):
        planner = hx_client.as_(world.pia)
        planner.page(REASONS)

        answer = planner.post(REASONS, {"kind": "downtime", "code": "JAM", "name": "Paper jam", "planned": "on"})

        reader = hx_client.as_(world.vera).page(REASONS)
        assert answer["HX-Redirect"] == REASONS
        assert reader.texts("tbody td") == ["JAM", "Paper jam (planned)", "In use"]
        assert not reader.has("main form")

    def test_a_code_that_is_taken_is_refused_beside_the_field(self, world, hx_client):
        code = ReasonCodeFactory(organization=world.north)
        window = hx_client.as_(world.pia)
        window.page(REASONS)

        answer = window.post(REASONS, {"kind": "defect", "code": code.code, "name": "Again"})

        assert (answer.status_code, window.part(answer).one("[aria-invalid=true]")["name"]) == (422, "code")

    def test_a_reason_is_put_out_of_use_and_not_deleted_once_it_was_used(self, world, hx_client, running):
        code = ReasonCodeFactory(organization=world.north)
        reported(world, running, defect=1, reason=code)
        window = hx_client.as_(world.pia)
        address = reverse("workorder:reason_edit", args=[code.pk])
        sent = window.page(address).fields(f"form[action='{address}']")
        sent.pop("active")

        refused = window.post(reverse("workorder:reason_remove", args=[code.pk]))
        saved = window.post(address, sent)

        assert (refused.status_code, window.part(refused).one("[data-code]")["data-code"]) == (409, "in_use")
        assert saved["HX-Redirect"] == REASONS
        with tenant(world.north):
            assert not ReasonCode.objects.get(pk=code.pk).active

    def test_an_old_page_is_shown_what_is_true_now(self, world, hx_client):
        code = ReasonCodeFactory(organization=world.north)
        window = hx_client.as_(world.pia)
        address = reverse("workorder:reason_edit", args=[code.pk])
        window.page(address)
        window.post(address, {"code": code.code, "name": "Other", "active": "on", "version": "1"})

        answer = window.post(address, {"code": code.code, "name": "Mine", "active": "on", "version": "1"})

        assert (answer.status_code, window.part(answer).one("[name=name]")["value"]) == (409, "Other")
