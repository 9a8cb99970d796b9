"""How tests knock: with a real token or a real session, CSRF enforced, and everything after the commit really run."""

import functools
import json
from contextlib import contextmanager

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, ClientHandler, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants.access import SESSION_KEY
from tenants.actions import tokens
from tests.support.queries import told

CSRF = "t" * 32
MOST_QUERIES = 80
TOKEN_SECONDS = 300  # a token is made anew before the product's would run out


@contextmanager
def committed():
    """Run what waits for the commit at the end of the block, as the commit that no test makes would."""
    start = len(connection.run_on_commit)
    yield
    while waiting := connection.run_on_commit[start:]:
        del connection.run_on_commit[start:]
        for _, callback, _ in waiting:
            callback()


@functools.cache
def _handler():
    """One for all: loading the middleware costs more than the request that goes through it."""
    return ClientHandler(enforce_csrf_checks=True)


class Door(Client):
    """Django's client that enforces CSRF and commits after every request."""

    def __init__(self, *, host="localhost", **defaults):
        super().__init__(enforce_csrf_checks=True, HTTP_HOST=host, **defaults)
        self.handler = _handler()
        self.with_csrf()

    def request(self, **request):
        with committed():
            answer = super().request(**request)
            if answer.streaming:  # read to its end, as a browser would, or its file stays open
                answer.streaming_content = [b"".join(answer)]
            return answer

    def sign_in(self, member):
        """A session of this member in their organization, as signing in and choosing it would leave it: written at
        once. Django's own way there saves it five times, and most tests of pages begin with it."""
        user = get_user_model().objects.get(pk=member.user_id)
        session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
        session[auth.SESSION_KEY] = str(user.pk)
        session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[SESSION_KEY] = str(member.organization_id)
        session.save(must_create=True)
        self.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return self

    def with_csrf(self):
        """The token every page of ours carries, also the one where people sign in."""
        self.cookies[settings.CSRF_COOKIE_NAME] = CSRF
        self.defaults["HTTP_X_CSRFTOKEN"] = CSRF
        return self


class ApiClient:
    """JSON over a real access token. Anonymous until `.as_(person)`, which answers another client."""

    def __init__(self, contract=None, *, host="localhost", version="v1"):
        self.version = version
        self._contract, self._host = contract, host
        self._user = None
        self._headers = {}
        self._token = (float("-inf"), None)
        self._door = Door(host=host)

    def as_(self, person, *, names=True):
        """The same as a member. `names=False` leaves it to the product to find the only organization they belong to."""
        other = type(self)(self._contract, host=self._host, version=self.version)
        other._user = person.user
        other._signed()  # now, so that signing in is not taken for something a request has written
        other._headers = {"HTTP_X_ORGANIZATION": person.organization.slug} if names else {}
        return other

    def with_token(self, secret, scheme="Token"):
        """The same with a secret of the caller's own making."""
        other = type(self)(self._contract, host=self._host, version=self.version)
        other._headers = {"HTTP_AUTHORIZATION": f"{scheme} {secret}"}
        return other

    def get(self, path, query=None, **extra):
        return self.send("GET", path, query=query, **extra)

    def post(self, path, body=None, **extra):
        return self.send("POST", path, {} if body is None else body, **extra)

    def put(self, path, body=None, **extra):
        return self.send("PUT", path, {} if body is None else body, **extra)

    def patch(self, path, body=None, **extra):
        return self.send("PATCH", path, {} if body is None else body, **extra)

    def delete(self, path, **extra):
        return self.send("DELETE", path, **extra)

    def options(self, path, **extra):
        return self.send("OPTIONS", path, **extra)

    def upload(self, path, body, **extra):
        """A form with files. What is None is left out: a form has no other way to say nothing."""
        given = {name: value for name, value in (body or {}).items() if value is not None}
        form = {"data": encode_multipart(BOUNDARY, given), "content_type": MULTIPART_CONTENT}
        return self.send("POST", path, **form, **extra)

    def send(self, method, path, body=None, *, query=None, content_type="application/json", **extra):
        """One request. The answer has `.body` (JSON) or `.file` (bytes), `.code` and `.codes` of its problems."""
        path = path if path.startswith("/") else f"/api/{self.version}/{path}"
        given = {**self._headers, **self._signed(), **extra}
        if body is not None:
            given |= {"data": body if isinstance(body, str | bytes) else json.dumps(body, default=str)}
        with few_queries(f"{method} {path}"):
            answer = self._door.generic(method, path, content_type=content_type, query_params=query, **given)
        answer.file = b"".join(answer) if answer.streaming else None
        answer.body = _json(answer)
        answer.code = answer.body.get("code") if isinstance(answer.body, dict) else None
        answer.codes = codes_of(answer.body)
        if self._contract:
            self._contract.check(method, path, answer)
        return answer

    def _signed(self):
        if self._user is None:
            return {}
        moment = timezone.now().timestamp()
        if not 0 <= moment - self._token[0] < TOKEN_SECONDS:
            self._token = moment, tokens.pair_for(self._user)["access"]
        return {"HTTP_AUTHORIZATION": f"Bearer {self._token[1]}"}


@contextmanager
def few_queries(what):
    """No request may need more than a page of queries, whoever makes it."""
    with CaptureQueriesContext(connection) as counted:
        yield
    assert len(counted) <= MOST_QUERIES, f"{what}: {len(counted)} queries\n{told(counted)}"


def _json(answer):
    if not answer.streaming and answer.get("Content-Type", "").split(";")[0].endswith("json") and answer.content:
        return json.loads(answer.content)
    return None


def codes_of(body):
    """Codes of the problems in a refusal, in order; those of single fields when there are no others."""
    if not isinstance(body, dict):
        return []
    if body.get("problems"):
        return [problem["code"] for problem in body["problems"]]
    fields = body.get("fields") or {}
    return [problem["code"] for problems in fields.values() for problem in problems]
