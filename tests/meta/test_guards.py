"""The architecture as tests. Each guard names the mistake it stops; its exceptions have reasons, and stale ones
fail."""

import ast
import tomllib

from django.apps import apps
from django.conf import settings
from django.db import models

from tenants.models import TenantManager, TenantRow
from tests.support.settings import ROOT
from tests.support.source import (
    APPS,
    app_files,
    called,
    constants,
    length,
    lines_of,
    name_of,
    nodes,
    places,
    suite_files,
)

WRITING_CALLS = {"update", "create", "get_or_create", "update_or_create", "bulk_update", "save", "bulk_create"}
STATUS_WRITERS = {"tenants/transitions.py": "the one writer: compares, sets and records"}

EVERYWHERE = {
    "tenants/relay/picking.py": "looks across all organizations for what is due; each is served inside its own",
    "tenants/relay/figures.py": "counts what waits in the whole house; numbers, and nobody's rows",
    "tenants/queries/__init__.py": "the door: a secret or a user is looked up before there is an organization",
}
ON_COMMIT = {"tenants/doorbell.py": "the one home of on_commit, always robust"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "services", "signals", "mixins"}
NAMED_AFTER_NEEDS = {"tests/services"}
NOBODYS = {
    "tenants.Organization": "it is the tenant",
    "tenants.User": "a person may belong to several organizations",
    "tenants.RefreshToken": "a sign-in names a user, not an organization",
    "tenants.Heartbeat": "the relay's sign of life, shown to supervisors without a sign-in",
    "tenants.Tally": "how often rows were run, of all organizations together",
}
MOST_LINES = 400
MOST_LINES_OF_A_CLASS = {"apps": 250, "tests": 150}


def ours():
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def stores_status(node):
    """An assignment to `.status`, or a writing call that is given one."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(t, ast.Attribute) and t.attr == "status" for t in targets)
    if called(node) == "setattr":
        return "status" in constants(node)
    if called(node) in WRITING_CALLS or called(node) in {model.__name__ for model in ours()}:
        named = {keyword.arg for keyword in node.keywords}
        in_lists = [
            word for word in [*node.args, *(k.value for k in node.keywords)] if isinstance(word, ast.List | ast.Dict)
        ]
        return "status" in named or any("status" in constants(word) for word in in_lists)
    return False


class TestOneWriter:
    """State, ledger and commit have one home each."""

    def test_only_move_writes_a_status(self):
        """A second writer would skip the version and the event: history, mail and live pages would miss the change."""
        writers = places(app_files(), stores_status)

        assert writers - STATUS_WRITERS.keys() == set(), "Call tenants.transitions.move."
        assert STATUS_WRITERS.keys() - writers == set(), "Stale exception: delete it."

    def test_the_guard_itself_sees_every_way_of_writing_a_status(self):
        """A guard that sees nothing is green for ever."""
        ways = [
            "order.status = 'closed'",
            "WorkOrder.objects.filter(pk=1).update(status='closed')",
            "WorkOrder.objects.create(title='x', status='closed')",
            "WorkOrder(status='closed')",
            "WorkOrder.objects.bulk_update(orders, ['status'])",
            "order.save(update_fields=['status'])",
            "rows.update(**{'status': 'closed'})",
            "setattr(order, 'status', 'closed')",
        ]
        unseen = [way for way in ways if not any(map(stores_status, ast.walk(ast.parse(way))))]
        harmless = ["rows.filter(status='closed')", "page(request, 'x.html', status=422)", "found = order.status"]
        accused = [line for line in harmless if any(map(stores_status, ast.walk(ast.parse(line))))]

        assert unseen == []
        assert accused == []

    def test_on_commit_has_one_home(self):
        """Without robust=True a broker that is away turns a committed change into a 500."""
        users = places(app_files(), lambda node: "on_commit" in (getattr(node, "attr", ""), getattr(node, "id", "")))
        users |= places(
            app_files(), lambda n: isinstance(n, ast.ImportFrom) and "on_commit" in {a.name for a in n.names}
        )

        assert users == ON_COMMIT.keys(), "Use tenants.doorbell.after_commit."

    def test_delays_live_in_the_database(self):
        """A countdown is lost with the broker; `run_after` is a column."""
        delays = {"eta", "countdown"}
        found = places(app_files(), lambda n: isinstance(n, ast.keyword) and n.arg in delays)

        assert found == set()


class TestTenants:
    """Every row belongs to somebody, and nobody looks around the manager that says so."""

    def test_everywhere_is_used_only_where_a_reason_stands(self):
        """One unscoped query is one leak; a reader must be able to count them."""
        users = places(app_files(), lambda node: isinstance(node, ast.Attribute) and node.attr == "everywhere")

        assert users - EVERYWHERE.keys() == set(), "Ask inside `with tenant(organization):` through `objects`."
        assert EVERYWHERE.keys() - users == set(), "Stale exception: delete it."

    def test_every_model_belongs_to_an_organization(self):
        """A model that forgot its tenant has no row-level security, no matrix and no guard."""
        free = {model._meta.label for model in ours() if not issubclass(model, TenantRow)}

        assert free - NOBODYS.keys() == set(), "Derive it from TenantModel or TenantRow."
        assert NOBODYS.keys() - free == set(), "Stale exception: delete it."

    def test_every_tenant_model_is_fail_closed_by_every_way_in(self):
        """Related managers and refreshes use the base manager, lists the default one: both must raise outside a
        tenant."""
        scoped = [model for model in ours() if issubclass(model, TenantRow)]
        open_doors = [
            model._meta.label
            for model in scoped
            if not all(
                isinstance(m, TenantManager) for m in (model.objects, model._default_manager, model._base_manager)
            )
        ]

        assert len(scoped) > 10
        assert open_doors == []

    def test_every_unique_rule_of_a_tenant_model_names_the_organization(self):
        """A global unique tells one organization what another has, and lets it take the name away."""
        loose = [
            f"{model._meta.label}: {rule.name}"
            for model in ours()
            if issubclass(model, TenantRow)
            for rule in model._meta.constraints
            if isinstance(rule, models.UniqueConstraint) and "organization" not in rule.fields
        ]

        assert [rule for rule in loose if rule not in LOOSE_RULES] == []
        assert [rule for rule in LOOSE_RULES if rule not in loose] == [], "Stale exception: delete it."


LOOSE_RULES = {
    "tenants.Delivery: delivery_once_per_subscriber": "an event has one organization, so its key names it",
}


class TestLedgers:
    """Rows from which something else is computed are added and never changed."""

    def test_what_is_append_only_stays_so(self):
        """A model that loses its flag loses its trigger, its rights and its queryset's refusal at once, silently."""
        found = {model._meta.label for model in ours() if getattr(model, "APPEND_ONLY", False)}

        assert found == APPEND_ONLY.keys()


APPEND_ONLY = {
    "dispatch.Attendance": "what the time clock was told stays visible beside what was added afterwards",
    "workorder.TaskReport": "the sums of a task are read off its reports",
}


class TestShape:
    """Names and sizes a reader can rely on."""

    def test_no_module_has_a_name_that_means_nothing(self):
        """`utils` is where things go that nobody has named; each of them has a better name."""
        parts = {
            path for file in [*app_files(), *suite_files()] for path in [file, *file.parents] if ROOT in path.parents
        }
        found = {name_of(path) for path in parts if path.stem in FORBIDDEN_NAMES}

        assert found == NAMED_AFTER_NEEDS

    def test_the_linter_knows_every_app_and_every_app_is_installed(self):
        """import-linter checks what it is told of: an app missing from its list may import anything."""
        tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
        containers = next(c["containers"] for c in tool["contracts"] if "containers" in c and c.get("exhaustive"))
        installed = [app for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()]

        assert sorted(tool["root_packages"]) == sorted(installed) == sorted(APPS)
        assert sorted([*containers, "config"]) == sorted(APPS)

    def test_files_stay_short_enough_to_be_read(self):
        """At the second breach split by noun; the limit stays."""
        long = {name_of(path): lines_of(path) for path in [*app_files(), *suite_files()] if lines_of(path) > MOST_LINES}

        assert long == {}

    def test_classes_stay_short_enough_to_be_read(self):
        long = {
            f"{name}: {node.name}": length(node)
            for kind, files in (("apps", app_files()), ("tests", suite_files()))
            for name, node in nodes(files)
            if isinstance(node, ast.ClassDef) and length(node) > MOST_LINES_OF_A_CLASS[kind]
        }

        assert long == {}


class TestTests:
    """The suite keeps its own rules."""

    def test_nothing_is_skipped(self):
        """A skip is a hole that reads as a pass; a tier that cannot run is NOT RUN and counted."""
        words = {"skip", "skipif", "xfail", "importorskip"}  # of pytest's; processes are skipped by a verb of ours
        of_pytest = {"pytest", "pytest.mark"}
        found = places(
            suite_files(),
            lambda n: isinstance(n, ast.Attribute) and n.attr in words and ast.unparse(n.value) in of_pytest,
        )

        assert found == set()

    def test_nobody_sleeps(self):
        """A sleep is too short on a busy machine and too long on every other: wait for the condition."""
        found = places(suite_files(), lambda n: isinstance(n, ast.Attribute) and n.attr == "sleep")

        assert found == {"tests/support/wait.py"}
