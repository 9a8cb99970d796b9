"""Compares what a receiver got with what the ledger says that it was to get."""

import json
from collections import defaultdict

from tests.support.faults.receiving import KINDS

FACTS = ("id", "kind", "position", "organization", "subject", "data")


class Calls:
    """Whoever keeps the ids has each event of its kinds once, word for word, those of one thing in order.

    A call may come again if who made it was killed, or if the receiver had hung up on it.
    """

    def __init__(self, look, receiver, *, kills=0):
        self.look, self.receiver, self.kills = look, receiver, kills

    def findings(self):
        checks = (self.lost, self.phantom, self.forged, self.doubled, self.order, self.log, self.again)
        return [f"{check.__name__}: {found}" for check in checks for found in check()]

    def figures(self):
        return {
            "calls": len({call.id for call in self._arrived()}),
            "calls again": self.copies(),
            "calls hung up on": self.receiver.broken_off,
        }

    def lost(self):
        """Every event of the kinds was taken, and answered so."""
        taken = {(call.path, call.said["id"]) for call in self._arrived() if call.is_answered}
        for (path, event), facts in self._owed().items():
            if (path, event) not in taken:
                yield f"{facts['kind']} {event} never came to {path}"

    def phantom(self):
        """Nothing came that did not happen, happened elsewhere or otherwise, or was not asked for."""
        owed = self._owed()
        for call in self._arrived():
            said = {name: call.said.get(name) for name in FACTS}
            if said != owed.get((call.path, said["id"])):
                yield f"the call {call.id} told {call.path} what the ledger does not say of {said['id']}"

    def forged(self):
        for call in self._arrived():
            if not call.is_signed:
                yield f"the call {call.id} to {call.path} has no good signature"

    def doubled(self):
        """One id is one event in the same words; one event has one id at an endpoint."""
        bodies, ids = defaultdict(set), defaultdict(set)
        for call in self._arrived():
            bodies[call.id].add(call.body)
            ids[call.path, call.said["id"]].add(call.id)
        for name, different in bodies.items():
            if len(different) > 1:
                yield f"the call {name} came with {len(different)} bodies"
        for (path, event), names in ids.items():
            if len(names) > 1:
                yield f"{event} came to {path} as {len(names)} calls"

    def order(self):
        """Of each thing, what came for the first time is newer than all that came before."""
        known, newest = set(), {}
        for call in self._arrived():
            subject = call.said["subject"]
            thing = call.path, subject["id"]
            if call.id not in known and subject["version"] <= newest.get(thing, 0):
                yield f"{call.path} heard of version {subject['version']} of {subject['id']} after {newest[thing]}"
            known.add(call.id)
            newest[thing] = max(subject["version"], newest.get(thing, 0))

    def log(self):
        """What the log of calls says is what came: all of it done, under the ids that came."""
        rows = {
            name: (event, state)
            for name, event, state in self.look.rows(
                "SELECT id::text, event_id::text, state FROM notifications_webhookcall"
            )
        }
        answered = {call.id: call.said["id"] for call in self._arrived() if call.is_answered}
        for name, (event, state) in rows.items():
            if state != "done":
                yield f"the call {name} is {state}"
            elif answered.get(name) != event:
                yield f"the call {name} counts as taken and never was"
        for name in answered.keys() - rows.keys():
            yield f"the call {name} came, and nobody wrote it down"

    def again(self):
        extra = self.copies() - self.receiver.broken_off
        if extra > self.kills:
            yield f"{extra} calls came again after {self.kills} kills"

    def copies(self):
        return len(self._arrived()) - len({(call.path, call.id) for call in self._arrived()})

    def _arrived(self):
        return list(self.receiver.arrived)

    def _owed(self):
        """{(path, event): what is to be said of it}."""
        houses = self.receiver.houses
        return {
            (f"/{slug}", event): {
                "id": event,
                "kind": kind,
                "position": position,
                "organization": house,
                "subject": {"type": noun, "id": subject, "version": version},
                "data": json.loads(data),
            }
            for slug, house, event, kind, position, noun, subject, version, data in self.look.rows(
                "SELECT o.slug, o.id::text, e.id::text, e.kind, e.position, e.subject_type, e.subject_id::text,"
                " e.subject_version, e.data::text FROM tenants_event e JOIN tenants_organization o"
                " ON o.id = e.organization_id WHERE o.slug = ANY(%s) AND e.kind = ANY(%s)",
                houses,
                list(KINDS),
            )
        }
