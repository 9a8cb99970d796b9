"""PostgreSQL's second line: what the manager forgets, the database refuses. Tests connect as the role that owns
nothing."""

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tenants.context import ORGANIZATION_SETTING, tell_database, tenant
from tenants.models import Department, Event
from tests.factories import DepartmentFactory, OrganizationFactory
from tests.support.catalogue import findings, tenant_tables
from workorder.models import TaskReport

OWNS = "SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
ROLE = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
REMOVE_REPORTS = "DELETE FROM workorder_taskreport"
MAY = "SELECT has_table_privilege(%s, %s)"


@pytest.fixture
def scratch(cluster):
    """A database of its own, and a line to it as its owner."""
    with cluster.database() as urls, psycopg.connect(urls.owner, autocommit=True) as line:
        yield line


def value(sql, *given):
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


class TestCatalogue:
    """Every tenant table is isolated, whoever added it last."""

    def test_every_tenant_table_is_isolated(self, scratch):
        """A table that `isolate` forgot is open to every organization."""
        assert len(tenant_tables()) > 15
        assert findings(scratch) == []

    @pytest.mark.parametrize(
        ("sabotage", "found"),
        [
            ("ALTER TABLE workorder_workorder DISABLE ROW LEVEL SECURITY", "row-level security is off"),
            ("ALTER TABLE workorder_workorder NO FORCE ROW LEVEL SECURITY", "its owner passes every policy"),
            ("ALTER TABLE workorder_workorder ALTER organization_id DROP NOT NULL", "organization may be null"),
            ("DROP POLICY tenant ON workorder_workorder", "no policy with USING and WITH CHECK on the organization"),
            (
                "CREATE POLICY oops ON workorder_workorder FOR SELECT USING (true)",
                "policy oops shows every row to everybody",
            ),
            (
                "ALTER TABLE workorder_workorder DROP CONSTRAINT workorder_workorder_customer_id_tenant_fk",
                "customer_id may point into another organization",
            ),
        ],
        ids=["disabled", "not-forced", "nullable", "no-policy", "open-policy", "no-composite-key"],
    )
    def test_each_hole_is_found(self, scratch, sabotage, found):
        """A comparison that finds nothing proves nothing: it must see each of these."""
        scratch.execute(sabotage)

        assert f"workorder_workorder: {found}" in findings(scratch)

    def test_isolate_may_be_run_again(self, cluster):
        """It runs after each migration, also when there was nothing to do."""
        with cluster.database() as urls:
            cluster.isolate(urls)

            with psycopg.connect(urls.owner) as line:
                assert findings(line) == []


@pytest.mark.django_db
class TestAppRole:
    """Web, workers and tests connect as a role that can do what the app does, and nothing else."""

    def test_it_owns_nothing_and_bypasses_nothing(self):
        assert value(OWNS) == []
        assert value(ROLE) == [(False, False, False, False)]

    def test_it_cannot_empty_a_table_or_edit_a_fact(self):
        """TRUNCATE knows no policies; and history that can be edited is none."""
        rights = {
            (table, right): value(MAY, table, right)[0][0]
            for table, right in [
                ("workorder_workorder", "UPDATE"),
                ("workorder_workorder", "TRUNCATE"),
                ("tenants_event", "INSERT"),
                ("tenants_event", "UPDATE"),
                ("tenants_event", "DELETE"),
                ("django_migrations", "INSERT"),
            ]
        }

        assert [key for key, may in rights.items() if may] == [
            ("workorder_workorder", "UPDATE"),
            ("tenants_event", "INSERT"),
        ]


@pytest.mark.django_db(transaction=True)
class TestRows:
    """The manager is out of the way here: raw SQL, as a forgotten filter or an injection would send it."""

    @pytest.fixture
    def houses(self):
        north, south = OrganizationFactory(slug="north"), OrganizationFactory(slug="south")
        DepartmentFactory(organization=north, code="N")
        DepartmentFactory(organization=south, code="S")
        return north, south

    def test_nobody_named_nothing_seen(self, houses):
        assert value("SELECT code FROM tenants_department") == []

    def test_each_sees_its_own(self, houses):
        seen = []
        for organization in houses:
            with transaction.atomic():
                tell_database(ORGANIZATION_SETTING, str(organization.pk))
                seen.append(value("SELECT code FROM tenants_department"))

        assert seen == [[("N",)], [("S",)]]

    def test_the_setting_ends_with_its_transaction(self, houses):
        """A pooled connection that remembered an organization would serve it to the next request."""
        with transaction.atomic():
            tell_database(ORGANIZATION_SETTING, str(houses[0].pk))

        assert value("SELECT code FROM tenants_department") == []

    def test_a_foreign_row_cannot_be_written_changed_or_deleted(self, houses):
        north, south = houses
        with tenant(south):
            theirs = Department.objects.get()
        columns = "gen_random_uuid(), created_at, updated_at, version, 'X', 'X', %s, NULL"
        statement = f"INSERT INTO tenants_department SELECT {columns}"

        with transaction.atomic():
            tell_database(ORGANIZATION_SETTING, str(north.pk))
            with connection.cursor() as cursor:
                cursor.execute("UPDATE tenants_department SET name = 'mine' WHERE id = %s", [theirs.pk])
                updated = cursor.rowcount
                cursor.execute("DELETE FROM tenants_department WHERE id = %s", [theirs.pk])
                deleted = cursor.rowcount
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            tell_database(ORGANIZATION_SETTING, str(north.pk))
            value(f"{statement} FROM tenants_department RETURNING 1", south.pk)

        assert (updated, deleted) == (0, 0)

    def test_a_row_cannot_point_into_another_organization(self, houses):
        """Foreign keys are checked past the policies; the composite key is what refuses."""
        north, south = houses
        with tenant(south):
            theirs = Department.objects.get()

        with pytest.raises(IntegrityError, match="tenant_fk"), tenant(north):
            Department.objects.update(parent=theirs)

    def test_a_fact_cannot_be_changed(self, world):
        with tenant(world.north):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                Event.objects.update(kind="workorder.closed")

            assert not Event.objects.filter(kind="workorder.closed").exclude(subject_type="workorder").exists()

    @pytest.mark.parametrize("statement", ["UPDATE workorder_taskreport SET good = good + 1", REMOVE_REPORTS])
    def test_what_was_reported_cannot_be_changed(self, world, database_urls, statement):
        """Not by the app role, and not by a line of the owner's either: the trigger does not ask who it is."""
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            tenant(world.south),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        with (
            psycopg.connect(database_urls.owner) as line,
            pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="never changed"),
        ):
            line.execute("SELECT set_config(%s, %s, true)", [ORGANIZATION_SETTING, str(world.south.pk)])
            line.execute(statement)

        with tenant(world.south):
            assert [report.good for report in TaskReport.objects.all()] == [1]


@pytest.mark.django_db(transaction=True)
class TestRelayRole:
    """The relay looks across organizations at their outboxes, and at nothing else."""

    def test_it_sees_every_outbox_and_nobodys_orders(self, world, database_urls):
        with psycopg.connect(database_urls.relay) as line:
            events = line.execute("SELECT count(DISTINCT organization_id) FROM tenants_event").fetchone()
            orders = line.execute("SELECT count(*) FROM workorder_workorder").fetchone()

        assert (events, orders) == ((2,), (0,))

    def test_the_app_role_sees_none_of_them(self, world, database_urls):
        with psycopg.connect(database_urls.app) as line:
            assert line.execute("SELECT count(*) FROM tenants_event").fetchone() == (0,)

    def test_seeing_is_all_it_may_across_organizations(self, world, database_urls):
        """It marks an event relayed inside the organization's own transaction, like everybody."""
        with psycopg.connect(database_urls.relay) as line:
            changed = line.execute("UPDATE tenants_event SET relayed_at = now() WHERE relayed_at IS NULL").rowcount

        assert changed == 0
