"""Another program that hears of work orders. It does what docs/webhooks.md asks of receivers, and keeps all it got."""

import json
import runpy
import threading
from dataclasses import dataclass

from tests.support.settings import ROOT
from tests.support.sinks import BREAKS_OFF, Reply, WebSink

KINDS = ("workorder.approved", "workorder.cancelled", "workorder.created", "workorder.released", "workorder.submitted")
SAMPLE = ROOT / "notifications/templates/notifications/verify.py.txt"  # what people are given to copy


@dataclass(frozen=True)
class Arrival:
    """One request, and what the receiver made of it."""

    path: str
    id: str
    body: bytes
    is_signed: bool = True
    is_answered: bool = True

    @property
    def said(self):
        return json.loads(self.body)


class Receiver(WebSink):
    """Each organization has an endpoint here, at `/slug`. Of every so manyth new call it takes what it says and hangs
    up without an answer: that one must come again, and be known by its id."""

    def __init__(self, *, breaks_off_every=0):
        super().__init__()
        self._is_ours, self._every = runpy.run_path(str(SAMPLE))["is_ours"], breaks_off_every
        self._secrets, self._known, self._lock = {}, set(), threading.Lock()
        self.broken_off = 0

    def expect(self, slug, secret):
        self._secrets[f"/{slug}"] = secret

    @property
    def houses(self):
        return [path.strip("/") for path in self._secrets]

    def take(self, arrival):
        name = arrival.headers.get("webhook-id", "")
        secret = self._secrets.get(arrival.path)
        is_signed = secret is not None and bool(name) and self._is_ours(secret, arrival.headers, arrival.body)
        with self._lock:
            breaks_off = self._is_unlucky(name)
            self.arrived.append(Arrival(arrival.path, name, arrival.body, is_signed, not breaks_off))
        return BREAKS_OFF if breaks_off else Reply()

    def _is_unlucky(self, name):
        if name in self._known:
            return False
        self._known.add(name)
        is_unlucky = bool(self._every) and len(self._known) % self._every == 0
        self.broken_off += is_unlucky
        return is_unlucky
