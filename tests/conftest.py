"""Hooks, tiers, guards and fixtures. What they stand on is in tests/support/; configuration is in pytest.ini."""

import collections
import os
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases

from tenants import doorbell
from tests import factories
from tests.support import assertgate, clock, databases, openapi
from tests.support.burst import Burst, lent_broker
from tests.support.clients import ApiClient, Door
from tests.support.editions import Full
from tests.support.honesty import Honesty
from tests.support.hx import HxClient
from tests.support.ledger import ON_POSTGRES, PROPERTY, Ledger, mark
from tests.support.queries import query_counter as counter
from tests.support.sinks import Sinks
from tests.support.stage import Stage
from tests.support.world import build

HERE = Path(__file__).parent
LEDGER = pytest.StashKey()
STAGE = pytest.StashKey()
SEALED = ("memory", ON_POSTGRES)  # tiers whose tests open no socket


# --- tiers and honesty ---------------------------------------------------------------------------------------------
def pytest_addoption(parser):
    group = parser.getgroup("workfloor")
    group.addoption("--require", default="", help="tiers that must run, separated by commas, or `all`")
    group.addoption("--on-postgres", action="store_true", help="run the memory tier on PostgreSQL, as the app role")
    group.addoption("--every-cell", action="store_true", help="with it, all cells of the matrices instead of a sample")


def pytest_configure(config):
    required = [name for name in config.getoption("--require").split(",") if name]
    if os.environ.get("CI", "").lower() in ("1", "true"):
        required.append("all")
    config.stash[LEDGER] = Ledger(
        required=required,
        on_postgres=config.getoption("--on-postgres"),
        every_cell=config.getoption("--every-cell"),
    )
    config.stash[STAGE] = Stage()
    config.pluginmanager.register(Honesty(config.stash[LEDGER]))
    assertgate.count_raises()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Markers come before `-m` looks at them; what cannot run leaves afterwards, and is reported."""
    ledger = config.stash[LEDGER]
    for item in items:
        if not mark(item, HERE):
            raise pytest.UsageError(f"{item.nodeid} has no tier: put it into a folder that ledger.FOLDERS names.")
    yield
    running, left_out = ledger.admit(items)
    for item in running:
        item.user_properties.append((PROPERTY, ledger.tier_of(item)))
        opens = "mock_external_services" in item.fixturenames or item.get_closest_marker("enable_socket")
        if ledger.tier_of(item) in SEALED and not opens:
            item.add_marker("disable_socket")
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = _in_order(running)


def _in_order(items):
    """By turn, in each what is slow and then the largest classes: two processes that share them end at the same time.
    Within a class what has the same scene; otherwise as they came."""
    classes = collections.Counter(item.parent for item in items)
    place = {owner: number for number, owner in enumerate(classes)}
    return sorted(
        items,
        key=lambda item: (
            _turn(item),
            item.get_closest_marker("slow") is None,
            -classes[item.parent],
            place[item.parent],
            (_scene_of(item) or ("",))[0],
        ),
    )


def _turn(item):
    """Tests that want an empty stage, then those with the cast, then those that commit, then those without a
    database."""
    if is_transactional(item):
        return 2
    if "world" in item.fixturenames:
        return 1
    return 0 if uses_database(item) else 3


def _scene_of(item):
    """What a class wants on stage beside the cast, for all its tests or for each cell: (key, how it is made), or
    None."""
    scene = getattr(item.cls, "scene", None)
    if callable(scene):
        return scene(**item.callspec.params) if hasattr(item, "callspec") else None
    return scene


def uses_database(item):
    fixtures = {"db", "world", "transactional_db"}
    return item.get_closest_marker("django_db") is not None or not fixtures.isdisjoint(item.fixturenames)


def is_transactional(item):
    marker = item.get_closest_marker("django_db")
    told = marker.kwargs if marker else {}
    asked = told.get("transaction")
    return bool(asked or not {"transactional_db", "reset_sequences"}.isdisjoint(item.fixturenames))


# --- before and after each test ------------------------------------------------------------------------------------
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """No test hears another's doorbell, meets its rate limits, or finds its rows."""
    assertgate.begin(item)
    doorbell.woken.clear()
    cache.clear()
    if uses_database(item):
        has_cast = "world" in item.fixturenames and not is_transactional(item)
        item.config.stash[STAGE].wants(has_cast, _scene_of(item) if has_cast else None)


def pytest_assertion_pass(item):
    assertgate.saw(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    assertgate.judge(item, report)
    return report


# --- the database --------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def cluster(pytestconfig):
    """A real PostgreSQL with the three roles; `.database()` clones what migrate and isolate made of it."""
    cluster = databases.Cluster(pytestconfig.stash[LEDGER].bring_up("postgres")).prepare()
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def database_urls(cluster):
    """The database this process' tests run in, as owner, app and relay see it."""
    with cluster.database() as urls:
        yield urls


@pytest.fixture(scope="session")
def redis_url(pytestconfig):
    """The address of a real Redis or Valkey, without a database number."""
    return pytestconfig.stash[LEDGER].bring_up("redis").url


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    """SQLite in memory; for the services tier PostgreSQL, as the role that owns nothing and can bypass nothing."""
    if "postgres" in request.config.stash[LEDGER].services:
        yield from on_postgres(request.getfixturevalue("database_urls"), django_db_blocker)
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
        call_command("migrate", fake=True, verbosity=0)  # the tables are there: /readyz should not miss them
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


def on_postgres(urls, blocker):
    with blocker.unblock():
        databases.connect(connections, urls.app)
    with mock.patch.object(TransactionTestCase, "_fixture_teardown", lambda _case: databases.empty(urls.owner)):  # noqa: PT008 - it acts
        yield
    with blocker.unblock():
        connections.close_all()


@pytest.fixture(scope="session")
def _stage(pytestconfig, django_db_setup, django_db_blocker):
    stage = pytestconfig.stash[STAGE]
    stage.open(django_db_blocker)
    yield stage
    stage.close()


@pytest.fixture
def world(request, _stage):
    """Two organizations and their people: see tests/support/world.py. Yours to change, it is rolled back."""
    if is_transactional(request.node):
        request.getfixturevalue("transactional_db")
        return build()
    request.getfixturevalue("db")
    return _stage.world()


@pytest.fixture
def reset_sequences(transactional_db):
    """A database that commits, and factories that count from the beginning. The product's own keys are UUIDs, so the
    database has no sequence worth resetting, and the app role may not."""
    for name in factories.__all__:
        getattr(factories, name).reset_sequence(0, force=True)


# --- knocking at the doors -----------------------------------------------------------------------------------------
@pytest.fixture
def api_client(db):
    """JSON over a real access token: `api_client.as_(world.pia).post("work-orders/", {...})`. Anonymous without
    `as_`."""
    return ApiClient(openapi.Contracts())


@pytest.fixture
def api_client_with_user(world, api_client):
    """`(client, user, organization)`: the planner of north, signed in by a real token."""
    return api_client.as_(world.pia), world.pia.user, world.north


@pytest.fixture
def client_for(world):
    """`client_for("planner")`: a browser with that person's session. Also inactive, suspended, outsider, anonymous,
    or a member."""

    def client_for(who):
        if who == "anonymous":
            return Door()
        if who == "suspended":
            world.suspend(world.north)
        member = world.person(who) if isinstance(who, str) else who
        return Door(host=f"{member.organization.slug}.localhost").sign_in(member)

    return client_for


@pytest.fixture
def auto_login_user(world, client_for):
    """`auto_login_user(role="operator", organization=world.north) -> (client, user)`: a session of a real member."""

    def auto_login_user(role="operator", organization=None):
        member = world.member(role, organization or world.north)
        return client_for(member), member.user

    return auto_login_user


def _client_of(who):
    def client(client_for):
        return client_for(who)

    return pytest.fixture(client, name=f"{who}_client")


admin_client = _client_of("admin")  # a member; Django's superuser is the staff_client
planner_client = _client_of("planner")
supervisor_client = _client_of("supervisor")
operator_client = _client_of("operator")
viewer_client = _client_of("viewer")
outsider_client = _client_of("outsider")
anonymous_client = _client_of("anonymous")


@pytest.fixture
def staff_client(db):
    """The platform's staff at the bare host: a superuser who is a member of nothing."""
    user = get_user_model().objects.create_superuser("staff@platform.example", "demo")
    door = Door()
    door.force_login(user)
    return door


@pytest.fixture
def hx_client(db):
    """A browser window with HTMX: `.as_(person)`, `.page(obj)`, `.post(url)`, `.part(answer)`, `.assert_toast(...)`."""
    return HxClient()


@pytest.fixture(scope="module")
def _one_worker(database_urls, redis_url):
    """For one module: the next may start workers of its own on the same Redis, with another mail server."""
    edition = Full(database_urls, redis_url, mail_port=1)
    edition.service("worker")
    yield edition
    edition.stop()


@pytest.fixture
def celery_worker_real(_one_worker, redis_url, settings, transactional_db):
    """One prefork worker per module on this run's database; doorbells rung in the test reach it over a real Redis."""
    settings.REDIS_URL = redis_url
    with lent_broker(f"{redis_url}/0"):
        yield _one_worker.processes["worker"]


# --- time, queries, background, the outside ------------------------------------------------------------------------
@pytest.fixture
def frozen_clock(request):
    """A Monday morning at which time stands still until `.shift(hours=2)`."""
    if {"celery_worker_real", "full_edition"} & set(request.fixturenames):
        raise pytest.UsageError("A real process goes on by the real clock: freeze time or start processes, not both.")
    with clock.frozen() as traveller:
        yield clock.FrozenClock(traveller)


@pytest.fixture
def query_counter(db):
    """`with query_counter(exact=7):`, `(max=10)`, and `.constant_over(make_rows, call)`."""
    return counter


@pytest.fixture
def celery_burst(db):
    """What was recorded waits until `burst.relay()`, `burst.step(organization)` or `burst.until_quiet()`."""
    return Burst()


@pytest.fixture
def mock_external_services(settings):
    """A real SMTP server and a web server on loopback whose answers the test scripts; what was expected must have
    happened."""
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    with Sinks() as sinks:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sinks.mail.address
        yield sinks
        sinks.assert_expectations_met()
