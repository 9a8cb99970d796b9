"""The audit log: everything that happened, in words, narrowed by what stands in the address."""

import pytest

from tests.factories import CommentFactory

pytestmark = pytest.mark.django_db


class TestAudit:
    def test_ledger_is_told_in_words_with_links(self, world, hx_client):
        order = world.orders["closed"]

        page = hx_client.as_(world.sina).page("/audit/?kind=workorder.closed")

        link = page.one("#audit tbody a")
        assert (link.get_text(), link["href"]) == (f"Pia closed {order.number}", f"/work-orders/{order.pk}/")

    def test_what_was_said_leads_to_what_it_is_about(self, world, hx_client):
        order = world.orders["released"]
        CommentFactory(organization=world.north, subject=order, member=world.omar)

        page = hx_client.as_(world.sina).page("/audit/?subject_type=comment")

        assert page.one("#audit tbody a")["href"] == f"/work-orders/{order.pk}/"

    @pytest.mark.parametrize(
        ("asked", "is_there"),
        [
            ("kind=workorder.closed", True),
            ("subject_type=workorder", True),
            ("subject_type=customer", False),
            ("via=sync", False),
            ("after=2000-01-01&before=2099-12-31", True),
            ("after=2099-01-01", False),
            ("before=2001-01-01", False),
            ("kind=nothing&via=window&after=yesterday&actor=x&subject=x", True),
            ("after=0001-01-01", True),
            ("page=0", True),
            ("page=99999999", True),
            ("page=1000", False),
        ],
    )
    def test_filters_live_in_the_address_and_nonsense_is_left_out(self, world, hx_client, asked, is_there):
        page = hx_client.as_(world.sina).page(f"/audit/?{asked}")

        assert page.has("#audit tbody tr") == is_there

    def test_file_is_what_the_page_shows(self, world, hx_client):
        sina = hx_client.as_(world.sina)
        link = sina.page("/audit/?kind=workorder.closed").one("#audit a[download]")

        lines = b"".join(sina.plain("get", link["href"])).decode().splitlines()

        assert link["href"] == "/audit/export.csv?kind=workorder.closed"
        assert [line.split(",")[2] for line in lines] == ["kind", "workorder.closed"]

    def test_nobody_below_a_supervisor_is_led_there(self, world, hx_client):
        seen = {
            name: hx_client.as_(getattr(world, name)).page("/").has('a[href="/audit/"]') for name in ("omar", "sina")
        }

        assert seen == {"omar": False, "sina": True}
