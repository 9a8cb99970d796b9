"""Endpoints of other programs: kept by admins, told of what they chose, their log open to who keeps them."""

import pytest

from notifications.models import Webhook, WebhookCall
from tenants import relay
from tenants.context import tenant
from tenants.models import Event
from tests.factories import WebhookCallFactory, WebhookFactory

pytestmark = pytest.mark.django_db

ERP = {"name": "ERP", "url": "https://erp.example.com/workfloor"}


@pytest.fixture
def admin(world, api_client):
    return api_client.as_(world.ada)


@pytest.fixture
def webhook(world):
    return WebhookFactory(organization=world.north)


class TestKeeping:
    def test_secret_is_in_the_first_answer_and_nowhere_else(self, world, admin):
        made = admin.post("webhooks/", ERP)

        assert (made.status_code, made.body["secret"][:6]) == (201, "whsec_")
        address = f"webhooks/{made.body['id']}/"
        again = [admin.get(address), admin.get("webhooks/"), admin.get(f"{address}events/"), admin.get("events/")]
        assert not any("whsec_" in answer.content.decode() for answer in again)

    def test_rotating_shows_the_new_one_once(self, world, admin, webhook):
        answer = admin.post(f"webhooks/{webhook.pk}/rotate-secret/")

        assert answer.body["secret"] not in (None, webhook.secret)
        assert answer.body["previous_until"] is not None

    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1/",
            "https://10.0.0.1/",
            "https://[::1]/",
            "http://169.254.169.254/latest/meta-data/",
            "https://2130706433/",
            "https://localhost/",
            "https://user:word@erp.example.com/",
            "ftp://erp.example.com/",
            "nonsense",
        ],
    )
    @pytest.mark.parametrize("verb", ["post", "patch"])
    def test_private_address_is_refused_by_its_field(self, world, admin, webhook, verb, url):
        if verb == "post":
            answer = admin.post("webhooks/", ERP | {"url": url})
        else:
            answer = admin.patch(f"webhooks/{webhook.pk}/", {"url": url})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["url"])
        with tenant(world.north):
            assert list(Webhook.objects.values_list("url", flat=True)) == [webhook.url]

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"kinds": ["order.eaten"]}, "kinds"),
            ({"kinds": "workorder.released"}, "kinds"),
            ({"name": "  "}, "name"),
            ({"url": "https://erp.example.com/" + "a" * 500}, "url"),
            ({"active": "perhaps"}, "active"),
        ],
    )
    def test_what_cannot_be_meant_names_its_field(self, world, admin, sent, field):
        answer = admin.post("webhooks/", ERP | sent)

        assert (answer.status_code, list(answer.body["fields"])) == (400, [field])

    def test_name_is_taken_once(self, world, admin):
        admin.post("webhooks/", ERP)

        assert admin.post("webhooks/", ERP).body["fields"]["name"][0]["code"] == "name_taken"

    def test_version_that_is_no_longer_true_is_told(self, world, admin, webhook):
        admin.patch(f"webhooks/{webhook.pk}/", {"name": "Other"})

        answer = admin.patch(f"webhooks/{webhook.pk}/", {"name": "Third", "version": 1})

        assert (answer.status_code, answer.code) == (409, "stale")

    @pytest.mark.parametrize("who", ["pia", "bea", "omar"])
    def test_nobody_but_admins_sees_an_address(self, world, api_client, webhook, who):
        client = api_client.as_(getattr(world, who))

        found = [client.get(path).status_code for path in ("webhooks/", f"webhooks/{webhook.pk}/")]

        assert found == [403, 403]

    def test_removed_with_its_log(self, world, admin):
        call = WebhookCallFactory(organization=world.north)

        assert admin.delete(f"webhooks/{call.webhook_id}/").status_code == 204
        with tenant(world.north):
            assert not WebhookCall.objects.exists()
            assert Event.objects.filter(kind="webhook.removed").exists()


class TestDeliveries:
    def test_log_says_what_came_back(self, world, admin, mock_external_services, celery_burst):
        mock_external_services.web.script(500)
        webhook = WebhookFactory(organization=world.north, url=mock_external_services.web.url, kinds=["task.split"])
        assert admin.post(f"webhooks/{webhook.pk}/test/").status_code == 200
        relay.drain_here(world.north)
        with tenant(world.north):
            call = WebhookCall.objects.get()
        relay.run("notifications.webhookcall", world.north, call.pk)

        listed = admin.get("webhooks/deliveries/", {"webhook": webhook.pk, "state": "pending"}).body["results"]
        told = admin.get(f"webhooks/deliveries/{listed[0]['id']}/").body

        assert [(row["kind"], row["failures"]) for row in listed] == [("webhook.tested", 1)]
        assert [(row["http_status"], row["error"]) for row in told["tries"]] == [(500, "The endpoint answered 500.")]

    def test_dead_one_is_sent_once_more(self, world, admin):
        call = WebhookCallFactory(organization=world.north, state="dead")

        answer = admin.post(f"webhooks/deliveries/{call.pk}/replay/")

        assert (answer.status_code, answer.body["state"]) == (200, "pending")
        assert admin.post(f"webhooks/deliveries/{call.pk}/replay/").status_code == 409

    def test_test_of_one_that_is_turned_off_is_refused(self, world, admin, webhook):
        admin.patch(f"webhooks/{webhook.pk}/", {"active": False})

        answer = admin.post(f"webhooks/{webhook.pk}/test/")

        assert (answer.status_code, answer.body["problems"][0]["code"]) == (409, "inactive")

    def test_anothers_log_is_not_there(self, world, admin):
        theirs = WebhookCallFactory(organization=world.south)

        assert admin.get(f"webhooks/deliveries/{theirs.pk}/").status_code == 404
        assert admin.post(f"webhooks/deliveries/{theirs.pk}/replay/").status_code == 404
        assert admin.get("webhooks/deliveries/", {"webhook": theirs.webhook_id}).status_code == 400
