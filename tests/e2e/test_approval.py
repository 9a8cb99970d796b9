"""An order that needs two people's yes while one of them is away, from the policy to the floor."""

import datetime

import pytest

from tenants import context

pytestmark = pytest.mark.django_db


def told(api_client, person):
    return [entry["kind"] for entry in api_client.as_(person).get("notifications/").body["results"]]


def newly(before, now):
    return now[: len(now) - len(before)]


class TestApproval:
    def test_two_levels_the_second_by_a_deputy(self, world, api_client, hx_client, celery_burst):
        """Ada is away and leaves her word to Sina: the order is agreed to all the same, and everybody reads how."""
        pia, bea, ada, sina = (api_client.as_(who) for who in (world.pia, world.bea, world.ada, world.sina))
        celery_burst.until_quiet()
        people = {who: getattr(world, who) for who in ("pia", "bea", "ada", "sina")}
        before = {who: told(api_client, person) for who, person in people.items()}
        ada.patch("approval-policy/", {"second_level_budget": "5000"})
        back = context.now() + datetime.timedelta(days=14)
        ada.post("deputies/", {"deputy": str(world.sina.pk), "ends_at": back.isoformat()})
        order = pia.post(
            "work-orders/",
            {
                "customer": str(world.customer.pk),
                "title": "Spring programme",
                "due_at": "2031-03-01T12:00:00Z",
                "budget": "8000",
                "products": [{"product": str(world.product.pk), "quantity": "100"}],
            },
        ).body
        url = f"work-orders/{order['id']}"

        pia.post(f"{url}/submit/")
        celery_burst.until_quiet()
        own = pia.post(f"{url}/approve/")
        early = sina.post(f"{url}/approve/", {"comment": "I only look ahead."})
        celery_burst.until_quiet()
        twice = sina.post(f"{url}/reject/", {"comment": "Which paper?"})
        pia.post(f"{url}/revise/")
        pia.post(f"{url}/submit/")
        first = bea.post(f"{url}/approve/", {"comment": "Price agreed."})
        celery_burst.until_quiet()
        second = sina.post(f"{url}/approve/", {"comment": "Ada knows."})
        released = pia.post(f"{url}/release/")
        celery_burst.until_quiet()

        assert (own.status_code, own.codes) == (409, ["approved_by_submitter"])
        assert [answer.body["status"] for answer in (early, twice, first, second, released)] == [
            "submitted",
            "rejected",
            "submitted",
            "approved",
            "released",
        ]
        trail = pia.get(f"{url}/approvals/").body["results"]
        names = {str(person.pk): who for who, person in people.items()} | {None: None}
        assert [
            (row["round"], row["level"], row["decision"], names[row["decided_by"]], names[row["on_behalf_of"]])
            for row in trail
        ] == [
            (1, 1, "approved", "sina", "ada"),
            (1, 2, "rejected", "sina", "ada"),
            (2, 1, "approved", "bea", None),
            (2, 2, "approved", "sina", "ada"),
        ]
        kinds = [event["kind"] for event in pia.get("events/", {"subject": order["id"]}).body["results"]]
        assert kinds[::-1] == [
            "workorder.created",
            "workorder.submitted",
            "approval.given",
            "workorder.rejected",
            "workorder.revised",
            "workorder.submitted",
            "approval.given",
            "workorder.approved",
            "workorder.released",
        ]
        new = {who: newly(before[who], told(api_client, person)) for who, person in people.items()}
        assert new["bea"].count("order_submitted") == 2
        assert sorted(set(new["pia"])) == ["order_approved", "order_rejected"]
        page = hx_client.as_(world.pia).page(f"/work-orders/{order['id']}/")
        said = page.text("section[aria-labelledby=approvals-title]")
        assert "Round 2, level 2: Sina for Ada approved" in said
        assert "Ada knows." in said
