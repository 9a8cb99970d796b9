"""A machine smokes on a Friday evening, and nobody looks: who hears of it, until somebody says that they are on it."""

import datetime

import pytest

from tenants import relay
from tests.support.clock import START

pytestmark = pytest.mark.django_db

FRIDAY = START + datetime.timedelta(days=4, hours=8)  # 17:00


class TestNobodyLooks:
    def test_from_the_policy_to_whoever_takes_care_of_it(self, world, api_client, hx_client, frozen_clock):
        """Told beforehand by the dry run, told one after the other, seen on the ticket, stopped by one word."""
        pia, omar, sina, ada = (api_client.as_(who) for who in (world.pia, world.omar, world.sina, world.ada))
        frozen_clock.move_to(FRIDAY)
        steps = [
            {"wait_minutes": 30, "audience": "supervisor"},
            {"wait_minutes": 60, "member": str(world.bea.pk), "transports": ["email"]},
            {"wait_minutes": 480, "audience": "admins", "transports": ["email"]},
        ]
        policy = pia.post(
            "escalation-policies/",
            {"name": "It smokes", "trigger": "ticket_open", "if_priority": "urgent", "steps": steps},
        ).body
        ticket = omar.post(
            "tickets/", {"title": "Press 2 smokes", "priority": "urgent", "department": str(world.assembly.pk)}
        ).body
        relay.drain(world.north)
        foretold = pia.get(f"escalation-policies/{policy['id']}/dry-run/", {"subject": ticket["id"]}).body["steps"]
        page = hx_client.as_(world.vera).page(f"/tickets/{ticket['id']}/").text("[aria-label=Escalation]")

        heard = []
        for minutes in (30, 60):
            frozen_clock.shift(minutes=minutes)
            relay.drain(world.north)
            heard.append(
                [name for name in ("sina", "bea", "ada") if self.escalations(api_client.as_(getattr(world, name)))]
            )
        [running] = sina.get("escalations/", {"status": "open"}).body["results"]
        taken = sina.post(f"escalations/{running['id']}/acknowledge/").body
        frozen_clock.shift(days=2)
        relay.drain(world.north)
        for verb, words in (("triage", {}), ("start", {}), ("resolve", {"resolution": "The belt."})):
            sina.post(f"tickets/{ticket['id']}/{verb}/", words)
        relay.drain(world.north)

        assert [step["said"] for step in foretold] == [
            "If nobody reacts, Friday 17:30 reaches Sina by e-mail",
            "If nobody reacts, Friday 18:30 reaches Bea by e-mail",
            "If nobody reacts, Saturday 02:30 reaches Ada by e-mail",
        ]
        assert "Next in 30 minutes" in page
        assert heard == [["sina"], ["sina", "bea"]]
        assert [step["state"] for step in taken["promised"]] == ["done", "done", "suppressed"]
        assert self.escalations(ada) == []
        history = [event["said"] for event in sina.get(f"escalations/{running['id']}/events/").body["results"]]
        assert history == [
            "It ended: resolved",
            "Sina acknowledged it",
            "Nobody reacted: step 2 of it reached 1 person",
            "Nobody reacted: step 1 of it reached 1 person",
            "It began to wait for somebody to react",
        ]

    @staticmethod
    def escalations(client):
        return [entry["title"] for entry in client.get("notifications/", {"kind": "escalated"}).body["results"]]
