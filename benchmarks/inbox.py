"""What an inbox costs at five million entries on PostgreSQL: list, filters, unread count, mark all, through the API.

`make bench-inbox` prints the median and the 95th percentile of each question beside a bare SQL of the same question
asked in the same turn, and writes build/bench/inbox.json. It ends with 1 when the list or the count takes 20 ms or
more, or when any of them reads the whole table. ROWS changes the size, ROUNDS how often each is asked.

Two thousand members of one organization share the entries; one of them has a hundredth of all, a fifth of it unread.
Rows are inserted, not told. Times are those of the wall, with the database's in them; beside them stands the mean time
of the processors, this process's and the database's, which is what counts where others keep the machine busy.
"""

import datetime
import itertools
import json
import os
import random
import statistics
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg
from django.db import connections
from django.test import Client
from psycopg import sql

from tests.support import databases, provision

ROWS = int(os.environ.get("ROWS") or 5_000_000)
ROUNDS = int(os.environ.get("ROUNDS") or 150)
MEMBERS = 2000
PROMISED = 20  # milliseconds
WARM = 10  # questions before those that are timed
FAR = max(1, ROWS // MEMBERS // 150)  # the number of a page that everybody has
IN_PROMISE = ("list", "unread count")
TABLE = "notifications_notification"
RESULT = Path("build/bench/inbox.json")
FIRST = datetime.datetime(2025, 6, 1, tzinfo=datetime.UTC)
# Of the one who has a hundredth of all, nine of fifty are unread, old and new; of the others what came lately.
UNREAD = f"(CASE WHEN n % 100 = 0 THEN (n / 100) % 50 < 9 ELSE n > {ROWS} * 0.95 END)"
ENTRIES = f"""
    INSERT INTO {TABLE} (id, created_at, updated_at, version, organization_id, recipient_id, event_id, kind, title,
        content, html, level, url, subject_type, subject_id, why, is_urgent, occasions, decided, hidden_because,
        read_at, archived_at)
    SELECT ('0190' || lpad(to_hex(n), 8, '0') || '7000' || '8000000000000001')::uuid, at, at, 1, %(organization)s,
        people.id, ('0190' || lpad(to_hex(n), 8, '0') || '7001' || '8000000000000001')::uuid,
        (%(kinds)s::text[])[1 + n / 700 %% 25], 'Leaflets, folded, batch ' || n || ' is yours',
        'WO-2026-' || lpad((n / 10)::text, 6, '0') || '. Least loaded of four who may do it.', '', 'info',
        '/tasks/' || n || '/', 'task', ('0190' || lpad(to_hex(n / 10), 8, '0') || '7002' || '8000000000000001')::uuid,
        'It was given to you.', false, 1, 1, CASE WHEN n %% 97 = 0 THEN 'muted' ELSE '' END,
        CASE WHEN {UNREAD.replace("%", "%%")} THEN NULL ELSE at END,
        CASE WHEN NOT {UNREAD.replace("%", "%%")} AND n / 100 %% 4 = 0 THEN at END
    FROM generate_series(1, {ROWS}) AS n
    JOIN people ON people.place = CASE WHEN n %% 100 = 0 THEN 0 ELSE 1 + (n * 7919::bigint) %% {MEMBERS - 1} END,
    LATERAL (SELECT timestamptz '{FIRST:%Y-%m-%d}' + n * interval '5 seconds' AS at) AS moment
"""  # noqa: S608 - our own numbers


def main() -> int:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.support.settings", "LOG_LEVEL": "ERROR"}
    django.setup()
    cluster = databases.Cluster(provision.postgres()).prepare()
    with cluster.database() as urls:
        databases.connect(connections, urls.app)
        organization, people = crowd()
        begun = time.monotonic()
        fill(databases.urlsplit(cluster.admin)._replace(path=f"/{urls.name}").geturl(), organization, people)
        loaded = time.monotonic() - begun
        print(f"{loaded:6.0f} s  {ROWS:,} entries of {MEMBERS:,} members are there", file=sys.stderr)
        found = measured(urls, organization, people)
        connections.close_all()
    cluster.close()
    return report({"rows": ROWS, "members": MEMBERS, "loading_seconds": round(loaded)} | found)


# --- rows ----------------------------------------------------------------------------------------------------------
def crowd():
    """The organization and its members, the one with the most first."""
    from tenants.context import tenant  # noqa: PLC0415 - models can be imported only after setup
    from tenants.models import Member, Organization, User  # noqa: PLC0415

    organization = Organization.objects.create(slug="bench", name="Bench")
    users = [User(email=f"m{n}@bench.example", name=f"Member {n:04}") for n in range(MEMBERS)]
    User.objects.bulk_create(users, 500)
    with tenant(organization):
        people = Member.objects.bulk_create((Member(user=user, role="operator") for user in users), 500)
    return organization, people


def fill(url, organization, people) -> None:
    """As the server's superuser, and while the table has no index but its key: sorting once is cheaper."""
    from notifications.states import Kind  # noqa: PLC0415

    with psycopg.connect(url, autocommit=True) as line:
        line.execute("SET session_replication_role = replica")  # no row is checked for its parents
        line.execute("SET maintenance_work_mem = '256MB'")
        line.execute("CREATE TEMP TABLE people (place int PRIMARY KEY, id uuid)")
        with line.cursor().copy("COPY people FROM STDIN") as rows:
            for place, member in enumerate(people):
                rows.write_row((place, str(member.pk)))
        line.execute("ANALYZE people")
        with without_indexes(line):
            line.execute(ENTRIES, {"organization": organization.pk, "kinds": Kind.values})
        line.execute("SET session_replication_role = DEFAULT")
        line.execute(f"VACUUM ANALYZE {TABLE}")
        line.execute("ANALYZE")


@contextmanager
def without_indexes(line):
    """Drop all but the primary key, then make them again as they were."""
    constraints = line.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'"
        " AND conname NOT LIKE '%%_tenant_key'",  # other tables refer to that one, and new rows stand at its end
        [TABLE],
    ).fetchall()
    for name, _ in constraints:
        line.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(*map(sql.Identifier, (TABLE, name))))
    indexes = line.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
        " AND indexname NOT LIKE '%%_key' AND indexname NOT LIKE '%%_pkey'",
        [TABLE],
    ).fetchall()
    for name, _ in indexes:
        line.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for name, definition in constraints:
        line.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} {definition}")
    for _, definition in indexes:
        line.execute(definition)


# --- questions -----------------------------------------------------------------------------------------------------
NEWEST = "ORDER BY created_at DESC, id DESC LIMIT 51"
INBOX = f"FROM {TABLE} WHERE organization_id = %s AND recipient_id = %s AND hidden_because = ''"
COLUMNS = (
    "id, kind, title, content, level, url, subject_type, subject_id, why, is_urgent, occasions, read_at, created_at"
)
IN_INBOX = f"{INBOX} AND archived_at IS NULL"
ASKED = {
    "list": ("", f"SELECT {COLUMNS} {IN_INBOX} {NEWEST}"),
    "list, far down": (f"?page={FAR}", f"SELECT {COLUMNS} {IN_INBOX} {NEWEST} OFFSET {50 * (FAR - 1)}"),
    "unread": ("?is_read=false", f"SELECT {COLUMNS} {IN_INBOX} AND read_at IS NULL {NEWEST}"),
    "two kinds": (
        "?kind=task_assigned&kind=order_held",
        f"SELECT {COLUMNS} {IN_INBOX} AND kind IN ('task_assigned', 'order_held') {NEWEST}",
    ),
    "archived": ("?archived=true", f"SELECT {COLUMNS} {INBOX} AND archived_at IS NOT NULL {NEWEST}"),
    "about one thing": (
        "?subject_type=task&subject_id={subject}",
        f"SELECT {COLUMNS} {IN_INBOX} AND subject_type = 'task' AND subject_id = '{{subject}}' {NEWEST}",
    ),
    "unread count": ("unread-count/", f"SELECT count(*) {IN_INBOX} AND read_at IS NULL"),
}
PAGE = "the page"


def measured(urls, organization, people):
    """Milliseconds of each question to us and to the bare database, for the heaviest member and for any other."""
    found = {"heaviest": {}, "others": {}, "plans": {}}
    pick = random.Random(5)
    with psycopg.connect(urls.owner, autocommit=True) as line:
        line.execute("SELECT set_config('workfloor.organization', %s, false)", [str(organization.pk)])
        for name, some in (("heaviest", people[:1]), ("others", pick.sample(people[1:], 25))):
            windows = [Window(organization, member, line) for member in some]
            for asked in [*ASKED, PAGE]:
                found[name][asked] = turns(windows, asked)
        found["plans"] = {asked: Window(organization, people[0], line).plan(asked) for asked in ASKED}
    heavy = Window(organization, people[0], None)
    begun = time.perf_counter()
    found["mark all"] = {"changed": heavy.mark_all(), "ms": round(1000 * (time.perf_counter() - begun), 1)}
    return found


def turns(windows, asked):
    """(median, 95th percentile) of ours and of the bare one, asked by turns after a few that warm up."""
    ours, bare, spent = [], [], 0.0
    for lap, window in enumerate(itertools.islice(itertools.cycle(windows), ROUNDS + WARM)):
        if lap == WARM:
            spent = -seconds_spent()
        ours.append(window.ask(asked))
    spent = round(1000 * (spent + seconds_spent()) / ROUNDS, 2)
    if asked in ASKED:
        bare = [window.bare(asked) for window in itertools.islice(itertools.cycle(windows), ROUNDS + WARM)]
    return {"ms": quantiles(ours[WARM:]), "cpu": spent} | ({"bare": quantiles(bare[WARM:])} if bare else {})


def seconds_spent():
    """Of the processors, by this process and by the database's that answers it."""
    from django.db import connection  # noqa: PLC0415

    connection.ensure_connection()
    fields = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def quantiles(times):
    cuts = statistics.quantiles(times, n=20)
    return [round(1000 * statistics.median(times), 2), round(1000 * cuts[18], 2)]


class Window:
    """One member with a token and a session, and the bare line beside them."""

    def __init__(self, organization, member, line):
        from tenants.actions import tokens  # noqa: PLC0415

        self.organization, self.member, self.line = organization, member, line
        self.api = Client(HTTP_HOST="localhost", HTTP_AUTHORIZATION=f"Bearer {tokens.pair_for(member.user)['access']}")
        self.browser = Client(HTTP_HOST="bench.localhost")
        self.browser.force_login(member.user)
        [newest] = self.api.get("/api/v1/notifications/?page_size=1").json()["results"]
        self.subject = newest["subject"]["id"]

    def ask(self, asked):
        client, path = (self.browser, "/notifications/") if asked == PAGE else (self.api, self.path(asked))
        begun = time.perf_counter()
        answer = client.get(path)
        took = time.perf_counter() - begun
        assert answer.status_code == 200, (path, answer.content)
        return took

    def path(self, asked):
        return f"/api/v1/notifications/{ASKED[asked][0]}".format(subject=self.subject)

    def bare(self, asked):
        begun = time.perf_counter()
        self.line.execute(*self.statement(asked), prepare=True).fetchall()
        return time.perf_counter() - begun

    def statement(self, asked):
        return ASKED[asked][1].format(subject=self.subject), [self.organization.pk, self.member.pk]

    def plan(self, asked):
        """How PostgreSQL answers what we really ask, statement by statement."""
        from django.db import connection  # noqa: PLC0415
        from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

        with CaptureQueriesContext(connection) as counted:
            self.ask(asked)
        ours = [query["sql"] for query in counted.captured_queries if f'FROM "{TABLE}"' in query["sql"]]
        return [self.explained(statement) for statement in ours]

    def explained(self, statement):
        lines = self.line.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}").fetchall()
        return [text for (text,) in lines]

    def mark_all(self):
        return self.api.post("/api/v1/notifications/read-all/", {}, "application/json").json()["changed"]


# --- what it came to -----------------------------------------------------------------------------------------------
def report(found) -> int:
    print(f"\n{found['rows']:,} entries of {found['members']:,} members; ms: median and 95th percentile")
    columns = [(who, what) for who in ("heaviest", "others") for what in ("ms", "cpu", "bare")]
    titles = {"ms": "{}", "cpu": "CPU", "bare": "bare SQL"}
    print(f"{'':<18}" + "".join(f"{titles[what].format(who):>{8 if what == 'cpu' else 18}}" for who, what in columns))
    for asked in [*ASKED, PAGE]:
        cells = [(what, found[who][asked].get(what)) for who, what in columns]
        print(f"{asked:<18}" + "".join(cell_of(what, cell) for what, cell in cells))
    print(f"mark all: {found['mark all']['changed']:,} entries in {found['mark all']['ms']} ms")
    load = os.getloadavg()[0]
    judged = [(asked, found[who][asked]) for asked in IN_PROMISE for who in ("heaviest", "others")]
    slow = [asked for asked, cell in judged if (cell["cpu"] if is_busy(load) else cell["ms"][1]) >= PROMISED]
    whole = [asked for asked, plans in found["plans"].items() for plan in plans if any("Seq Scan" in s for s in plan)]
    print(f"CPU load now: {load:.1f}" + (": judged by the processors' time" if is_busy(load) else ""))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1))
    for asked in dict.fromkeys(slow):
        print(f"{asked}: {PROMISED} ms or more", file=sys.stderr)
    for asked in dict.fromkeys(whole):
        print(f"{asked}: reads the whole table", file=sys.stderr)
    return 1 if slow or whole else 0


def cell_of(what, cell):
    if what == "cpu":
        return f"{cell:>8.1f}"
    return f"{cell[0]:>10.1f}{cell[1]:>8.1f}" if cell else " " * 18


def is_busy(load):
    """Whether others have the processors too, so that the wall tells about them."""
    return load > (os.cpu_count() or 1)


if __name__ == "__main__":
    sys.exit(main())
