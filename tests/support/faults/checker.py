"""Compares what clients were promised with what the database and the sinks hold. It asks nobody else.

Each finding is a line that names what is wrong; a run that kept its promises has none.
"""

import random
from contextlib import contextmanager

import psycopg

from config.subscriptions import SUBSCRIPTIONS

STATUS_AFTER = {  # kind of the last event -> what the row must say
    "workorder.created": {"draft"},
    "workorder.submitted": {"submitted"},
    "workorder.rejected": {"rejected"},
    "workorder.revised": {"draft"},
    "workorder.released": {"released"},
    "workorder.held": {"on_hold"},
    "workorder.resumed": {"released", "in_progress"},
    "workorder.cancelled": {"cancelled"},
    "ticket.started": {"in_progress"},
    "ticket.resolved": {"resolved"},
    "ticket.closed": {"closed"},
}
NUMBERED_FROM_ONE = ("workorder", "ticket")  # whose first version has an event of its own
ENDED = ("done", "dead", "suppressed")


class Look:
    """The database as its superuser sees it: every organization, and no policy."""

    def __init__(self, url):
        self.url = url

    @contextmanager
    def line(self):
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as line:
            yield line

    def rows(self, sql, *args):
        with self.line() as line:
            return line.execute(sql, args or None).fetchall()

    def one(self, sql, *args):
        return self.rows(sql, *args)[0]

    def waiting(self):
        """What somebody still has to do now; what is due later is not."""
        soon = "state = 'pending' AND run_after < now() + interval '1 minute'"
        events, deliveries, messages, calls = self.one(
            "SELECT (SELECT count(*) FROM tenants_event WHERE relayed_at IS NULL),"
            f" (SELECT count(*) FROM tenants_delivery WHERE {soon}),"  # noqa: S608 - ours
            f" (SELECT count(*) FROM notifications_message WHERE {soon}),"
            f" (SELECT count(*) FROM notifications_webhookcall WHERE {soon})"
        )
        return {"events": events, "deliveries": deliveries, "messages": messages, "calls": calls}

    def end_a_backend(self):
        """The server's side of one connection of the product, in the middle of whatever it does."""
        mine = "datname = current_database() AND pid <> pg_backend_pid() AND usename LIKE 'workfloor%'"
        found = [pid for (pid,) in self.rows(f"SELECT pid FROM pg_stat_activity WHERE {mine} ORDER BY random()")]  # noqa: S608
        return bool(found) and self.one("SELECT pg_terminate_backend(%s)", random.choice(found))[0]  # noqa: S311


class Promises:
    """What clients were told, beside what the ledger has."""

    def __init__(self, look, history):
        self.look, self.history = look, history

    def lost(self):
        """Acknowledged is a subset of committed."""
        versions = dict(
            self.look.rows("SELECT subject_id::text, max(subject_version) FROM tenants_event GROUP BY subject_id")
        )
        written = {(op, subject) for op, subject in self._written()}
        first_of = {row["body"]["client_id"]: row["op"] for row in self._made()}
        asked = {row["op"]: row["body"].get("client_id") for row in self.history.of("invoke")}
        siblings = {}
        for op, client_id in asked.items():
            siblings.setdefault(client_id if client_id in first_of else op, []).append(op)
        for row in self.history.of("ok"):
            ops = siblings[asked[row["op"]] or row["op"]]  # a thing sent twice was written by one of the two
            if not any((op, row["id"]) in written for op in ops):
                yield f"{row['op']} was acknowledged, and nothing was written down of it"
            elif versions[row["id"]] < row["version"]:
                yield f"{row['id']} was said to have version {row['version']} and has {versions[row['id']]}"

    def phantom(self):
        """What is written down was asked for, and was not refused."""
        asked = {row["op"] for row in self.history.of("invoke")}
        refused = {row["op"] for row in self.history.of("refused")}
        for op, subject in self._written():
            if op not in asked:
                yield f"{subject} changed under {op or 'no request'}, which nobody sent"
            elif op in refused:
                yield f"{subject} changed under {op}, which was refused"

    def _written(self):
        return self.look.rows(
            "SELECT request_id, subject_id::text FROM tenants_event WHERE via = 'api' AND caused_by IS NULL"
        )

    def _made(self):
        return [row for row in self.history.of("invoke") if "client_id" in row["body"]]


class Checker(Promises):
    """`findings()` are the broken promises, `figures()` what was counted. `outside` are those who know more of both:
    what other programs got, what pages know."""

    def __init__(self, look, history, *, mail=None, sending_kills=0, outside=()):
        super().__init__(look, history)
        self.mail, self.sending_kills, self.outside = mail, sending_kills, outside

    def findings(self):
        promises, ledger = (self.lost, self.phantom), (self.gaps, self.stale_rows, self.positions, self.deliveries)
        checks = (*promises, *ledger, self.inbox, self.messages, self.mails)
        found = [f"{check.__name__}: {found}" for check in checks for found in check()]
        return found + [line for one in self.outside for line in one.findings()]

    # --- what the ledger says of itself ----------------------------------------------------------------------------
    def gaps(self):
        """Versions of each thing are 1..n, without a hole and none twice."""
        for kind, subject, count, lowest, highest in self.look.rows(
            "SELECT subject_type, subject_id, count(*), min(subject_version), max(subject_version)"
            " FROM tenants_event GROUP BY 1, 2"
        ):
            first = 1 if kind in NUMBERED_FROM_ONE else lowest
            if (lowest, highest - first + 1) != (first, count):
                yield f"{kind} {subject} has {count} events from version {lowest} to {highest}"

    def stale_rows(self):
        """A row is as its newest event says: its version, and its status where the kind decides it."""
        for noun, table in (("workorder", "workorder_workorder"), ("ticket", "workorder_ticket")):
            for pk, status, version, known, kind in self.look.rows(
                f"SELECT t.id, t.status, t.version, e.subject_version, e.kind FROM {table} t JOIN LATERAL"  # noqa: S608
                " (SELECT subject_version, kind FROM tenants_event WHERE subject_id = t.id AND subject_type = %s"
                " ORDER BY subject_version DESC LIMIT 1) e ON true",
                noun,
            ):
                if version != known or status not in STATUS_AFTER.get(kind, {status}):
                    yield f"{noun} {pk} is {status} at version {version}, its newest event {kind} at {known}"

    def positions(self):
        """Positions are 1..n in each organization."""
        for house, count, lowest, highest in self.look.rows(
            "SELECT organization_id, count(*), min(position), max(position) FROM tenants_event GROUP BY 1"
        ):
            if (lowest, highest) != (1, count):
                yield f"{count} events of {house} have positions {lowest} to {highest}"

    def deliveries(self):
        """Events x subscribers: none missing, none twice, and each of them ended."""
        there = {}
        for event, subscriber, state in self.look.rows("SELECT event_id, subscriber, state FROM tenants_delivery"):
            if subscriber in there.setdefault(event, {}):
                yield f"{subscriber} was told twice of {event}"
            there[event][subscriber] = state
        for event, kind in self.look.rows("SELECT id, kind FROM tenants_event WHERE relayed_at IS NOT NULL"):
            missing = set(SUBSCRIPTIONS.get(kind, ())) - there.get(event, {}).keys()
            if missing:
                yield f"{kind} {event} was never told to {', '.join(sorted(missing))}"
        waiting = sum(state not in ENDED for told in there.values() for state in told.values())
        if waiting:
            yield f"{waiting} deliveries have not ended"

    def inbox(self):
        """One entry per event and person."""
        for event, member, count in self.look.rows(
            "SELECT event_id, recipient_id, count(*) FROM notifications_notification GROUP BY 1, 2 HAVING count(*) > 1"
        ):
            yield f"{member} was told {count} times of {event}"

    def messages(self):
        """Created = delivered + pending + parked + dead + suppressed, no key twice, and every entry has its mail."""
        for key, count in self.look.rows(
            "SELECT key, count(*) FROM notifications_message GROUP BY 1 HAVING count(*) > 1"
        ):
            yield f"{count} messages have the key {key}"
        states = self.states()
        unknown = states.keys() - {"done", "pending", "parked", "dead", "suppressed"}
        if unknown:
            yield f"there are messages in the state {', '.join(unknown)}"
        for entry, kind in self.look.rows(
            "SELECT n.id, n.kind FROM notifications_notification n WHERE n.hidden_because = '' AND NOT EXISTS"
            " (SELECT FROM notifications_message m WHERE m.notification_id = n.id AND m.transport = 'email')"
        ):
            yield f"nobody decided about the mail of {kind} {entry}"

    def states(self):
        return dict(self.look.rows("SELECT state, count(*) FROM notifications_message GROUP BY 1"))

    def mails(self):
        """Every mail that counts as sent arrived; copies come only with a kill, under the same Message-ID."""
        if self.mail is None:
            return
        arrived = self.copies()
        sent = (
            "SELECT key FROM notifications_message WHERE state = 'done' AND transport = 'email' AND digest_id IS NULL"
        )
        for (key,) in self.look.rows(sent):
            if key not in arrived:
                yield f"the mail {key} counts as sent and never arrived"
        known = {key for (key,) in self.look.rows("SELECT key FROM notifications_message")}
        known |= {key for (key,) in self.look.rows("SELECT key FROM notifications_digest")}
        for key in arrived.keys() - known:
            yield f"a mail {key} arrived that nobody wrote"
        extra = self.extra_mails()
        if extra > self.sending_kills:
            yield f"{extra} mails arrived again after {self.sending_kills} kills"

    def copies(self):
        """{Message-ID without its brackets: how often it arrived}."""
        found = {}
        for message in list(self.mail.arrived):
            key = str(message["Message-ID"]).strip().strip("<>")
            found[key] = found.get(key, 0) + 1
        return found

    def extra_mails(self):
        return sum(count - 1 for count in self.copies().values()) if self.mail else 0

    def figures(self):
        """One line for the report: what was done, what broke, what it came to."""
        events, entries = self.look.one(
            "SELECT (SELECT count(*) FROM tenants_event), (SELECT count(*) FROM notifications_notification)"
        )
        done, dead = self.look.one(
            "SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'dead')"
            " FROM tenants_delivery"
        )
        found = self.findings()
        more = {name: value for one in self.outside for name, value in one.figures().items()}
        return {
            "acknowledged": self.history.count("ok"),
            "refused": self.history.count("refused"),
            "unknown": self.history.count("unknown"),
            "events": events,
            "deliveries": done,
            "dead": dead,
            "entries": entries,
            "messages": self.states(),
            "mails": len(self.mail.arrived) if self.mail else 0,
            "mails again": self.extra_mails(),
            **more,
            "lost": sum(line.startswith("lost") for line in found),
            "phantom": sum(line.startswith("phantom") for line in found),
            "found": found,
            "faults": dict(self.history.faults()),
        }
