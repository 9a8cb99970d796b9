"""Who belongs to the organization: admins let people in, give them a place, and never lock themselves out."""

import pytest

from tenants.actions import members
from tenants.context import tenant
from tenants.errors import NotAllowed
from tenants.models import ApiToken, Event, Member, User
from tests.factories import AdminFactory, ApiTokenFactory, DepartmentFactory

pytestmark = pytest.mark.django_db

NEW = {"email": "New@North.example", "name": "Nina", "role": "operator"}


@pytest.fixture
def ada(world, api_client):
    """The admin of north, who has her token already."""
    client = api_client.as_(world.ada)
    client.get("me/")
    return client


def last_event(organization, subject):
    with tenant(organization):
        return Event.objects.filter(subject_id=subject).order_by("-subject_version").first()


class TestLettingIn:
    """An address is enough; the account belongs to the person."""

    def test_new_person_gets_an_account_without_a_password(self, world, ada):
        """They choose one by the reset on the sign-in page."""
        answer = ada.post("members/", NEW | {"department": str(world.assembly.pk)})

        user = User.objects.get(email="new@north.example")
        assert (answer.status_code, answer.body["role"], answer.body["department"]) == (
            201,
            "operator",
            str(world.assembly.pk),
        )
        assert (user.name, user.has_usable_password()) == ("Nina", False)
        assert last_event(world.north, answer.body["id"]).kind == "member.added"

    def test_person_with_an_account_keeps_it(self, world, ada):
        """Zoe is admin elsewhere: her name and password are hers."""
        answer = ada.post("members/", {"email": world.zoe.user.email, "name": "Somebody", "role": "viewer"})

        zoe = User.objects.get(pk=world.zoe.user_id)
        assert (answer.status_code, answer.body["name"]) == (201, world.zoe.user.name)
        assert zoe.has_usable_password()

    @pytest.mark.parametrize("who", ["omar", "ivan"])
    def test_same_person_twice_is_refused(self, world, ada, who):
        before = world.fingerprint()

        answer = ada.post("members/", {"email": getattr(world, who).user.email.upper(), "role": "viewer"})

        assert (answer.status_code, answer.codes) == (400, ["already_member"])
        assert world.fingerprint() == before

    def test_address_is_kept_out_of_the_ledger(self, world, ada):
        """The ledger is for ever; an address is the person's to change."""
        answer = ada.post("members/", NEW)

        assert last_event(world.north, answer.body["id"]).data == {"role": "operator", "department": None}


class TestChanging:
    """Role, department, and whether they may come in at all."""

    def test_change_is_told_from_and_to(self, world, ada):
        answer = ada.patch(f"members/{world.omar.pk}/", {"role": "supervisor", "department": str(world.welding.pk)})

        event = last_event(world.north, world.omar.pk)
        assert (answer.body["role"], answer.body["department"]) == ("supervisor", str(world.welding.pk))
        assert (event.kind, event.data) == (
            "member.edited",
            {
                "from": {"role": "operator", "department": str(world.assembly.pk)},
                "to": {"role": "supervisor", "department": str(world.welding.pk)},
            },
        )

    def test_new_role_counts_at_once(self, world, ada, api_client):
        omar = api_client.as_(world.omar)
        before = omar.post("customers/", {"code": "A", "name": "A"}).status_code

        ada.patch(f"members/{world.omar.pk}/", {"role": "planner"})

        assert (before, omar.post("customers/", {"code": "A", "name": "A"}).status_code) == (403, 201)

    def test_whoever_is_sent_away_is_out_and_their_tokens_end(self, world, ada, api_client):
        token = ApiTokenFactory(organization=world.north, member=world.omar)
        terminal = api_client.with_token(token.secret)
        before = terminal.get("me/").status_code

        ada.patch(f"members/{world.omar.pk}/", {"active": False})
        away = terminal.get("me/").status_code
        ada.patch(f"members/{world.omar.pk}/", {"active": True})

        assert (before, away, terminal.get("me/").status_code) == (200, 401, 401)
        assert api_client.as_(world.omar).get("me/").status_code == 200

    def test_nothing_differs_nothing_is_written(self, world, ada):
        before = world.fingerprint()

        ada.patch(f"members/{world.omar.pk}/", {"role": "operator"})

        assert world.fingerprint() == before

    @pytest.mark.parametrize("body", [{"role": "planner"}, {"active": False}], ids=["role", "active"])
    def test_nobody_ends_their_own_administration(self, world, ada, body):
        AdminFactory(organization=world.north)
        before = world.fingerprint()

        answer = ada.patch(f"members/{world.ada.pk}/", body)

        assert (answer.status_code, answer.codes) == (409, ["own_role"])
        assert world.fingerprint() == before

    def test_own_department_may_be_changed(self, world, ada):
        answer = ada.patch(f"members/{world.ada.pk}/", {"department": str(world.welding.pk)})

        assert (answer.status_code, answer.body["role"]) == (200, "admin")


class TestLastAdmin:
    """An admin who asks is one that stays, unless they go together: so the rule is asked of the verb itself."""

    def test_last_admin_stays(self, world):
        with tenant(world.north), pytest.raises(NotAllowed) as refused:
            members.edit(world.ada, by=None, role="planner")

        assert [problem.code for problem in refused.value.problems] == ["last_admin"]

    def test_an_admin_whose_account_is_closed_does_not_count(self, world):
        """Whoever cannot sign in would leave the organization to nobody."""
        other = AdminFactory(organization=world.north)
        User.objects.filter(pk=other.user_id).update(is_active=False)

        with tenant(world.north), pytest.raises(NotAllowed):
            members.edit(world.ada, by=None, active=False)

    def test_with_another_admin_one_may_go(self, world):
        AdminFactory(organization=world.north)

        with tenant(world.north):
            members.edit(world.ada, by=None, active=False)
            assert not Member.objects.get(pk=world.ada.pk).active


class TestDepartments:
    """Where people and work belong."""

    def test_department_nothing_refers_to_is_removed(self, world, ada):
        department = DepartmentFactory(organization=world.north)

        answer = ada.delete(f"departments/{department.pk}/")

        assert (answer.status_code, ada.get(f"departments/{department.pk}/").status_code) == (204, 404)
        assert last_event(world.north, department.pk).kind == "department.removed"

    def test_department_in_use_stays(self, world, ada):
        before = world.fingerprint()

        answer = ada.delete(f"departments/{world.assembly.pk}/")

        assert (answer.status_code, answer.codes) == (409, ["in_use"])
        assert world.fingerprint() == before

    def test_department_cannot_lie_under_itself(self, world, ada):
        """However far down."""
        child = DepartmentFactory(organization=world.north, parent=world.assembly)
        grandchild = DepartmentFactory(organization=world.north, parent=child)

        answer = ada.patch(f"departments/{world.assembly.pk}/", {"parent": str(grandchild.pk)})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["parent"])


class TestTokens:
    """Keys of programs: one's own, shown once, ended at once."""

    def test_secret_is_shown_once_and_signs_in(self, world, api_client):
        omar = api_client.as_(world.omar)

        made = omar.post("tokens/", {"name": "Press"}).body
        shown = omar.get(f"tokens/{made['id']}/").body

        assert api_client.with_token(made["secret"]).get("me/").body["user"]["email"] == world.omar.user.email
        assert "secret" not in shown
        assert made["secret"].startswith(shown["prefix"])

    def test_token_that_may_only_look(self, world, api_client):
        made = api_client.as_(world.pia).post("tokens/", {"name": "Screen", "scopes": ["read"]}).body

        refused = api_client.with_token(made["secret"]).post("customers/", {"code": "A", "name": "A"})

        assert (made["scopes"], refused.status_code, refused.code) == (["read"], 403, "read_only_token")

    def test_token_makes_no_tokens(self, world, api_client):
        """Revoking a key that leaked has to end what its finder can do."""
        made = api_client.as_(world.omar).post("tokens/", {"name": "Press"}).body

        answer = api_client.with_token(made["secret"]).post("tokens/", {"name": "Another"})

        assert answer.status_code == 403

    def test_revoked_token_opens_nothing(self, world, api_client):
        omar = api_client.as_(world.omar)
        made = omar.post("tokens/", {"name": "Press"}).body

        answers = [omar.post(f"tokens/{made['id']}/revoke/") for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert api_client.with_token(made["secret"]).get("me/").status_code == 401
        with tenant(world.north):
            assert Event.objects.filter(kind="token.revoked", subject_id=made["id"]).count() == 1

    def test_token_revoked_by_somebody_else_is_told(self, world, ada, api_client):
        token = ApiTokenFactory(organization=world.north, member=world.omar)
        ada.post(f"tokens/{token.pk}/revoke/")

        answer = api_client.as_(world.omar).post(f"tokens/{token.pk}/revoke/")

        assert (answer.status_code, answer.codes) == (409, ["already_revoked"])

    def test_others_are_not_seen_but_by_admins(self, world, ada, api_client):
        ApiTokenFactory(organization=world.north, member=world.omar)

        found = {
            who: api_client.as_(getattr(world, who)).get("tokens/").body["count"] for who in ("omar", "pia", "ada")
        }

        assert found == {"omar": 1, "pia": 0, "ada": 1}

    def test_token_cannot_have_ended_before_it_begins(self, world, ada):
        answer = ada.post("tokens/", {"name": "Press", "expires_at": "2001-01-01T00:00:00Z"})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["expires_at"])
        with tenant(world.north):
            assert not ApiToken.objects.exists()
