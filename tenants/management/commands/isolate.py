"""PostgreSQL's second line behind the fail-closed manager, derived from the models so that no table is forgotten.

Row-level security alone has a hole: foreign-key checks bypass it, so a row could point at another organization's.
Composite foreign keys (organization, id) close it.
"""

import hashlib
from collections.abc import Iterator

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from tenants.models import ApiToken, Event, Leased, Member, TenantRow

SCOPE = "organization_id = NULLIF(current_setting('workfloor.organization', true), '')::uuid"
# What the door may read before an organization is known: the rows its key names, and no others.
DOORS = {
    Member: "user_id = NULLIF(current_setting('workfloor.user', true), '')::uuid OR id = (SELECT member_id "
    "FROM tenants_apitoken WHERE digest = NULLIF(current_setting('workfloor.token', true), ''))",
    ApiToken: "digest = NULLIF(current_setting('workfloor.token', true), '')",
}
RELAY_COLUMNS = ("relayed_at", "position")

FACTS = """
CREATE OR REPLACE FUNCTION workfloor_event_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An event is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF to_jsonb(NEW) - '{relayed_at,position}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{relayed_at,position}'::text[]
       OR OLD.relayed_at IS NOT NULL OR OLD.position IS NOT NULL THEN
        RAISE EXCEPTION 'The facts of an event never change.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""

APPENDED = """
CREATE OR REPLACE FUNCTION workfloor_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are added and never changed.', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def tenant_models() -> list[type[TenantRow]]:
    """Every concrete model whose rows belong to an organization."""
    return sorted((m for m in apps.get_models() if issubclass(m, TenantRow)), key=lambda model: model._meta.db_table)


class Command(BaseCommand):
    help = "On PostgreSQL: row-level security, composite keys and grants. Run it as the owner, after migrate."

    def add_arguments(self, parser):
        parser.add_argument("--app-role", default="workfloor_app", help="what web, workers and tests connect as")
        parser.add_argument("--relay-role", default="workfloor_relay", help="what the relay connects as")

    def handle(self, *, app_role, relay_role, **options):
        if connection.vendor != "postgresql":
            self.stdout.write("Nothing to do: only PostgreSQL has a second line.")
            return
        with transaction.atomic(), connection.cursor() as cursor:
            for role in (app_role, relay_role):
                self._check_role(cursor, role)
            present = self._constraints(cursor)
            for statement in [*tables(present, relay_role), FACTS, *facts_trigger(), *appended(), *grants(app_role)]:
                cursor.execute(statement)
        self.stdout.write(f"{len(tenant_models())} tenant tables isolated for {app_role} and {relay_role}.")

    @staticmethod
    def _check_role(cursor, role):
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        if found is None:
            raise CommandError(f"The role {role} does not exist. Create it as config/deploy/roles.sql does.")
        if found[0]:
            raise CommandError(f"The role {role} bypasses row-level security. Make it NOSUPERUSER NOBYPASSRLS.")

    @staticmethod
    def _constraints(cursor) -> set[str]:
        cursor.execute("SELECT conname FROM pg_constraint WHERE connamespace = current_schema()::regnamespace")
        return {name for (name,) in cursor.fetchall()}


def tables(present: set[str], relay_role: str) -> Iterator[str]:
    """Statements for every tenant table: policies anew, and the constraints that are not there yet."""
    for model in tenant_models():
        table = quoted(model._meta.db_table)
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield from policy(table, "tenant", f"USING ({SCOPE}) WITH CHECK ({SCOPE})")
        if condition := DOORS.get(model):
            yield from policy(table, "door", f"FOR SELECT USING ({condition})")
        if issubclass(model, Event | Leased):
            yield from policy(table, "relay", f"FOR SELECT TO {quoted(relay_role)} USING (true)")
        if (name := tenant_key(model)) not in present:
            yield f"ALTER TABLE {table} ADD CONSTRAINT {quoted(name)} UNIQUE (organization_id, id)"
    for model in tenant_models():  # after every key they refer to is there
        for column, target in tenant_relations(model):
            if (name := short(f"{model._meta.db_table}_{column}_tenant_fk")) not in present:
                yield (
                    f"ALTER TABLE {quoted(model._meta.db_table)} ADD CONSTRAINT {quoted(name)} "
                    f"FOREIGN KEY (organization_id, {quoted(column)}) REFERENCES {quoted(target._meta.db_table)} "
                    "(organization_id, id) DEFERRABLE INITIALLY DEFERRED"
                )


def tenant_relations(model: type[TenantRow]) -> list[tuple[str, type[TenantRow]]]:
    """Columns of a tenant table that point at tenant tables, with the model each points at."""
    fields = (field for field in model._meta.concrete_fields if field.is_relation)
    return [(f.column, f.related_model) for f in fields if issubclass(f.related_model, TenantRow)]


def tenant_key(model: type[TenantRow]) -> str:
    return short(f"{model._meta.db_table}_tenant_key")


def policy(table: str, name: str, rest: str) -> Iterator[str]:
    yield f"DROP POLICY IF EXISTS {name} ON {table}"
    yield f"CREATE POLICY {name} ON {table} {rest}"


def facts_trigger() -> Iterator[str]:
    table = quoted(Event._meta.db_table)
    yield f"DROP TRIGGER IF EXISTS workfloor_event_facts ON {table}"
    yield (
        f"CREATE TRIGGER workfloor_event_facts BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION workfloor_event_facts()"
    )


def append_only() -> list[str]:
    """The tables whose rows are added and never changed."""
    return [quoted(model._meta.db_table) for model in tenant_models() if model.APPEND_ONLY]


def appended() -> Iterator[str]:
    yield APPENDED
    for table in append_only():
        yield f"DROP TRIGGER IF EXISTS workfloor_append_only ON {table}"
        yield (
            f"CREATE TRIGGER workfloor_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION workfloor_append_only()"
        )


def grants(app_role: str) -> Iterator[str]:
    """The app role may do what the app does: it owns nothing, truncates nothing, and never edits a fact."""
    role, event = quoted(app_role), quoted(Event._meta.db_table)
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
    yield f"REVOKE UPDATE, DELETE ON {event} FROM {role}"
    yield f"GRANT UPDATE ({', '.join(map(quoted, RELAY_COLUMNS))}) ON {event} TO {role}"
    for table in append_only():
        yield f"REVOKE UPDATE, DELETE ON {table} FROM {role}"
    yield f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}"


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def short(name: str) -> str:
    """A name PostgreSQL will not cut: the tail of a long one gives way to a digest of the whole."""
    if len(name) <= 63:
        return name
    return f"{name[:54]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
