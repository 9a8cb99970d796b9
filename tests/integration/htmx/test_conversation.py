"""Comments, files, tags, history and costs as people see them."""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tenants import context
from tenants.context import tenant
from tenants.models import Event
from tests.factories import AttachmentFactory, CommentFactory, TicketFactory, WorkOrderTagFactory, WorkOrderTaskFactory
from workorder.models import Comment, WorkOrder
from workorder.pages.conversation import rendered

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(world):
    return world.orders["released"]


def talk(order):
    return reverse("workorder:order_comments", args=[order.pk])


class TestTalk:
    """What is said stands below the thing, and is swapped alone."""

    def test_saying_something_answers_with_the_conversation(self, world, hx_client, order):
        omar = hx_client.as_(world.omar)
        form = omar.page(order).fields(f'form[action="{talk(order)}"]')

        answer = omar.post(talk(order), form | {"text": "The paper is wet, @pia."})

        part = omar.part(answer)
        assert answer.status_code == 200
        assert part.text("[data-said]") == "The paper is wet, @pia ."
        assert part.text("[data-said] .badge") == "@pia"
        omar.assert_toast(answer, "success", "Said.")

    def test_the_same_form_sent_twice_says_it_once(self, world, hx_client, order):
        omar = hx_client.as_(world.omar)
        form = omar.page(order).fields(f'form[action="{talk(order)}"]') | {"text": "Wet."}

        for _ in range(2):
            omar.post(talk(order), form)

        with tenant(world.north):
            assert Comment.objects.about(order).count() == 1

    def test_nothing_said_comes_back_with_the_reason_beside_the_field(self, world, hx_client, order):
        omar = hx_client.as_(world.omar)
        omar.page(order)

        answer = omar.post(talk(order), {"text": " "})

        assert answer.status_code == 422
        assert omar.part(answer).has('textarea[aria-invalid="true"]')

    def test_without_scripts_the_browser_is_led_back(self, world, hx_client, order):
        omar = hx_client.as_(world.omar)

        said = omar.plain("post", talk(order), {"text": "Wet."})
        silent = omar.plain("post", talk(order), {"text": ""})

        assert (said.status_code, said.url) == (302, f"/work-orders/{order.pk}/")
        assert (silent.status_code, b"<html" in silent.content) == (422, True)

    def test_viewer_reads_and_has_no_form(self, world, hx_client, order):
        CommentFactory(organization=world.north, subject=order, member=world.omar)

        page = hx_client.as_(world.vera).page(order)

        assert len(page.all("[data-said]")) == 1
        assert not page.has("#talk form")

    def test_own_words_are_edited_and_others_only_removed_by_who_may(self, world, hx_client, order):
        said = CommentFactory(organization=world.north, subject=order, member=world.omar, text="Wet.")
        omar, pia = hx_client.as_(world.omar), hx_client.as_(world.pia)
        edit, remove = (reverse(f"workorder:comment_{verb}", args=[said.pk]) for verb in ("edit", "remove"))

        form = omar.page(order).fields(f'form[action="{edit}"]')
        edited = omar.part(omar.post(edit, form | {"text": "Dry."}))
        seen = pia.page(order)
        removed = pia.part(pia.post(remove, {"version": "2"}))

        assert (form["text"].strip(), edited.text("[data-said]")) == ("Wet.", "Dry.")
        assert (seen.has(f'form[action="{edit}"]'), seen.has(f'form[action="{remove}"]')) == (False, True)
        assert removed.text("li > p.italic").startswith("Removed by Pia")
        assert not removed.has("[data-said]")

    def test_somebody_was_first(self, world, hx_client, order):
        said = CommentFactory(organization=world.north, subject=order, member=world.omar, text="Wet.")
        omar = hx_client.as_(world.omar)
        omar.page(order)
        edit = reverse("workorder:comment_edit", args=[said.pk])
        omar.post(edit, {"text": "Dry.", "version": "1"})

        answer = omar.post(edit, {"text": "Damp.", "version": "1"})

        assert answer.status_code == 409
        assert "Changed meanwhile" in omar.part(answer).text('[role="alert"]')

    def test_long_conversations_show_their_end_first(self, world, hx_client, order):
        for _ in range(32):
            CommentFactory(organization=world.north, subject=order, member=world.omar)
        omar = hx_client.as_(world.omar)

        page = omar.page(order)
        whole = omar.part(omar.get(f"{talk(order)}?all=1"))

        assert (len(page.all("[data-said]")), len(whole.all("[data-said]"))) == (30, 32)
        assert "Show 2 earlier" in page.text("#talk > p")

    @pytest.mark.parametrize("noun", ["task", "ticket"])
    def test_tasks_and_tickets_have_one_too(self, world, hx_client, noun):
        subject = {"task": WorkOrderTaskFactory, "ticket": TicketFactory}[noun](organization=world.north)
        sina = hx_client.as_(world.sina)
        page = sina.page(reverse(f"workorder:{noun}_detail", args=[subject.pk]))

        part = sina.part(sina.post(page.one("#talk form[hx-post$='comments/']")["hx-post"], {"text": "Hot."}))

        assert part.text("[data-said]") == "Hot."

    def test_queries_do_not_grow_with_comments(self, world, hx_client, query_counter, order):
        omar = hx_client.as_(world.omar)

        def grow(size):
            with tenant(world.north):
                missing = size - Comment.objects.about(order).count()
            for number in range(missing):
                people = [world.omar, world.pia, world.ada, world.sina]
                member, other = people[number % 4], people[(number + 1) % 4]
                said = {"member": member, "text": f"@{other.name.lower()}"}
                CommentFactory(organization=world.north, subject=order, **said)
                AttachmentFactory(organization=world.north, subject=order, member=member)

        assert query_counter.constant_over(grow, lambda: len(omar.get(talk(order)).content), sizes=(2, 12, 25)) < 20


class TestRendering:
    """People's words are words: nothing in them is markup of ours but breaks, links and names."""

    @pytest.mark.parametrize(
        ("text", "html"),
        [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("one\ntwo\r\nthree", "one<br>two<br>three"),
            ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
            ("http://plain.example", "http://plain.example"),
            ("@nobody", "@nobody"),
            ('https://a.example/"onx="', "https://a.example/&quot;onx=&quot;"),
        ],
    )
    def test_text_stays_text(self, text, html):
        assert re.sub(r"</?a[^>]*>", "", rendered(text, [])) == html

    def test_links_are_links_and_trust_nobody(self):
        html = rendered("See https://a.example/x?y=1&z=<b>. Or (https://b.example).", [])

        assert re.findall(r'<a [^>]*href="([^"]*)" rel="([^"]*)"', html) == [
            ("https://a.example/x?y=1&amp;z=", "nofollow noopener noreferrer"),
            ("https://b.example", "nofollow noopener noreferrer"),
        ]


class TestFiles:
    def test_file_is_brought_and_handed_out_to_be_saved(self, world, hx_client, order):
        omar = hx_client.as_(world.omar)
        url = reverse("workorder:order_attachments", args=[order.pk])
        form = omar.page(order).fields(f'form[action="{url}"]')

        answer = omar.post(url, form | {"file": SimpleUploadedFile("plan.pdf", b"%PDF-1.4 lines")})
        link = omar.part(answer).one("#talk ul a")
        content = omar.plain("get", link["href"])

        assert link.get_text().strip() == "plan.pdf"
        assert b"".join(content) == b"%PDF-1.4 lines"
        assert content["Content-Disposition"] == 'attachment; filename="plan.pdf"'
        assert content["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert content["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("name", ["page.html", "picture.svg", "tool.exe"])
    def test_other_kinds_come_back_with_those_there_are(self, world, hx_client, order, name):
        omar = hx_client.as_(world.omar)
        omar.page(order)

        answer = omar.post(
            reverse("workorder:order_attachments", args=[order.pk]), {"file": SimpleUploadedFile(name, b"<p>")}
        )

        assert answer.status_code == 422
        assert "Only these kinds of files" in omar.part(answer).text("#talk")

    def test_nothing_chosen_is_said_beside_the_field(self, world, hx_client, order):
        omar = hx_client.as_(world.omar)
        omar.page(order)

        answer = omar.post(reverse("workorder:order_attachments", args=[order.pk]), {})

        assert (answer.status_code, omar.part(answer).has('input[type="file"][aria-invalid="true"]')) == (422, True)

    def test_removed_file_is_not_found_any_more(self, world, hx_client, order):
        file = AttachmentFactory(organization=world.north, subject=order, member=world.omar)
        omar = hx_client.as_(world.omar)
        omar.page(order)

        part = omar.part(omar.post(reverse("workorder:attachment_remove", args=[file.pk]), {"version": "1"}))

        assert not part.has("#talk ul a")
        assert omar.plain("get", reverse("workorder:attachment", args=[file.pk])).status_code == 404


class TestTags:
    def test_tags_are_written_in_one_line(self, world, hx_client, order):
        sina, url = hx_client.as_(world.sina), reverse("workorder:order_tags", args=[order.pk])
        form = sina.page(order).fields(f'form[action="{url}"]')

        part = sina.part(sina.post(url, form | {"tags": " Rush,Big job, rush,"}))

        assert part.texts("#tags a.badge") == ["Big job", "Rush"]
        assert part.fields(f'form[action="{url}"]')["tags"] == "Big job, Rush"

    def test_too_long_a_word_is_said_beside_the_field(self, world, hx_client, order):
        sina = hx_client.as_(world.sina)
        sina.page(order)

        answer = sina.post(reverse("workorder:order_tags", args=[order.pk]), {"tags": "x" * 41})

        assert (answer.status_code, sina.part(answer).has('#tags input[aria-invalid="true"]')) == (422, True)

    def test_list_is_narrowed_by_a_tag_of_the_list(self, world, hx_client, order):
        WorkOrderTagFactory(organization=world.north, order=order, name="Rush")

        page = hx_client.as_(world.vera).page("/work-orders/?tag=rush")

        assert page.texts("#orders tbody a.link") == [order.number]
        assert [option["value"] for option in page.all("#id_tag option")] == ["", "Rush"]
        assert page.texts("#orders tbody .badge.tone-quiet")[0] == "Rush"

    def test_operators_read_them(self, world, hx_client, order):
        WorkOrderTagFactory(organization=world.north, order=order, name="Rush")

        page = hx_client.as_(world.omar).page(order)

        assert (page.texts("#tags a"), page.has("#tags form")) == (["Rush"], False)


class TestHistory:
    def test_older_lines_come_when_asked_for(self, world, hx_client, order):
        with tenant(world.north):
            now = context.now()
            Event.objects.bulk_create(
                Event(
                    kind="workorder.held",
                    subject_type="workorder",
                    subject_id=order.pk,
                    subject_version=100 + number,
                    via="job",
                    occurred_at=now,
                    recorded_at=now,
                )
                for number in range(40)
            )
        vera = hx_client.as_(world.vera)

        first = vera.page(order)
        more = first.one("ol > li > a[hx-get]")["hx-get"]
        part, whole = vera.part(vera.get(more)), vera.page(more)

        assert len(first.all("li[data-kind]")) == 30
        assert len(part.all("li[data-kind]")) == len(whole.all("li[data-kind]")) > 10
        assert not part.has("a[hx-get]")

    def test_time_names_its_zone(self, world, hx_client, order):
        assert hx_client.as_(world.vera).page(order).all("li[data-kind] time")[0]["title"] == "UTC"


class TestCosts:
    @pytest.fixture
    def spent(self, world, order):
        def spent(**columns):
            with tenant(world.north):
                WorkOrder.objects.filter(pk=order.pk).update(
                    **{name: Decimal(value) for name, value in columns.items()}
                )

        return spent

    def test_card_sets_what_it_took_beside_what_was_thought(self, world, hx_client, order, spent):
        spent(estimate_minutes=120, actual_minutes=30, estimate_cost=1000, actual_cost=250, budget=2000)

        page = hx_client.as_(world.vera).page(order)

        assert page.texts("#costs .num") == [
            "30 min of 2 h estimated",
            "250.00 EUR of 1,000.00 EUR estimated",
            "250.00 EUR of 2,000.00 EUR budget",
        ]
        assert [bar["value"] for bar in page.all("#costs progress")] == ["25", "25", "12"]
        assert not page.has("#costs .badge")

    @pytest.mark.parametrize(
        ("columns", "warning"),
        [
            ({"actual_cost": 11, "budget": 10}, "Over budget"),
            ({"actual_cost": 11, "estimate_cost": 10, "budget": 20}, "Over the estimate"),
            ({"actual_minutes": 61, "estimate_minutes": 60}, "Over the estimate"),
        ],
    )
    def test_too_much_is_said(self, world, hx_client, order, spent, columns, warning):
        spent(**columns)

        assert hx_client.as_(world.vera).page(order).texts("#costs .badge") == [warning]


class TestReference:
    def test_customers_reference_is_a_link_to_their_own_order(self, world, hx_client, api_client, order):
        with tenant(world.north):
            WorkOrder.objects.filter(pk=order.pk).update(customer_reference="A/1 & 2")
        address = {"reference_url": "https://acme.example/orders?no={reference}"}
        api_client.as_(world.pia).patch(f"customers/{order.customer_id}/", address)

        link = hx_client.as_(world.vera).page(order).one('dd a[href^="https"]')
        told = api_client.as_(world.vera).get(f"work-orders/{order.pk}/").body["customer_reference_url"]

        assert link["href"] == told == "https://acme.example/orders?no=A%2F1%20%26%202"
        assert link["rel"] == ["nofollow", "noopener", "noreferrer"]

    @pytest.mark.parametrize(
        "address",
        [
            "javascript:alert('{reference}')",
            "https://{reference}.example/",
            "https://acme.example/",
            "https://acme.example/{reference}/{other}",
            "ftp://acme.example/{reference}",
            "https:///{reference}",
            "https://acme.example/ {reference}",
            "https://[{reference}",
        ],
    )
    def test_address_that_is_none_is_refused_by_name(self, world, api_client, address):
        answer = api_client.as_(world.pia).patch(f"customers/{world.customer.pk}/", {"reference_url": address})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["reference_url"])
