"""A house with many orders and a neighbour with a few, written set by set: a hundred thousand orders in seconds.

Rows are as the product's verbs would have left them: two lines and three processes to an order, tasks where it was
released, an event for what happened to it. Ids grow with time, as the product's do.
"""

import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass
from decimal import Decimal

import psycopg
from django.apps import apps
from psycopg import sql

from tenants.actions import tokens
from tenants.models import ApiToken, Department, Event, Member, Organization, User
from workorder.models import (
    Customer,
    NumberSeries,
    Process,
    Product,
    Tag,
    WorkOrder,
    WorkOrderProcess,
    WorkOrderProduct,
    WorkOrderTag,
    WorkOrderTask,
)

NEIGHBOURS = 1000
CUSTOMERS, PRODUCTS, PROCESSES, MEMBERS = 200, 50, 12, 40
YEAR = 2026
PLANNER = "planner@bench.example"
NORTH, SOUTH = 1, 2

# Of a hundred orders so many are in each state, by the remainder of their number.
STATES = """CASE WHEN n % 100 < 50 THEN 'closed' WHEN n % 100 < 60 THEN 'completed' WHEN n % 100 < 65 THEN 'cancelled'
    WHEN n % 100 < 75 THEN 'released' WHEN n % 100 < 85 THEN 'in_progress' WHEN n % 100 < 87 THEN 'on_hold'
    WHEN n % 100 < 92 THEN 'draft' WHEN n % 100 < 95 THEN 'submitted' WHEN n % 100 < 98 THEN 'approved'
    ELSE 'rejected' END"""
RELEASED = "(n % 100 < 60 OR n % 100 BETWEEN 65 AND 86)"
DONE = "n % 100 < 60"
MADE_AT = "timestamptz '2024-01-01' + n * interval '5 minutes'"


@dataclass(frozen=True)
class House:
    """What the benchmark has to know of the house with many orders."""

    organization: str
    token: str
    last: int
    order: str
    customer: str
    products: list[str]
    processes: list[str]


def seed(url: str, rows: int) -> House:
    """Fill a migrated database, as a superuser: triggers that check every single row are left out."""
    token = f"wf_{secrets.token_urlsafe(32)}"
    with psycopg.connect(url, autocommit=True) as line:
        line.execute("SET session_replication_role = replica")
        for model in apps.get_models():
            _keep_defaults(line, model)
        _people(line, token)
        for house, many in ((NORTH, rows), (SOUTH, NEIGHBOURS)):
            _catalogue(line, house, many)
            _orders(line, house, many)
        line.execute("SET session_replication_role = DEFAULT")
        line.execute("VACUUM ANALYZE")
    ids = {name: [str(_id(name, NORTH, n)) for n in range(1, 6)] for name in ("customer", "product", "process")}
    organization, order = str(_id("organization", NORTH, 1)), str(_id("order", NORTH, rows // 2))
    return House(organization, token, rows, order, ids["customer"][0], ids["product"][:3], ids["process"])


def access_token() -> str:
    """A short token of the planner, as signing in gives it."""
    return tokens.pair_for(User.objects.get(email=PLANNER))["access"]


def _people(line, token):
    for house, slug in ((NORTH, "north"), (SOUTH, "south")):
        _insert(line, Organization, 1, id=_made("organization", house), slug=_text(slug), name=_text(slug.title()))
        _insert(line, Department, 4, house, id=_made("department", house), code="'D' || n", name="'Department ' || n")
        email = (
            f"CASE n WHEN 1 THEN '{PLANNER}' ELSE n || '@bench.example' END"
            if house == NORTH
            else "n || '@south.example'"
        )
        _insert(line, User, MEMBERS, id=_made("user", house), email=email, password="'!'", name="'Person ' || n")
        role = "CASE n WHEN 1 THEN 'planner' ELSE 'operator' END"
        place = {"user_id": _made("user", house), "department_id": _made("department", house, "1 + n % 4")}
        _insert(line, Member, MEMBERS, house, id=_made("member", house), role=role, **place)
    digest = _text(hashlib.sha256(token.encode()).hexdigest())
    key = {"member_id": _made("member", NORTH), "name": "'bench'", "prefix": _text(token[:9]), "digest": digest}
    _insert(line, ApiToken, 1, NORTH, id=_made("token", NORTH), **key)


def _catalogue(line, house, many):
    named = {"code": "'C' || n", "name": "'Thing ' || n"}
    _insert(line, Customer, CUSTOMERS, house, id=_made("customer", house), **named)
    _insert(line, Product, PRODUCTS, house, id=_made("product", house), **named)
    place = _made("department", house, "1 + n % 4")
    minutes = {"minutes_per_unit": "0.1", "setup_minutes": "10"}
    _insert(line, Process, PROCESSES, house, id=_made("process", house), department_id=place, **named, **minutes)
    _insert(line, NumberSeries, 1, house, id=_made("series", house), year=str(YEAR), last=str(many))


def _orders(line, house, many):
    _insert(
        line, WorkOrder, many, house,
        id=_made("order", house),
        number=f"'WO-{YEAR}-' || lpad(n::text, 6, '0')",
        customer_id=_made("customer", house, f"1 + n % {CUSTOMERS}"),
        title="'Leaflets, folded, batch ' || n",
        priority="(ARRAY['low','normal','normal','high','urgent'])[1 + n % 5]",
        due_at=f"{MADE_AT} + interval '20 days'",
        status=STATES,
        held_from="CASE WHEN n % 100 BETWEEN 85 AND 86 THEN 'released' ELSE '' END",
        approval_level="CASE WHEN n % 100 BETWEEN 92 AND 94 THEN 1 ELSE 0 END",
        progress=f"CASE WHEN {DONE} THEN 100 WHEN n % 100 BETWEEN 75 AND 84 THEN n % 90 ELSE 0 END",
        estimate_minutes="30 + n % 400",
        budget="CASE WHEN n % 3 = 0 THEN 100 + n % 900 END",
        customer_reference="'PO ' || n",
        notes="CASE WHEN n % 4 = 0 THEN 'Pack in boxes of fifty; call before delivery.' ELSE '' END",
        created_at=MADE_AT,
        updated_at=MADE_AT,
        released_at=f"CASE WHEN {RELEASED} THEN {MADE_AT} + interval '2 days' END",
        completed_at=f"CASE WHEN {DONE} THEN {MADE_AT} + interval '9 days' END",
    )  # fmt: skip
    order = {"work_order_id": _made("order", house, "1 + (n - 1) / {}")}
    named = {"name": "'Tag ' || n", "folded": "'tag ' || n"}
    _insert(line, Tag, 6, house, id=_made("tag", house), **named)
    tagged = {"work_order_id": _made("order", house), "tag_id": _made("tag", house, "1 + n % 6")}
    _insert(line, WorkOrderTag, many, house, where="n % 3 = 0", id=_made("tagging", house), **tagged)
    of = lambda each: {"work_order_id": order["work_order_id"].format(each)}  # noqa: E731
    _insert(
        line, WorkOrderProduct, 2 * many, house,
        id=_made("line", house), **of(2), product_id=_made("product", house, f"1 + n % {PRODUCTS}"),
        position="1 + (n - 1) % 2", quantity="100 + n % 500", unit="'pcs'",
    )  # fmt: skip
    _insert(
        line, WorkOrderProcess, 3 * many, house,
        id=_made("step", house), **of(3), process_id=_made("process", house, f"1 + n % {PROCESSES}"),
        department_id=_made("department", house, "1 + n % 4"), sequence="10 * (1 + (n - 1) % 3)",
        quantity="100 + n % 500", estimate_minutes="20", status="'waiting'",
    )  # fmt: skip
    _insert(
        line, WorkOrderTask, 3 * many, house, where=RELEASED.replace("n %", "(1 + (n - 1) / 3) %"),
        id=_made("task", house), **of(3), process_id=_made("step", house), title="'Folding ' || n",
        quantity="100", max_quantity="100", status="'ready'", estimate_minutes="20",
        assigned_department_id=_made("department", house, "1 + n % 4"),
        assigned_member_id=f"CASE WHEN n % 3 > 0 THEN {_made('member', house, f'1 + n % {MEMBERS}')} END",
        created_at=MADE_AT.replace("n *", "n / 3 *"),
    )  # fmt: skip
    moment = MADE_AT.replace("n *", "n / 3 *")
    _insert(
        line, Event, 3 * many, house,
        id=_made("event", house),
        kind="'workorder.' || (ARRAY['created', 'submitted', 'approved'])[1 + (n - 1) % 3]",
        subject_type="'workorder'", subject_id=_made("order", house, "1 + (n - 1) / 3"),
        subject_version="1 + (n - 1) % 3", actor_id=_made("member", house, "1"), via="'api'", data="'{}'",
        occurred_at=moment, recorded_at=moment, relayed_at=moment, position="n",
    )  # fmt: skip


# --- rows made of a number ------------------------------------------------------------------------------------------
KINDS = [
    "organization", "department", "user", "member", "token", "customer", "product", "process", "series", "order",
    "line", "step", "task", "event", "tag", "tagging",
]  # fmt: skip


def _id(kind, house, n):
    """What `_made` gives in SQL: the number in front, so that ids grow as UUIDv7 do, then what it is and whose."""
    return uuid.UUID(f"0190{n:08x}7{KINDS.index(kind):03x}8{house:015x}")


def _made(kind, house, n="n"):
    tail = f"7{KINDS.index(kind):03x}8{house:015x}"
    return f"('0190' || lpad(to_hex(({n})::int), 8, '0') || '{tail}')::uuid"


def _text(words):
    return sql.Literal(words).as_string()


def _insert(line, model, many, house=None, *, where="true", **columns):
    """One row for each number from 1 to `many`; what is not named has the default that `_keep_defaults` wrote down."""
    if house is not None:
        columns["organization_id"] = _made("organization", house, "1")
    names = ", ".join(f'"{name}"' for name in columns)
    line.execute(
        f"INSERT INTO {model._meta.db_table} ({names}) "  # noqa: S608 - our own names
        f"SELECT {', '.join(columns.values())} FROM generate_series(1, {many}) AS n WHERE {where}"
    )


def _keep_defaults(line, model):
    """Give the columns the defaults that Django keeps to itself, for the statements here and for the rivals'."""
    for field in model._meta.local_concrete_fields:
        default = _default(field)
        if default is not None and not field.primary_key:
            line.execute(f'ALTER TABLE {model._meta.db_table} ALTER "{field.column}" SET DEFAULT {default}')


def _default(field):
    kind = field.get_internal_type()
    if kind == "DateTimeField" and not field.null:
        return "now()"
    if kind in ("CharField", "TextField") and not field.has_default() and not field.null:
        return "''"
    if not field.has_default() or field.is_relation or kind == "UUIDField":
        return None
    value = field.get_default()
    if kind == "JSONField":
        return _text(json.dumps(value))
    return _text(value if value is None or isinstance(value, bool | int | Decimal) else str(value))
