"""Workers at one endpoint: of a broken one's calls one alone tries it, and what is sent once more is sent once.

Each with a control, as in `test_races`: with the guard taken out the anomaly appears.
"""

import datetime
from unittest import mock

import pytest

from notifications.actions import webhook_calls, webhooks
from notifications.models import Webhook, WebhookCall
from notifications.problems import webhooks as problems
from tenants import context
from tenants.context import tenant
from tenants.errors import NotAllowed, NotYet
from tests.factories import AdminFactory, OrganizationFactory, WebhookCallFactory, WebhookFactory
from tests.support.racing import Meeting, no_lock, no_version, race

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4


class TestProbe:
    """A minute of silence is over, and every worker has a call for it."""

    @pytest.fixture
    def knocks(self):
        north = OrganizationFactory(slug="north")
        endpoint = WebhookFactory(organization=north)
        calls = [WebhookCallFactory(organization=north, webhook=endpoint) for _ in range(WORKERS)]
        with tenant(north):
            over = context.now() - datetime.timedelta(seconds=1)
            Webhook.objects.filter(pk=endpoint.pk).update(failures_in_a_row=5, silent_until=over)

        def knock(call):
            def ready():
                with tenant(north):
                    return webhook_calls._ready(call)

            return ready

        def knocks(knocking):
            with mock.patch.object(webhook_calls, "_knock", Meeting(WORKERS).before(knocking)):
                return race(*map(knock, calls))

        return knocks

    def test_control_without_comparing_all_try_it(self, knocks):
        def knock_blindly(webhook, moment):
            Webhook.objects.filter(pk=webhook.pk).update(silent_until=moment + webhook_calls.PROBE)

        assert [type(answer) for answer in knocks(knock_blindly)] == [WebhookCall] * WORKERS

    def test_one_alone_tries_it(self, knocks):
        answers = knocks(webhook_calls._knock)

        assert sorted(type(answer).__name__ for answer in answers) == ["NotYet"] * (WORKERS - 1) + ["WebhookCall"]
        assert all(answer.until > context.now() for answer in answers if isinstance(answer, NotYet))


class TestReplay:
    """Two admins send the same dead call once more."""

    @pytest.fixture
    def replays(self):
        north = OrganizationFactory(slug="north")
        call = WebhookCallFactory(organization=north, state="dead")
        admins = [AdminFactory(organization=north) for _ in range(2)]

        def replay_by(member):
            def replay():
                with tenant(north):
                    return webhooks.replay(call, by=member)

            return replay

        def replays():
            met = Meeting(2).after(problems.of_replaying)
            with mock.patch.object(problems, "of_replaying", met):
                return race(*map(replay_by, admins))

        return replays

    def test_control_without_guards_both_do(self, replays):
        with no_lock(), no_version():
            assert [type(answer) for answer in replays()] == [WebhookCall, WebhookCall]

    def test_one_does_and_the_other_is_told(self, replays):
        answers = replays()
        (refusal,) = [answer for answer in answers if isinstance(answer, Exception)]

        assert isinstance(refusal, NotAllowed)
        assert refusal.problems[0].code == "still_pending"
