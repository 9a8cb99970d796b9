"""Everybody is told in their own language, and what people wrote is escaped where it is HTML."""

from unittest import mock

import pytest
from django.utils import translation

from notifications.kinds import wording
from notifications.models import Notification
from tenants import relay
from tenants.context import tenant
from tenants.models import Member, Organization
from tests.factories import CommentFactory, FollowFactory, ViewerFactory, WorkOrderFactory
from workorder.actions import orders

pytestmark = pytest.mark.django_db


def speaks(member, language):
    with tenant(member.organization_id):
        Member.objects.filter(pk=member.pk).update(language=language)


@pytest.fixture
def submitted(world):
    def submitted(**values):
        return WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia, **values)

    return submitted


class TestLanguages:
    def test_each_is_told_in_their_own(self, world, submitted, heard):
        speaks(world.ada, "de")
        order = submitted(title="Plakate")

        found = heard("order_submitted")

        assert (found["Ada"].title, found["Ada"].content, found["Ada"].why) == (
            f"{order.number} wartet auf Freigabe",
            "Pia hat „Plakate“ eingereicht.",
            "Sie dürfen Aufträge freigeben.",
        )
        assert (found["Bea"].title, found["Bea"].why) == (
            f"{order.number} waits for approval",
            "You may approve orders.",
        )

    def test_who_chose_none_is_told_in_the_organizations(self, world, submitted, heard):
        Organization.objects.filter(pk=world.north.pk).update(language="de")
        speaks(world.bea, "en")
        order = submitted()

        found = heard("order_submitted")

        assert found["Ada"].title == f"{order.number} wartet auf Freigabe"
        assert found["Bea"].title == f"{order.number} waits for approval"

    def test_months_and_priorities_are_translated_too(self, world, heard):
        speaks(world.pia, "de")
        order = WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia, priority="normal")
        with tenant(world.north):
            orders.prioritize(order, by=world.ada, priority="urgent")

        assert heard("order_changed")["Pia"].title == f"{order.number} hat jetzt die Priorität dringend"

    def test_the_language_of_whoever_worked_before_does_not_matter(self, world, submitted, heard):
        """A worker serves many; what one left behind may not reach the next."""
        with translation.override("de"):
            submitted()
            found = heard("order_submitted")

        assert found["Ada"].title.endswith("waits for approval")
        assert found["Ada"].why == "You may approve orders."

    def test_words_are_made_once_for_all_who_hear_the_same(self, world):
        """Ten thousand people are as many renderings as they have languages."""
        order = WorkOrderFactory(organization=world.north, at="draft")
        for number in range(12):
            member = ViewerFactory(organization=world.north)
            speaks(member, "de" if number % 2 else "")
            FollowFactory(organization=world.north, member=member, subject=order)
        CommentFactory(organization=world.north, subject=order, member=world.sina, text="Ink is low")

        with mock.patch.object(wording, "render_to_string", wraps=wording.render_to_string) as rendered:
            relay.drain_here(world.north)

        assert sorted(call.args[0] for call in rendered.call_args_list) == [
            *["notifications/kinds/commented.html"] * 2,
            *["notifications/kinds/commented.txt"] * 2,
        ]
        with tenant(world.north):
            assert Notification.objects.filter(kind="commented").count() == 12


class TestWordsOfPeople:
    def test_they_are_plain_in_text_and_escaped_in_html(self, world, submitted, heard, mailoutbox):
        order = submitted(title="<script>alert(1)</script>")
        entry = heard("order_submitted")["Ada"]
        assert entry.content == "Pia submitted “<script>alert(1)</script>”."

        with tenant(world.north):
            mail = entry.messages.get(transport="email")
        relay.run("notifications.message", world.north, mail.pk)

        assert "<script>alert(1)</script>" in mailoutbox[0].body
        html = mailoutbox[0].alternatives[0][0]
        assert "<script>" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert order.number in html

    def test_they_are_escaped_in_the_html_of_a_kind(self, world, heard):
        order = WorkOrderFactory(organization=world.north, at="draft")
        FollowFactory(organization=world.north, member=world.vera, subject=order)
        for text in ("<img src=x onerror=alert(1)>", "A & B"):
            CommentFactory(organization=world.north, subject=order, member=world.sina, text=text)

        entry = heard("commented")["Vera"]

        assert entry.content.splitlines() == ["Sina: <img src=x onerror=alert(1)>", "Sina: A & B"]
        assert entry.html == ("<ul><li>Sina: &lt;img src=x onerror=alert(1)&gt;</li><li>Sina: A &amp; B</li></ul>")

    def test_a_line_break_in_a_name_makes_no_second_title(self, world, heard):
        order = WorkOrderFactory(organization=world.north, at="draft")
        FollowFactory(organization=world.north, member=world.vera, subject=order)
        type(world.sina.user).objects.filter(pk=world.sina.user_id).update(name="Sina\r\nBcc: all@evil.example")
        CommentFactory(organization=world.north, subject=order, member=world.sina, text="Ink\nis low")

        entry = heard("commented")["Vera"]

        assert entry.title == f"Sina Bcc: all@evil.example commented on {order.number}"
