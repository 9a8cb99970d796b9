"""Browser push: only the browser can read it, only we can send it, and a browser that is gone is forgotten."""

import base64
import io
import struct

import jwt
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.management import call_command

from notifications.models import Message, PushSubscription
from notifications.states import Kind, Transport
from notifications.transports.push import encryption
from tenants import relay
from tenants.context import tenant
from tenants.models import Event
from tenants.states import DeliveryState
from tests.factories import NotificationFactory, PushSubscriptionFactory
from tests.support.sinks import BREAKS_OFF

pytestmark = pytest.mark.django_db

LABEL = "notifications.message"
# RFC 8291, appendix A
BROWSER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
WORDS = b"When I grow up, I want to be a watermelon"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def raw(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_of(text):
    return derive_private_key(int.from_bytes(raw(text), "big"), SECP256R1())


def opened(body):
    """What a browser reads, written from the browser's side of RFC 8291."""
    salt, (_, length) = body[:16], struct.unpack("!IB", body[16:21])
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    shared = key_of(BROWSER).exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), sender))

    def derived(material, salt, info, size):
        return HKDF(algorithm=SHA256(), length=size, salt=salt, info=info).derive(material)

    material = derived(shared, raw(AUTH), b"WebPush: info\x00" + raw(P256DH) + sender, 32)
    content_key = derived(material, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = derived(material, salt, b"Content-Encoding: nonce\x00", 12)
    return AESGCM(content_key).decrypt(nonce, sealed, None).rstrip(b"\x00").removesuffix(b"\x02")


@pytest.fixture
def sink(mock_external_services):
    return mock_external_services.web


@pytest.fixture
def browser(world, sink):
    """Omar's browser, whose push service is the sink."""
    return PushSubscriptionFactory(organization=world.north, member=world.omar, endpoint=f"{sink.url}/push/1")


@pytest.fixture
def message(world, browser):
    entry = NotificationFactory(
        organization=world.north,
        recipient=world.omar,
        kind=Kind.TASK_ASSIGNED,
        title="Folding is yours",
        content="Behind the blue door, code 4711",
        url="/tasks/7/",
    )
    with tenant(world.north):
        return Message.objects.create(notification=entry, transport=Transport.PUSH, key="push.1@workfloor.local")


def sent(world, message):
    relay.run(LABEL, world.north, message.pk)
    with tenant(world.north):
        return Message.objects.get(pk=message.pk)


class TestEncryption:
    def test_example_of_the_standard(self):
        sealed = encryption.encrypt(WORDS, p256dh=P256DH, auth=AUTH, salt=raw(SALT), key=key_of(SENDER))

        assert encryption.packed(sealed) == SEALED

    def test_browser_reads_it_and_nobody_who_changed_it_does(self):
        sealed = encryption.encrypt(WORDS, p256dh=P256DH, auth=AUTH)

        assert opened(sealed) == WORDS
        assert encryption.encrypt(WORDS, p256dh=P256DH, auth=AUTH) != sealed
        with pytest.raises(InvalidTag):
            opened(sealed[:-1] + bytes([sealed[-1] ^ 1]))

    @pytest.mark.parametrize(
        ("p256dh", "auth"),
        [("", AUTH), ("x" * 87, AUTH), (P256DH[:-4], AUTH), (P256DH, "short"), (P256DH, "!!"), ("ä", AUTH)],
    )
    def test_what_no_browser_makes_is_no_key(self, p256dh, auth):
        assert encryption.are_keys(P256DH, AUTH)
        assert not encryption.are_keys(p256dh, auth)


class TestSending:
    def test_browser_gets_title_address_and_id_and_nothing_else(self, world, message, sink):
        """A push service is somebody else's house, and a lock screen anybody's to read."""
        row = sent(world, message)

        told = message.notification
        assert row.state == DeliveryState.DONE
        said = sink.arrived[0]
        words = f'{{"title": "Folding is yours", "url": "/tasks/7/", "id": "{told.pk}"}}'
        assert opened(said.body).decode() == words
        assert b"4711" not in said.body

    def test_push_service_can_tell_who_sends(self, world, message, sink):
        sent(world, message)

        headers = sink.arrived[0].headers
        scheme, _, rest = headers["authorization"].partition(" ")
        token, key = (part.strip().partition("=")[2] for part in rest.split(","))
        public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw(key))
        claims = jwt.decode(token, public, algorithms=["ES256"], audience=sink.url)
        assert (scheme, claims["sub"]) == ("vapid", "mailto:admin@floor.example")
        assert (headers["content-encoding"], headers["ttl"], headers["urgency"]) == ("aes128gcm", "86400", "normal")
        assert headers["topic"] == message.notification_id.hex

    def test_urgent_news_are_urgent(self, world, message, sink):
        with tenant(world.north):
            Message.objects.filter(pk=message.pk).update(is_urgent=True)

        sent(world, message)

        assert sink.arrived[0].headers["urgency"] == "high"

    @pytest.mark.parametrize("status", [404, 410])
    def test_browser_that_is_gone_is_forgotten(self, world, message, sink, status):
        sink.script(status)

        row = sent(world, message)

        with tenant(world.north):
            assert not PushSubscription.objects.filter(member=world.omar).exists()
            assert Event.objects.filter(kind="push_subscription.expired").exists()
        assert (row.state, row.error) == (DeliveryState.SUPPRESSED, "no browser to push to")

    @pytest.mark.parametrize("fault", [500, 429, 400, BREAKS_OFF])
    def test_what_was_not_taken_is_tried_again(self, world, message, sink, fault):
        sink.script(fault, 201)

        assert sent(world, message).state == DeliveryState.PENDING
        with tenant(world.north):
            Message.objects.filter(pk=message.pk).update(run_after=message.run_after)
        assert sent(world, message).state == DeliveryState.DONE

    def test_one_browser_that_took_it_is_enough(self, world, message, sink):
        """Trying the other again would show it twice on the first."""
        PushSubscriptionFactory(organization=world.north, member=world.omar, endpoint=f"{sink.url}/push/2")
        sink.script(201, 500)

        assert sent(world, message).state == DeliveryState.DONE
        assert len(sink.arrived) == 2

    def test_endpoint_inside_the_house_is_not_called(self, world, message, sink, settings):
        """The address comes from a browser, so from anybody."""
        settings.OUTBOUND_ALLOW = []

        row = sent(world, message)

        assert (row.state, sink.arrived) == (DeliveryState.PENDING, [])
        assert "not a public one" in row.error

    def test_without_a_key_it_is_dead_and_says_why(self, world, message, settings):
        settings.VAPID_PRIVATE_KEY = ""

        row = sent(world, message)

        assert (row.state, row.error) == (DeliveryState.DEAD, "Permanent: Browser push is not set up here.")


class TestSubscribing:
    @pytest.fixture
    def omar(self, world, api_client):
        return api_client.as_(world.omar)

    BODY = {"endpoint": "https://push.example.com/abc", "p256dh": P256DH, "auth": AUTH, "browser": "Firefox"}

    def test_browser_is_added_once_however_often_it_says_so(self, world, omar):
        ids = {omar.post("push-subscriptions/", self.BODY).body["id"] for _ in range(3)}

        assert [row["id"] for row in omar.get("push-subscriptions/").body["results"]] == list(ids)

    def test_shared_terminal_pushes_to_whoever_said_so_last(self, world, omar, api_client):
        omar.post("push-subscriptions/", self.BODY)
        api_client.as_(world.bea).post("push-subscriptions/", self.BODY)

        with tenant(world.north):
            assert [row.member_id for row in PushSubscription.objects.all()] == [world.bea.pk]

    def test_nobody_sees_or_takes_away_anothers(self, world, omar, api_client):
        made = omar.post("push-subscriptions/", self.BODY).body

        bea = api_client.as_(world.bea)
        assert bea.get("push-subscriptions/").body["results"] == []
        assert bea.delete(f"push-subscriptions/{made['id']}/").status_code == 404
        assert omar.delete(f"push-subscriptions/{made['id']}/").status_code == 204

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"endpoint": "http://169.254.169.254/"}, "endpoint"),
            ({"endpoint": "https://localhost/push"}, "endpoint"),
            ({"p256dh": "nonsense"}, "p256dh"),
            ({"auth": "x"}, "p256dh"),
            ({"browser": "x" * 201}, "browser"),
        ],
    )
    def test_what_no_browser_says_names_its_field(self, world, omar, sent, field):
        answer = omar.post("push-subscriptions/", self.BODY | sent)

        assert (answer.status_code, list(answer.body["fields"])) == (400, [field])

    def test_where_it_is_not_set_up_it_is_refused_and_not_offered(self, world, omar, operator_client, settings):
        assert "data-push=" in operator_client.get("/settings/notifications/").content.decode()
        settings.VAPID_PRIVATE_KEY = ""

        answer = omar.post("push-subscriptions/", self.BODY)

        assert (answer.status_code, answer.body["problems"][0]["code"]) == (409, "unavailable")
        assert "data-push=" not in operator_client.get("/settings/notifications/").content.decode()

    def test_twenty_browsers_are_enough(self, world, omar):
        for _ in range(20):
            PushSubscriptionFactory(organization=world.north, member=world.omar)

        assert omar.post("push-subscriptions/", self.BODY).status_code == 409


class TestWorker:
    def test_it_lies_at_the_root_and_is_no_page(self, anonymous_client):
        """Below another folder it would hear of nothing; from a cache it could never be mended."""
        answer = anonymous_client.get("/sw.js")

        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "showNotification" in answer.content.decode()

    def test_keys_can_be_made(self, settings):
        said = io.StringIO()
        call_command("push_keys", stdout=said)

        made = said.getvalue().split()[0].removeprefix("VAPID_PRIVATE_KEY=")
        assert len(raw(made)) == 32
        assert encryption.are_keys(encryption.public_key(made), AUTH)
