"""Programs sign in with a pair of tokens or a key of their own; what leaks is of little use for a short time."""

import datetime

import pytest

from tenants import context
from tenants.context import tenant
from tenants.models import ApiToken, RefreshToken
from tests.factories import ApiTokenFactory
from tests.factories.members import PASSWORD

pytestmark = pytest.mark.django_db

PIA = {"email": "pia@north.example", "password": PASSWORD}


@pytest.fixture
def pair(world, api_client):
    """What Pia got when she signed in."""
    return api_client.post("auth/token/", PIA).body


class TestTokenPair:
    """E-mail and password once; then short access tokens, and refresh tokens that work one time."""

    def test_a_pair_signs_in(self, world, api_client, pair):
        me = api_client.with_token(pair["access"], "Bearer").get("me/")

        assert (me.status_code, me.body["user"]["email"], me.body["role"]) == (200, "pia@north.example", "planner")
        assert [m["organization"]["slug"] for m in me.body["memberships"]] == ["north"]

    @pytest.mark.parametrize(
        "body",
        [PIA | {"password": "wrong"}, {"email": "nobody@north.example", "password": PASSWORD}],
        ids=["word", "who"],
    )
    def test_a_wrong_pair_is_one_and_the_same_401(self, world, api_client, body):
        """Which of the two was wrong would tell who works here."""
        answer = api_client.post("auth/token/", body)

        assert (answer.status_code, answer.code) == (401, "bad_credentials")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_a_refresh_token_brings_the_next_pair(self, api_client, pair):
        answer = api_client.post("auth/token/refresh/", {"refresh": pair["refresh"]})

        assert (answer.status_code, sorted(answer.body)) == (200, ["access", "refresh"])
        assert answer.body["refresh"] != pair["refresh"]

    def test_using_a_refresh_token_twice_ends_its_family(self, api_client, pair):
        """Two holders of one token: one of them stole it, and we cannot tell which."""
        following = api_client.post("auth/token/refresh/", {"refresh": pair["refresh"]}).body

        reused = api_client.post("auth/token/refresh/", {"refresh": pair["refresh"]})
        innocent = api_client.post("auth/token/refresh/", {"refresh": following["refresh"]})

        assert (reused.status_code, reused.code, innocent.status_code) == (401, "bad_token", 401)
        assert RefreshToken.objects.count() == 0

    def test_reuse_ends_the_family_although_the_thief_is_signed_in(self, api_client, pair):
        """A refused request is rolled back, but not what the refusal itself has to remember."""
        thief = api_client.with_token(pair["access"], "Bearer")
        thief.post("auth/token/refresh/", {"refresh": pair["refresh"]})

        answer = thief.post("auth/token/refresh/", {"refresh": pair["refresh"]})

        assert (answer.status_code, RefreshToken.objects.count()) == (401, 0)

    def test_an_expired_refresh_token_is_401(self, api_client, pair):
        RefreshToken.objects.update(expires_at=context.now() - datetime.timedelta(seconds=1))

        answer = api_client.post("auth/token/refresh/", {"refresh": pair["refresh"]})

        assert (answer.status_code, answer.code) == (401, "bad_token")

    def test_an_expired_access_token_is_401(self, world, api_client, frozen_clock):
        access = api_client.post("auth/token/", PIA).body["access"]
        frozen_clock.shift(minutes=11)

        answer = api_client.with_token(access, "Bearer").get("me/")

        assert (answer.status_code, answer.code) == (401, "bad_token")

    def test_revoking_ends_the_family_and_an_unknown_token_is_answered_alike(self, api_client, pair):
        """Signing out twice is no mistake, and guessing learns nothing."""
        revoked = api_client.post("auth/token/revoke/", {"refresh": pair["refresh"]})
        unknown = api_client.post("auth/token/revoke/", {"refresh": "x"})

        assert (revoked.status_code, unknown.status_code) == (204, 204)
        assert api_client.post("auth/token/refresh/", {"refresh": pair["refresh"]}).status_code == 401


class TestRateLimits:
    """Guessing passwords is slow, and the tenth guess costs a stranger more than us."""

    def test_the_eleventh_try_in_a_minute_is_429(self, world, api_client, frozen_clock):
        """Also with the right password: the limit is on tries, not on failures."""
        answers = [api_client.post("auth/token/", PIA | {"password": "guess"}).status_code for _ in range(10)]

        limited = api_client.post("auth/token/", PIA)

        assert (answers, limited.status_code, limited.code) == ([401] * 10, 429, "throttled")
        assert 1 <= int(limited.headers["Retry-After"]) <= 60
        assert (limited.headers["RateLimit-Limit"], limited.headers["RateLimit-Remaining"]) == ("10", "0")

    def test_somebody_else_is_not_limited(self, world, api_client, frozen_clock):
        """A whole floor signs in from one address on Monday morning."""
        limited = [api_client.post("auth/token/", PIA).status_code for _ in range(11)][-1]

        other = api_client.post("auth/token/", {"email": "ada@north.example", "password": PASSWORD})

        assert (limited, other.status_code) == (429, 200)

    def test_the_limit_is_over_after_its_minute(self, world, api_client, frozen_clock):
        limited = [api_client.post("auth/token/", PIA).status_code for _ in range(11)][-1]
        frozen_clock.shift(seconds=60)

        assert (limited, api_client.post("auth/token/", PIA).status_code) == (429, 200)


class TestApiToken:
    """A key of one member in one organization, for a program that runs unattended."""

    def test_a_revoked_key_is_401(self, world, api_client):
        token = ApiTokenFactory(organization=world.north, member=world.pia)
        with tenant(world.north):
            ApiToken.objects.filter(pk=token.pk).update(revoked_at=context.now())

        answer = api_client.with_token(token.secret).get("me/")

        assert (answer.status_code, answer.code) == (401, "bad_token")

    def test_a_reading_key_reads_and_does_not_write(self, world, api_client):
        """A display in the hall must not be able to close orders."""
        token = ApiTokenFactory(organization=world.north, member=world.pia, scopes=["read"])
        program = api_client.with_token(token.secret)

        read, written = program.get("customers/"), program.post("customers/", {"code": "A", "name": "B"})

        assert (read.status_code, written.status_code, written.code) == (200, 403, "read_only_token")
