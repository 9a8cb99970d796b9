"""Settings: webhooks. Secrets are shown once, private addresses refused where they were typed, the log can be read."""

import pytest

from notifications.models import Webhook, WebhookAttempt, WebhookCall
from notifications.queries.webhooks import RECENT, health_of
from tenants.context import tenant
from tests.factories import WebhookAttemptFactory, WebhookCallFactory, WebhookFactory

pytestmark = pytest.mark.django_db

ERP = {"name": "ERP", "url": "https://erp.example.com/workfloor"}
PART = {"HX-Request": "true"}


def said(answer):
    return answer.content.decode()


class TestList:
    def test_nothing_yet_says_what_it_is_for(self, world, admin_client):
        assert "No endpoints yet" in said(admin_client.get("/settings/webhooks/"))

    def test_new_one_shows_its_secret_once(self, world, admin_client):
        made = admin_client.post("/settings/webhooks/", ERP)
        with tenant(world.north):
            secret = Webhook.objects.get().secret

        assert (made.status_code, secret in said(made)) == (200, True)
        assert made.headers["Cache-Control"] == "no-store"
        assert secret not in said(admin_client.get("/settings/webhooks/"))

    def test_private_address_is_refused_beside_its_field(self, world, admin_client):
        answer = admin_client.post("/settings/webhooks/", ERP | {"url": "http://192.168.1.7/"}, headers=PART)

        assert answer.status_code == 422
        assert "This address is not a public one." in said(answer)
        with tenant(world.north):
            assert not Webhook.objects.exists()

    def test_every_kind_can_be_chosen(self, world, admin_client):
        admin_client.post("/settings/webhooks/", ERP | {"kinds": ["workorder.released", "task.split"]})

        with tenant(world.north):
            assert Webhook.objects.get().kinds == ["task.split", "workorder.released"]

    def test_health_stands_beside_each(self, world, admin_client):
        webhook = WebhookFactory(organization=world.north)
        for state in ("dead", "pending"):
            WebhookCallFactory(organization=world.north, webhook=webhook, state=state)
        with tenant(world.north):
            Webhook.objects.filter(pk=webhook.pk).update(failures_in_a_row=5)

        page = said(admin_client.get("/settings/webhooks/"))

        assert "Does not answer" in page
        assert 'aria-label="0 taken, 1 on their way, 1 dead"' in page

    def test_health_is_that_of_the_newest_calls_of_each(self, world, admin_client, django_assert_max_num_queries):
        """A log of millions is not counted before a page is shown."""
        busy, calm = (WebhookFactory(organization=world.north) for _ in range(2))
        for webhook, states in ((busy, ["dead"] * 3 + ["pending"] * (RECENT - 1) + ["dead"]), (calm, ["dead"])):
            for state in states:
                WebhookCallFactory(organization=world.north, webhook=webhook, state=state)

        with tenant(world.north), django_assert_max_num_queries(2):
            found = health_of([busy, calm])

        assert (found[busy.pk].pending, found[busy.pk].dead) == (RECENT - 1, 1)
        assert found[calm.pk].recent == ("dead",)
        assert f'aria-label="0 taken, {RECENT - 1} on their way, 1 dead"' in said(
            admin_client.get("/settings/webhooks/")
        )

    def test_planners_have_no_such_tab(self, world, planner_client):
        assert "/settings/webhooks/" not in said(planner_client.get("/settings/tokens/"))
        assert planner_client.get("/settings/webhooks/").status_code == 403


class TestDetail:
    @pytest.fixture
    def webhook(self, world):
        return WebhookFactory(organization=world.north, name="ERP")

    def at(self, webhook, verb=""):
        return f"/settings/webhooks/{webhook.pk}/{verb}"

    def test_log_shows_every_try_and_what_came_back(self, world, admin_client, webhook):
        call = WebhookCallFactory(organization=world.north, webhook=webhook, state="dead")
        WebhookAttemptFactory(organization=world.north, call=call, http_status=500)
        with tenant(world.north):
            WebhookAttempt.objects.update(answer="<b>out of paper</b>")

        page = said(admin_client.get(self.at(webhook)))

        assert "500 after 12 ms" in page
        assert "&lt;b&gt;out of paper&lt;/b&gt;" in page

    def test_log_is_narrowed_by_state(self, world, admin_client, webhook):
        WebhookCallFactory(organization=world.north, webhook=webhook, state="dead")

        assert "data-call" in said(admin_client.get(self.at(webhook), {"state": "dead"}))
        assert "None in this state" in said(admin_client.get(self.at(webhook), {"state": "done"}))
        assert "data-call" in said(admin_client.get(self.at(webhook), {"state": "nonsense"}))

    def test_sample_that_verifies_a_signature_is_there(self, world, admin_client, webhook):
        """The very lines that tests/integration/notifications/test_webhooks.py runs."""
        assert "hmac.compare_digest" in said(admin_client.get(self.at(webhook)))

    def test_test_is_recorded_and_leads_back(self, world, admin_client, webhook):
        answer = admin_client.post(self.at(webhook, "test/"), {"version": "1"}, headers=PART)

        assert answer.headers["HX-Redirect"] == self.at(webhook)
        assert "A test is on its way" in said(admin_client.get(self.at(webhook)))

    def test_test_of_one_turned_off_says_why_not(self, world, admin_client, webhook):
        admin_client.post(self.at(webhook), ERP | {"version": "1"})  # no mark: turned off

        answer = admin_client.post(self.at(webhook, "test/"), headers=PART)

        assert (answer.status_code, "nothing is sent to it" in said(answer)) == (409, True)

    def test_changed_secret_is_shown_once(self, world, admin_client, webhook):
        answer = admin_client.post(self.at(webhook, "rotate-secret/"), {"version": "1"}, headers=PART)
        with tenant(world.north):
            now = Webhook.objects.get(pk=webhook.pk)

        assert (now.secret in said(answer), now.previous_secret in said(answer)) == (True, False)
        assert now.secret not in said(admin_client.get(self.at(webhook)))

    def test_secret_changed_by_another_meanwhile_stays(self, world, admin_client, webhook):
        """Two admins with the same page: the second would otherwise end the secret that was just handed out."""
        admin_client.post(self.at(webhook, "rotate-secret/"), {"version": "1"})

        answer = admin_client.post(self.at(webhook, "rotate-secret/"), {"version": "1"}, headers=PART)

        assert (answer.status_code, "Changed meanwhile" in said(answer)) == (409, True)

    def test_dead_call_is_sent_once_more(self, world, admin_client, webhook):
        call = WebhookCallFactory(organization=world.north, webhook=webhook, state="dead")

        answer = admin_client.post(f"/settings/webhooks/deliveries/{call.pk}/replay/", headers=PART)

        assert answer.headers["HX-Redirect"] == self.at(webhook)
        with tenant(world.north):
            assert WebhookCall.objects.get(pk=call.pk).state == "pending"

    def test_removed_one_is_gone(self, world, admin_client, webhook):
        admin_client.post(self.at(webhook, "remove/"), {"version": "1"})

        assert admin_client.get(self.at(webhook)).status_code == 404

    def test_full_page_holds_the_part(self, world, admin_client, webhook):
        part = said(admin_client.get(self.at(webhook), headers=PART))

        assert ("<html" in part, 'id="webhook"' in part) == (False, True)
        assert 'id="webhook"' in said(admin_client.get(self.at(webhook)))
