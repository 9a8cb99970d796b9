"""What was asked and what was answered, a line each, written before and after: a file outlives who wrote it."""

import json
import threading
import time
from collections import Counter
from pathlib import Path


class History:
    """`invoke` before a request leaves; `ok`, `same` (it was so already), `refused` or `unknown` after. Unknown may or
    may not have happened."""

    def __init__(self, path):
        self.path = Path(path)
        self._file = self.path.open("a", buffering=1)
        self._lock = threading.Lock()
        self.rows = []

    def add(self, what, **told):
        row = {"at": round(time.time(), 4), "what": what, **told}
        with self._lock:
            self._file.write(json.dumps(row) + "\n")
            self.rows.append(row)

    def close(self):
        self._file.close()

    def of(self, *kinds):
        with self._lock:
            return [row for row in self.rows if row["what"] in kinds]

    def count(self, kind):
        return len(self.of(kind))

    def faults(self):
        """How often each fault was done."""
        return Counter(row["fault"] for row in self.of("fault"))

    def milliseconds(self, *, since=0.0, until=float("inf")):
        """How long each answered request took, of those that began in a span of time."""
        answered = self.of("ok", "same", "refused")
        return sorted(row["ms"] for row in answered if since <= row["at"] - row["ms"] / 1000 < until)


def percentile(values, share):
    """The value that so large a share lies below, of sorted values."""
    return values[min(int(len(values) * share), len(values) - 1)] if values else 0.0
