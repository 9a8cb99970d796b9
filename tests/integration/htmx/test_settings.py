"""The settings of an organization as pages: members, departments, tokens."""

import pytest
from django.core import mail
from django.urls import reverse

from tenants.context import tenant
from tenants.models import ApiToken, Member
from tests.factories import AdminFactory, ApiTokenFactory, DepartmentFactory

pytestmark = pytest.mark.django_db

MEMBERS, DEPARTMENTS, TOKENS = "/settings/members/", "/settings/departments/", "/settings/tokens/"


def of_member(member):
    return reverse("tenants:member_edit", args=[member.pk])


class TestMembers:
    """Everybody sees who is here; admins change it."""

    def test_everybody_reads_and_only_admins_have_forms(self, world, hx_client):
        found = {who: hx_client.as_(getattr(world, who)).page(MEMBERS) for who in ("vera", "ada")}

        assert "Omar" in " ".join(found["vera"].texts("tbody td"))
        assert not found["vera"].has(f'form[action="{MEMBERS}"], a[href="{of_member(world.omar)}"]')
        assert found["ada"].has(f'form[action="{MEMBERS}"]')

    def test_somebody_is_let_in(self, world, hx_client):
        window = hx_client.as_(world.ada)
        window.page(MEMBERS)

        answer = window.post(MEMBERS, {"email": "nina@north.example", "name": "Nina", "role": "operator"})

        assert answer["HX-Redirect"] == MEMBERS
        assert "nina@north.example" in " ".join(window.page(MEMBERS).texts("tbody td"))

    def test_whoever_was_let_in_chooses_a_password_by_mail(self, world, hx_client, client):
        """Nobody else ever knows it."""
        hx_client.as_(world.ada).post(MEMBERS, {"email": "nina@north.example", "name": "Nina", "role": "operator"})
        mail.outbox.clear()

        client.post(reverse("account_reset_password"), {"email": "nina@north.example"})

        link = next(word for word in mail.outbox[0].body.split() if "/accounts/password/reset/key/" in word)
        form = client.get(link, follow=True)
        word = "a fresh long secret"
        client.post(form.redirect_chain[-1][0], {"password1": word, "password2": word})
        assert client.login(email="nina@north.example", password=word)

    def test_person_who_is_here_already_is_said_beside_the_field(self, world, hx_client):
        window = hx_client.as_(world.ada)
        window.page(MEMBERS)

        answer = window.post(MEMBERS, {"email": world.omar.user.email, "role": "viewer"})

        assert answer.status_code == 422
        assert "belongs to the organization already" in window.part(answer).text("#id_email_error")

    def test_place_is_changed(self, world, hx_client):
        window = hx_client.as_(world.ada)
        sent = window.page(of_member(world.omar)).fields("#member form")

        answer = window.post(of_member(world.omar), sent | {"role": "supervisor"})

        with tenant(world.north):
            omar = Member.objects.get(pk=world.omar.pk)
        assert answer["HX-Redirect"] == MEMBERS
        assert (omar.role, omar.active, omar.department_id) == ("supervisor", True, world.assembly.pk)

    def test_own_administration_is_kept_with_a_reason(self, world, hx_client):
        AdminFactory(organization=world.north)
        window = hx_client.as_(world.ada)
        sent = window.page(of_member(world.ada)).fields("#member form")

        answer = window.post(of_member(world.ada), sent | {"role": "viewer"})

        assert answer.status_code == 409
        assert window.part(answer).one("[role=alert] li")["data-code"] == "own_role"

    def test_change_meanwhile_is_shown(self, world, hx_client):
        window = hx_client.as_(world.ada)
        sent = window.page(of_member(world.omar)).fields("#member form")
        window.post(of_member(world.omar), sent | {"role": "supervisor"})

        answer = window.post(of_member(world.omar), sent | {"role": "viewer"})

        assert answer.status_code == 409
        assert window.part(answer).fields("form")["role"] == "supervisor"


class TestDepartments:
    def test_department_is_added_changed_and_removed(self, world, hx_client):
        window = hx_client.as_(world.ada)
        window.post(DEPARTMENTS, {"code": "PNT", "name": "Painting", "parent": str(world.assembly.pk)})
        link = next(a for a in window.page(DEPARTMENTS).all("tbody a") if a.get_text() == "PNT")

        sent = window.page(link["href"]).fields("#department > section form")
        window.post(link["href"], sent | {"name": "Paint shop"})
        renamed = " ".join(window.page(DEPARTMENTS).texts("tbody td"))
        window.post(f"{link['href']}remove/")

        assert sent["parent"] == str(world.assembly.pk)
        assert "Paint shop" in renamed
        assert "PNT" not in " ".join(window.page(DEPARTMENTS).texts("tbody td"))

    def test_department_in_use_stays_with_a_reason(self, world, hx_client):
        window = hx_client.as_(world.ada)

        answer = window.post(reverse("tenants:department_remove", args=[world.assembly.pk]))

        assert answer.status_code == 409
        assert window.part(answer).one("[role=alert] li")["data-code"] == "in_use"

    def test_department_offers_itself_as_no_parent(self, world, hx_client):
        department = DepartmentFactory(organization=world.north)

        page = hx_client.as_(world.ada).page(reverse("tenants:department_edit", args=[department.pk]))

        assert str(department.pk) not in [option["value"] for option in page.all("select[name=parent] option")]


class TestTokens:
    def test_secret_is_shown_once_and_kept_out_of_caches(self, world, hx_client, api_client):
        window = hx_client.as_(world.omar)
        window.page(TOKENS)

        answer = window.post(TOKENS, {"name": "Press", "lasts": "30"})

        secret = window.part(answer).text("[data-secret]")
        assert answer["Cache-Control"] == "no-store"
        assert api_client.with_token(secret).get("me/").status_code == 200
        assert not window.page(TOKENS).has("[data-secret]")

    def test_token_that_may_only_look_and_lasts(self, world, hx_client):
        hx_client.as_(world.omar).post(TOKENS, {"name": "Screen", "lasts": "0", "read_only": "on"})

        with tenant(world.north):
            token = ApiToken.objects.get(name="Screen")
        assert (token.scopes, token.expires_at, token.member_id) == (["read"], None, world.omar.pk)

    def test_revoked_token_is_marked(self, world, hx_client):
        token = ApiTokenFactory(organization=world.north, member=world.omar)
        window = hx_client.as_(world.omar)

        window.plain("post", reverse("tenants:token_revoke", args=[token.pk]))

        page = window.page(TOKENS)
        assert "Revoked" in " ".join(page.texts("tbody td"))
        assert not page.has("tbody form")

    def test_tokens_of_others_are_the_admins_to_see(self, world, hx_client):
        ApiTokenFactory(organization=world.north, member=world.omar, name="Omar's press")

        found = {who: hx_client.as_(getattr(world, who)).page(TOKENS).texts("tbody tr") for who in ("pia", "ada")}

        assert (found["pia"], len(found["ada"])) == ([], 1)
