"""Customers, products, processes and departments: what planners and admins keep in order."""

import pytest

pytestmark = pytest.mark.django_db


class TestCatalogue:
    """Everybody looks things up; planners write; what was used is kept."""

    def test_a_customer_is_made_changed_and_found(self, world, pia):
        made = pia.post("customers/", {"code": "HARBOUR", "name": "Harbour Theatre", "email": "box@harbour.example"})
        changed = pia.patch(f"customers/{made.body['id']}/", {"name": "Harbour Opera"})

        assert (made.status_code, changed.status_code, changed.body["version"]) == (201, 200, 2)
        assert [row["name"] for row in pia.get("customers/?search=harbour").body["results"]] == ["Harbour Opera"]
        kinds = [event["kind"] for event in pia.get("events/", {"subject": made.body["id"]}).body["results"]]
        assert kinds == ["customer.edited", "customer.created"]

    @pytest.mark.parametrize("path", ["customers/", "products/"])
    def test_a_code_is_given_once(self, world, pia, path):
        """People say codes on the phone; two things of one code would be confused."""
        body = {"code": "ONCE", "name": "First"}
        pia.post(path, body)

        answer = pia.post(path, body | {"name": "Second"})

        assert (answer.status_code, answer.codes, list(answer.body["fields"])) == (400, ["code_taken"], ["code"])

    def test_changing_to_a_taken_code_is_refused(self, world, pia):
        pia.post("customers/", {"code": "A", "name": "A"})
        other = pia.post("customers/", {"code": "B", "name": "B"}).body

        answer = pia.patch(f"customers/{other['id']}/", {"code": "A"})

        assert (answer.status_code, answer.codes) == (400, ["code_taken"])

    def test_a_routing_is_kept_in_the_order_it_was_sent(self, world, pia):
        """The order of the list is the order of work."""
        cut = pia.post("processes/", {"code": "CUT", "name": "Cutting", "department": world.welding.pk}).body
        steps = [{"process": cut["id"]}, {"process": str(world.process.pk), "parallel_with_previous": True}]

        made = pia.post("products/", {"code": "BOX", "name": "Box", "routing": steps})
        turned = pia.patch(f"products/{made.body['id']}/", {"routing": steps[::-1]})

        assert [step["process"] for step in made.body["routing"]] == [cut["id"], str(world.process.pk)]
        assert [step["sequence"] for step in turned.body["routing"]] == [10, 20]
        assert [step["process"] for step in turned.body["routing"]] == [str(world.process.pk), cut["id"]]

    def test_what_an_order_uses_cannot_be_deleted(self, world, pia):
        """Old orders must stay readable: it is made inactive instead."""
        answer = pia.delete(f"customers/{world.customer.pk}/")

        assert (answer.status_code, answer.codes) == (409, ["in_use"])
        assert pia.get(f"customers/{world.customer.pk}/").body["version"] == 1

    def test_what_nothing_uses_can_be_deleted(self, world, pia):
        made = pia.post("customers/", {"code": "OOPS", "name": "Typo"}).body

        answer = pia.delete(f"customers/{made['id']}/")

        assert (answer.status_code, pia.get(f"customers/{made['id']}/").status_code) == (204, 404)

    @pytest.mark.parametrize("person", ["vera", "omar", "sina"])
    def test_others_read_and_do_not_write(self, world, api_client, person):
        client = api_client.as_(getattr(world, person))

        read = client.get(f"customers/{world.customer.pk}/")
        made = client.post("customers/", {"code": "X", "name": "X"})
        changed = client.patch(f"customers/{world.customer.pk}/", {"name": "X"})

        assert (read.status_code, made.status_code, changed.status_code) == (200, 403, 403)


class TestDepartments:
    """Places are the admin's to arrange."""

    def test_an_admin_arranges_departments(self, world, api_client):
        ada = api_client.as_(world.ada)

        made = ada.post("departments/", {"code": "PNT", "name": "Paint", "parent": world.assembly.pk})
        renamed = ada.patch(f"departments/{made.body['id']}/", {"name": "Painting"})

        assert (made.status_code, made.body["parent"]) == (201, str(world.assembly.pk))
        assert (renamed.status_code, renamed.body["name"], renamed.body["code"]) == (200, "Painting", "PNT")

    def test_a_department_cannot_lie_under_itself(self, world, api_client):
        """Whoever walks up the tree must arrive."""
        ada = api_client.as_(world.ada)
        ada.patch(f"departments/{world.welding.pk}/", {"parent": world.assembly.pk})

        answer = ada.patch(f"departments/{world.assembly.pk}/", {"parent": world.welding.pk})

        assert (answer.status_code, answer.codes) == (400, ["under_itself"])

    def test_a_planner_does_not_arrange_departments(self, world, pia):
        assert pia.post("departments/", {"code": "X", "name": "X"}).status_code == 403
