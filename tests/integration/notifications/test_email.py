"""Mail leaves the house after the commit, under a key that never changes, and is tried until it is sent or hopeless."""

import smtplib
from urllib.parse import urlsplit

import pytest

from notifications.models import Message, Notification, Preference
from notifications.states import Kind, Transport, Wanted
from tenants import relay
from tenants.context import tenant
from tenants.models import Member
from tenants.states import DeliveryState
from tests.factories import MessageFactory, NotificationFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db

LABEL = "notifications.message"


@pytest.fixture
def message(world):
    """A mail to Omar that has not been sent."""
    entry = NotificationFactory(
        organization=world.north,
        recipient=world.omar,
        kind=Kind.TASK_ASSIGNED,
        title="Folding is yours",
        content="WO-2026-000001. You have the least open work.",
        url="/tasks/7/",
    )
    return MessageFactory(organization=world.north, notification=entry)


@pytest.fixture
def failing(monkeypatch):
    """`failing(error)`: let the mail server answer with this."""

    def failing(error):
        def refuse(self, messages):
            raise error

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)

    return failing


def sent(world, message):
    """Run the message as the relay would; answers the row as it is then."""
    relay.run(LABEL, world.north, message.pk)
    with tenant(world.north):
        return Message.objects.get(pk=message.pk)


class TestEmail:
    def test_mail_says_what_the_inbox_says_and_where(self, world, message, mailoutbox, settings):
        settings.SITE_URL = "https://floor.example/"

        row = sent(world, message)

        mail = mailoutbox[0]
        assert row.state == DeliveryState.DONE
        assert mail.to == ["omar@north.example"]
        assert mail.subject == "[Northwind Print] Folding is yours"
        assert "You have the least open work." in mail.body
        assert "https://floor.example/tasks/7/" in mail.body

    def test_mail_has_text_and_html(self, world, message, mailoutbox):
        """Some read mail on a terminal, and some mail programs show nothing else."""
        sent(world, message)

        html, kind = mailoutbox[0].alternatives[0]
        assert kind == "text/html"
        assert "<h1>Folding is yours</h1>" in html

    def test_message_id_is_the_key(self, world, message, mailoutbox):
        """A second copy after a crash carries the same id, so that mailboxes can drop it."""
        sent(world, message)

        headers = mailoutbox[0].message()
        assert headers["Message-ID"] == f"<{message.key}>"
        assert headers["Auto-Submitted"] == "auto-generated"

    def test_text_from_people_is_escaped_in_html_and_plain_in_text(self, world, mailoutbox):
        entry = NotificationFactory(organization=world.north, recipient=world.omar, title="<b>A & B</b>")

        sent(world, MessageFactory(organization=world.north, notification=entry))

        assert "<b>A & B</b>" in mailoutbox[0].body
        assert "<h1>&lt;b&gt;A &amp; B&lt;/b&gt;</h1>" in mailoutbox[0].alternatives[0][0]

    def test_line_break_in_a_title_makes_no_second_header(self, world, mailoutbox):
        """Titles come from people; a break in one must not address the mail to somebody else."""
        entry = NotificationFactory(organization=world.north, recipient=world.omar, title="Hi\r\nBcc: all@evil.example")

        sent(world, MessageFactory(organization=world.north, notification=entry))

        assert mailoutbox[0].subject == "[Northwind Print] Hi Bcc: all@evil.example"
        assert mailoutbox[0].recipients() == ["omar@north.example"]


class TestThread:
    """A mail finds its place in a mail program, and a way out of it."""

    @pytest.fixture
    def mails(self, world, mailoutbox):
        """Two mails about one order, one about another, one about nothing."""
        orders = [WorkOrderFactory(organization=world.north) for _ in range(2)]
        for subject in (orders[0], orders[0], orders[1], None):
            about = {"subject_type": subject.NOUN, "subject_id": subject.pk} if subject else {}
            entry = NotificationFactory(organization=world.north, recipient=world.omar)
            with tenant(world.north):
                Notification.objects.filter(pk=entry.pk).update(**(about or {"subject_type": "", "subject_id": None}))
            sent(world, MessageFactory(organization=world.north, notification=entry))
        return [mail.message() for mail in mailoutbox]

    def test_mails_about_one_thing_are_one_thread(self, mails):
        first, second, other, alone = mails

        assert first["References"] == second["References"] == second["In-Reply-To"]
        assert other["References"] not in (None, first["References"])
        assert (alone["References"], alone["In-Reply-To"]) == (None, None)
        assert len({mail["Message-ID"] for mail in mails}) == 4

    def test_one_click_turns_this_kind_off(self, world, mails, anonymous_client):
        """What a mail program sends for its reader: no session, no page between."""
        mail = mails[0]
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = urlsplit(mail["List-Unsubscribe"].strip("<>")).path

        answer = anonymous_client.post(path, {"List-Unsubscribe": "One-Click"})

        with tenant(world.north):
            wanted = Preference.objects.get(
                member=world.omar, kind=Kind.TASK_ASSIGNED, transport=Transport.EMAIL
            ).wanted
        assert (answer.status_code, wanted) == (200, Wanted.OFF)

    def test_mail_says_why_this_person(self, world, message, mailoutbox):
        with tenant(world.north):
            Notification.objects.filter(pk=message.notification_id).update(why="You supervise Assembly.")

        sent(world, message)

        assert "Why you get this: You supervise Assembly." in mailoutbox[0].body
        assert "You supervise Assembly." in mailoutbox[0].alternatives[0][0]

    def test_html_of_its_kind_stands_where_paragraphs_would(self, world, message, mailoutbox):
        with tenant(world.north):
            Notification.objects.filter(pk=message.notification_id).update(html="<ul><li>Folding</li></ul>")

        sent(world, message)

        assert "<ul><li>Folding</li></ul>" in mailoutbox[0].alternatives[0][0]


class TestSending:
    """Sent at least once, and known when it cannot be."""

    def test_sent_twice_by_the_relay_is_sent_once(self, world, message, mailoutbox):
        sent(world, message)
        sent(world, message)

        assert len(mailoutbox) == 1

    def test_server_away_is_tried_again_later_under_the_same_key(self, world, message, failing):
        failing(ConnectionRefusedError("nobody there"))

        row = sent(world, message)

        assert (row.state, row.failures, row.key) == (DeliveryState.PENDING, 1, message.key)
        assert row.run_after > message.run_after
        assert "nobody there" in row.error

    def test_refused_address_is_dead_at_once(self, world, message, failing):
        """It will not exist tomorrow either; three days of trying would only hide it."""
        failing(smtplib.SMTPRecipientsRefused({"omar@north.example": (550, b"no such user")}))

        row = sent(world, message)

        assert row.state == DeliveryState.DEAD
        assert "omar@north.example" in row.error

    @pytest.mark.parametrize(("code", "state"), [(554, DeliveryState.DEAD), (452, DeliveryState.PENDING)])
    def test_refused_words_are_told_from_a_full_disk(self, world, message, failing, code, state):
        failing(smtplib.SMTPDataError(code, b"because"))

        row = sent(world, message)

        assert row.state == state
        assert "because" in row.error

    def test_greylisting_is_no_refusal(self, world, message, failing):
        """A 4xx says: later. Many servers say it to everybody the first time."""
        failing(smtplib.SMTPRecipientsRefused({"omar@north.example": (451, b"try again")}))

        assert sent(world, message).state == DeliveryState.PENDING

    def test_who_left_meanwhile_is_not_written_to(self, world, message, mailoutbox):
        with tenant(world.north):
            Member.objects.filter(pk=world.omar.pk).update(active=False)

        row = sent(world, message)

        assert (row.state, row.error, mailoutbox) == (DeliveryState.SUPPRESSED, "no longer a member", [])

    def test_unknown_transport_is_dead_at_once(self, world, message):
        """A transport that was taken away leaves rows behind; they must not be tried for three days."""
        with tenant(world.north):
            Message.objects.filter(pk=message.pk).update(transport="pigeon")

        assert "pigeon" in sent(world, message).error

    def test_another_organizations_message_is_not_found(self, world, message, mailoutbox):
        """A forged doorbell runs nothing that is not due in the organization it names."""
        assert relay.run(LABEL, world.south, message.pk) is False
        assert mailoutbox == []
