"""Threads that work through the real API as a hasty planner does, and write down what they were promised."""

import random
import threading
import time
import uuid
from contextlib import suppress

import requests

from tests.support import wait

PATIENCE_SECONDS = 30  # of one request: a frozen database is asked for as long as a browser would
AGAIN_SECONDS = 0.05  # after a connection that broke: whoever hammers a port that is closed learns nothing sooner
REFUSALS = (409, 429)  # anything else a client did wrong itself
BACK_SECONDS = 60  # for a product that is being killed all the time to answer one question


class Recorder(threading.Thread):
    """One client. Every request has an id of its own, which the ledger keeps as the event's `request_id`.

    An order or a ticket is made under a `client_id` and every verb names the version it saw, so what broke off in the
    middle can be asked again without doing it twice.
    """

    def __init__(self, number, base, floor, history, *, seed, target):
        super().__init__(name=f"client-{number}", daemon=True)
        self.number, self.base, self.history, self.floor = number, f"{base}/api/v1/", history, floor
        self.random = random.Random(f"{seed}-{number}")  # noqa: S311 - to be repeated, not to be secret
        self.planner = floor["planners"][number % len(floor["planners"])]
        self.target, self.stopped, self.problem = target, threading.Event(), None
        self.line = requests.Session()

    def run(self):
        try:
            while not self.is_finished:
                self.random.choice((self.order, self.order, self.ticket))()
        except Exception as error:  # a thread's error is the test's
            self.problem = error
        finally:
            self.line.close()

    @property
    def is_finished(self):
        return self.stopped.is_set() or self.history.count("ok") >= self.target

    # --- what there is to do ---------------------------------------------------------------------------------------
    def order(self):
        """From the wish to the floor, some of them held there and let go again, a few cancelled."""
        order = self.make(
            "work-orders/",
            {
                "customer": self.floor["customer"],
                "title": f"Of client {self.number}",
                "due_at": "2030-01-31T12:00:00Z",
                "processes": [{"process": self.floor["process"], "quantity": "10"}],
            },
        )
        for verb, body in self.way_of_an_order():
            if order is None or self.is_finished:
                return
            token = self.floor["approver"] if verb in ("approve", "reject") else self.planner
            order = self.act("work-orders/", order, verb, body, token)

    def way_of_an_order(self):
        yield "submit", {}
        if self.random.random() < 0.15:
            yield from (("reject", {"comment": "Not like this."}), ("revise", {}), ("submit", {}))
        yield from (("approve", {}), ("release", {}))
        for _ in range(self.random.randrange(1, 6)):
            yield from (("hold", {"reason": "Paper is late."}), ("resume", {}))
        if self.random.random() < 0.2:
            yield "cancel", {"reason": "Not wanted any more."}

    def ticket(self):
        ticket = self.make("tickets/", {"title": f"Of client {self.number}"})
        again = [("reopen", {"reason": "It is back."}), ("start", {}), ("resolve", {"resolution": "Oiled once more."})]
        way = [("triage", {"priority": "high"}), ("start", {}), ("resolve", {"resolution": "Oiled."})]
        for verb, body in way + again * self.random.randrange(3) + [("close", {})]:
            if ticket is None or self.is_finished:
                return
            ticket = self.act("tickets/", ticket, verb, body, self.planner)

    # --- asking ----------------------------------------------------------------------------------------------------
    def make(self, path, body):
        """A new thing; what broke off is sent again under the same id, until the answer is known."""
        body |= {"client_id": str(uuid.uuid4())}
        found = None
        while found is None and not self.stopped.is_set():
            known, found = self.ask("POST", path, body, self.planner)
            if known:
                break
        return found

    def act(self, path, thing, verb, body, token):
        """Do a verb; answers the thing as it is now, or None if it was refused: somebody else was there first."""
        known, found = self.ask("POST", f"{path}{thing['id']}/{verb}/", body | {"version": thing["version"]}, token)
        return found if known else self.looked_up(path, thing)

    def looked_up(self, path, thing):
        """Nobody knows what became of it, but the thing itself."""

        def seen():
            with suppress(requests.RequestException):
                answer = self.line.get(f"{self.base}{path}{thing['id']}/", headers=self.by(self.planner), timeout=10)
                return answer.json() if answer.status_code == 200 else None

        return wait.until(seen, within=BACK_SECONDS, every=AGAIN_SECONDS, why=lambda: f"{path} of {thing['id']}")

    def ask(self, method, path, body, token):
        """Answers (whether it is known what happened, the thing)."""
        op, begun = uuid.uuid4().hex, time.perf_counter()
        self.history.add("invoke", op=op, path=path, body=body, client=self.number)
        try:
            answer = self.line.request(
                method, self.base + path, json=body, headers=self.by(token, op), timeout=PATIENCE_SECONDS
            )
        except requests.RequestException as error:
            self.history.add("unknown", op=op, why=type(error).__name__)
            wait.pause(AGAIN_SECONDS)
            return False, None
        told = {"op": op, "ms": round((time.perf_counter() - begun) * 1000, 2), "status": answer.status_code}
        if answer.status_code >= 500:
            self.history.add("unknown", **told, why=answer.text[:200])
            wait.pause(AGAIN_SECONDS)
            return False, None
        if not answer.ok:
            assert answer.status_code in REFUSALS, f"{method} {path} answered {answer.status_code}: {answer.text[:300]}"
            self.history.add("refused", **told, why=answer.text[:200])
            return True, None
        found = answer.json()
        is_new = found["version"] != body.get("version")  # said twice, a verb is agreed to and changes nothing
        self.history.add("ok" if is_new else "same", **told, id=found["id"], version=found["version"])
        return True, found

    @staticmethod
    def by(token, op=""):
        return {"Authorization": f"Token {token}"} | ({"X-Request-ID": op} if op else {})


def crowd(base, floors, history, *, count, seed, target):
    """So many clients, spread over the organizations."""
    houses = list(floors.values())
    return [Recorder(n, base, houses[n % len(houses)], history, seed=seed, target=target) for n in range(count)]
