"""What PostgreSQL's own catalogue says about the second line, compared with what the models ask for."""

from django.apps import apps

from tenants.models import TenantRow

SCOPE = "workfloor.organization"
RLS = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass"
NULLABLE = """
    SELECT NOT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'organization_id'
"""
POLICIES = """
    SELECT polname, polcmd, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid),
           polroles::regrole[]::text[]
    FROM pg_policy WHERE polrelid = %s::regclass
"""
KEYS = """
    SELECT (SELECT array_agg(attname ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k(number, place)
            JOIN pg_attribute ON attrelid = conrelid AND attnum = number)::text[], contype::text
    FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('u', 'p', 'f')
"""


def tenant_tables():
    return {model._meta.db_table: model for model in apps.get_models() if issubclass(model, TenantRow)}


def findings(line):
    """Sentences about tables that are not isolated; none when all are. `line` is a psycopg connection."""
    return [f"{table}: {what}" for table, model in tenant_tables().items() for what in _of_table(line, table, model)]


def _of_table(line, table, model):
    enabled, forced = line.execute(RLS, [table]).fetchone()
    if not enabled:
        yield "row-level security is off"
    if not forced:
        yield "its owner passes every policy"
    if line.execute(NULLABLE, [table]).fetchone()[0]:
        yield "organization may be null"
    yield from _of_policies(line.execute(POLICIES, [table]).fetchall())
    keys = {(kind, tuple(columns)) for columns, kind in line.execute(KEYS, [table]).fetchall()}
    if ("u", ("organization_id", "id")) not in keys:
        yield "no unique (organization_id, id) to refer to"
    for column in _relations(model):
        if ("f", ("organization_id", column)) not in keys:
            yield f"{column} may point into another organization"


def _of_policies(policies):
    scoped = [p for p in policies if p[1] == "*" and SCOPE in (p[2] or "") and SCOPE in (p[3] or "")]
    if not scoped:
        yield "no policy with USING and WITH CHECK on the organization"
    for name, command, using, _, roles in policies:
        if command == "*" and SCOPE not in (using or ""):
            yield f"policy {name} lets rows be written without naming an organization"
        if using == "true" and roles == ["-"]:
            yield f"policy {name} shows every row to everybody"


def _relations(model):
    fields = (field for field in model._meta.concrete_fields if field.is_relation)
    return [field.column for field in fields if issubclass(field.related_model, TenantRow)]
