"""Which organization a request is in, and who is turned away at the door."""

import datetime

import pytest
import time_machine
from django.test import Client

from tenants.actions import tokens
from tenants.context import tenant
from tenants.models import Member, Organization
from tenants.states import OrganizationStatus

pytestmark = pytest.mark.django_db

ME = "/api/v1/me/"


def signed_in(user, *, host="localhost"):
    """A browser of `user`, already signed in, at `host`."""
    client = Client(headers={"host": host})
    client.force_login(user)
    return client


def token_headers(member, **options):
    with tenant(member.organization_id):
        _, secret = tokens.make_api_token(member=member, name="test", by=member, **options)
    return {"authorization": f"Token {secret}"}


def slug_of(answer):
    return answer.json()["organization"]["slug"]


class TestOrganizationFromRequest:
    """Host, then token, then header, then the session's choice, then the only membership."""

    def test_the_host_names_the_organization(self, world):
        """People keep a bookmark per house; the address bar says where they are."""
        answer = signed_in(world.bea.user, host="south.localhost").get(ME)

        assert (answer.status_code, slug_of(answer)) == (200, "south")

    def test_an_api_token_belongs_to_one_organization(self, world):
        """A key that leaks opens one house, however many its owner may enter."""
        answer = Client().get(ME, headers=token_headers(world.bea))

        assert (answer.status_code, slug_of(answer)) == (200, "north")

    def test_the_only_membership_needs_no_naming(self, world):
        answer = signed_in(world.pia.user).get(ME)

        assert (answer.status_code, slug_of(answer)) == (200, "north")

    def test_several_memberships_and_no_name_is_a_clear_400(self, world):
        """Guessing would put an order into the wrong house."""
        answer = signed_in(world.bea.user).get(ME)

        assert (answer.status_code, answer.json()["code"]) == (400, "organization_required")

    def test_a_page_without_a_choice_asks_for_one_and_remembers_it(self, world):
        client = signed_in(world.bea.user)

        asked = client.get("/")
        client.post("/organizations/south/")

        assert (asked.status_code, asked.url) == (302, "/organizations/")
        assert slug_of(client.get(ME)) == "south"

    def test_two_names_that_disagree_are_refused(self, world):
        """Both are hers; which one she meant is not ours to guess."""
        answer = signed_in(world.bea.user, host="south.localhost").get(ME, headers={"x-organization": "north"})

        assert (answer.status_code, answer.json()["code"]) == (400, "two_organizations")

    def test_a_house_i_do_not_belong_to_is_as_missing_as_one_that_is_not(self, world):
        """The answer to "does south exist?" must not depend on whether it does."""
        client = signed_in(world.pia.user)

        real = client.get(ME, headers={"x-organization": "south"})
        none = client.get(ME, headers={"x-organization": "nowhere"})

        assert (real.status_code, none.status_code) == (404, 404)
        assert real.content == none.content

    def test_choosing_a_house_that_is_not_mine_is_404(self, world):
        assert signed_in(world.pia.user).post("/organizations/south/").status_code == 404


class TestTurnedAway:
    """Suspended, inactive, expired, forged: each gets one clear answer, everywhere."""

    def test_a_suspended_organization_is_closed_to_everybody(self, world):
        Organization.objects.filter(pk=world.north.pk).update(status=OrganizationStatus.SUSPENDED)
        client = signed_in(world.ada.user)

        api, page = client.get(ME), client.get("/work-orders/")

        assert (api.status_code, api.json()["code"], page.status_code) == (403, "suspended", 403)

    def test_an_inactive_member_is_out(self, world):
        api = signed_in(world.ivan.user).get(ME)

        assert (api.status_code, api.json()["code"]) == (403, "inactive")

    def test_a_token_ends_with_its_members_membership(self, world):
        headers = token_headers(world.omar)
        with tenant(world.north):
            Member.objects.filter(pk=world.omar.pk).update(active=False)

        assert Client().get(ME, headers=headers).status_code == 403

    @pytest.mark.parametrize("header", ["Token wf_nonsense", "Bearer not.a.jwt", "Basic b2RkOm9kZA==", "Token", "x"])
    def test_a_forged_secret_is_401_and_says_how_to_sign_in(self, world, header):
        answer = Client().get(ME, headers={"authorization": header})

        assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_an_expired_token_is_401(self, world):
        soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
        headers = token_headers(world.pia, expires_at=soon)
        later = soon + datetime.timedelta(seconds=1)

        assert Client().get(ME, headers=headers).status_code == 200
        with time_machine.travel(later, tick=False):
            assert Client().get(ME, headers=headers).status_code == 401

    def test_a_reading_token_cannot_write(self, world):
        headers = token_headers(world.pia, scopes=["read"])

        read = Client().get("/api/v1/customers/", headers=headers)
        write = Client().post(
            "/api/v1/customers/", {"code": "X", "name": "X"}, content_type="application/json", headers=headers
        )

        assert (read.status_code, write.status_code, write.json()["code"]) == (200, 403, "read_only_token")

    def test_a_stranger_to_all_houses_is_told_whom_to_ask(self, world, django_user_model):
        answer = signed_in(django_user_model.objects.create_user("lost@nowhere.example", "x")).get(ME)

        assert (answer.status_code, answer.json()["code"]) == (403, "no_organization")

    def test_nobody_is_sent_to_sign_in(self, world):
        """A page asks people to sign in; the API says 401; a part of a page must not become a sign-in form."""
        page, part, api = Client().get("/work-orders/"), None, Client().get(ME)
        part = Client().get("/work-orders/", headers={"hx-request": "true"})

        assert (page.status_code, page.url) == (302, "/accounts/login/?next=/work-orders/")
        assert (part.status_code, part.headers["HX-Redirect"]) == (200, "/accounts/login/")
        assert api.status_code == 401
