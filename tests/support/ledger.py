"""What ran, what did not, and why: a tier that could not run is NOT RUN, never passed.

A test belongs to one tier, by its folder and by the services its fixtures bring up. One process serves one group of
tiers: a database cannot be SQLite and PostgreSQL at once, and Playwright's loop cannot share a process with asyncio.
"""

import json
import zlib
from pathlib import Path

from tests.support import provision

ON_POSTGRES = "memory on postgres"
TIERS = ("memory", ON_POSTGRES, "postgres", "redis", "worker", "chromium")
MARKERS = ("postgres", "redis", "worker", "chromium")
NEEDS = {
    "memory": (),
    ON_POSTGRES: ("postgres",),
    "postgres": ("postgres",),
    "redis": ("redis",),
    "worker": ("postgres", "redis"),
    "chromium": ("chromium",),
}
GROUPS = (("memory",), (ON_POSTGRES, "postgres", "redis", "worker"), ("chromium",))
# Folder -> the markers its tests get. The marker `matrix` stands for generated cells.
FOLDERS = {
    "unit": ("unit",),
    "api": ("api",),
    "integration": ("integration",),
    "e2e": ("e2e",),
    "matrices": ("matrix", "no_cover"),  # nine in ten tests; a line that only they reach is not tested by hand
    "contract": ("contract",),
    "property": ("property", "no_cover"),
    "meta": ("meta",),
    "services": ("postgres",),
    "browser": ("chromium",),
}
FIXTURES = {"celery_worker_real": "worker", "full_edition": "worker", "redis_url": "redis"}
PROPERTY = "tier"
FIGURES = "figures"
EVERY = 8  # of so many matrix cells one is asked again on PostgreSQL, the same one each time; `--every-cell` asks all
LEDGER = Path("build") / "tiers.json"
PROVIDERS = {"postgres": provision.postgres, "redis": provision.valkey, "chromium": provision.chromium}


def mark(item, root):
    """Give a test the markers of its folder and fixtures; a test no folder speaks for is refused."""
    folder = item.path.relative_to(root).parts[0]
    for name in FOLDERS.get(folder, ()):
        item.add_marker(name)
    for fixture, name in FIXTURES.items():
        if fixture in item.fixturenames:
            item.add_marker(name)
    return folder in FOLDERS


class Ledger:
    """One process' account: tests that ran by tier, tests that did not with the reason, and where services came
    from."""

    def __init__(self, *, required=(), on_postgres=False, every_cell=False):
        self.required = set(required)
        self.on_postgres = on_postgres
        self.every_cell = every_cell
        self.services = {}
        self.absent = {}
        self.ran = {}
        self.generated = {}
        self.cells = {}
        self.figures = []
        self.not_run = {}
        self.rungs = {}

    def tier_of(self, item):
        """The most demanding tier a test's markers name."""
        named = (tier for tier in reversed(TIERS) if tier in MARKERS and item.get_closest_marker(tier))
        return next(named, ON_POSTGRES if self.on_postgres else "memory")

    def admit(self, items):
        """Split the chosen tests into those this process runs and those it cannot, bringing up what they need."""
        group = next((g for g in GROUPS if any(self.tier_of(item) in g for item in items)), ())
        running, left_out = [], []
        for item in items:
            tier = self.tier_of(item)
            if self._is_asked_in_memory_only(item):
                left_out.append(item)
                continue
            reason = self._why_not(tier) if tier in group else "in a process of its own: make test"
            (left_out if reason else running).append(item)
            if reason:
                about = self.not_run.setdefault(tier, {"tests": 0, "note": reason})
                about["tests"] += 1
        return running, left_out

    def _is_asked_in_memory_only(self, item):
        """The cells of a matrix are one test with many values: asked of one database, a sample does for the other."""
        if not self.on_postgres or self.every_cell or not item.get_closest_marker("matrix"):
            return False
        return zlib.crc32(item.nodeid.encode()) % EVERY != 0

    def _why_not(self, tier):
        for name in NEEDS[tier]:
            self.bring_up(name)
        return "; ".join(self.absent[name] for name in NEEDS[tier] if name in self.absent)

    def bring_up(self, name):
        """Find a service once; `absent` has the reason if nothing answers."""
        if name not in self.services and name not in self.absent:
            try:
                self.services[name] = PROVIDERS[name]()
                self.rungs[name] = self.services[name].rung
            except provision.NotHere as reason:
                self.absent[name] = str(reason)
        return self.services.get(name)

    def saw(self, report):
        """Count a finished test, from whichever process it ran in."""
        if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            tier = dict(report.user_properties).get(PROPERTY, "memory")
            self.figures += [told for name, told in report.user_properties if name == FIGURES]
            self.ran[tier] = self.ran.get(tier, 0) + 1
            if "matrix" in report.keywords:
                self.generated[tier] = self.generated.get(tier, 0) + 1
                self._saw_a_cell(report.nodeid)

    def _saw_a_cell(self, nodeid):
        file, _, cell = nodeid.partition("::")
        if cell.endswith("]"):
            matrix = Path(file).stem.removeprefix("test_").replace("_", " ")
            self.cells[matrix] = self.cells.get(matrix, 0) + 1

    def join(self, other):
        """Take over what a worker process of xdist could not run: every one of them collects the same tests."""
        self.not_run.update(other["not_run"])
        self.rungs.update(other["rungs"])

    def handed_over(self):
        return {"not_run": self.not_run, "rungs": self.rungs}

    def tiers(self):
        """{tier: {"state", "tests", "note"}} in the order of the tiers; what was not asked for is not in it."""
        found = {}
        for tier in TIERS:
            if tier in self.ran:
                found[tier] = {"state": "RUN", "tests": self.ran[tier], "note": self._note(tier)}
            elif tier in self.not_run:
                found[tier] = {"state": "NOT RUN", **self.not_run[tier]}
        return found

    def _note(self, tier):
        rungs = self.rungs
        words = [
            f"{name} {rungs[name]}" if len(NEEDS[tier]) > 1 else rungs[name] for name in NEEDS[tier] if name in rungs
        ]
        if generated := self.generated.get(tier):
            words.append(f"{generated:,} of them generated")
            if self.on_postgres and not self.every_cell:
                words.append(f"one cell in {EVERY}")
        return ", ".join(words)

    def missed(self):
        """Required tiers, with tests, that did not run."""
        return [tier for tier in self.not_run if "all" in self.required or tier in self.required]

    def block(self):
        cells = []
        for tier, about in self.tiers().items():
            note = f" ({about['note']})" if about["note"] else ""
            cells.append(f"{tier} {about['state']} {about['tests']:,}{note}")
        return "TIERS  " + (" | ".join(cells) or "nothing was chosen")

    def matrices(self):
        """A line that counts the cells of each matrix: one that lost its rows would be as green as before."""
        found = " | ".join(f"{matrix} {cells:,}" for matrix, cells in sorted(self.cells.items()))
        return f"CELLS  {found}" if found else ""

    def measured(self):
        """What tests counted, a line for each that said so by `record_property("figures", …)`."""
        return [f"FIGURES  {told}" for told in self.figures]

    def write(self, path=LEDGER):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(self.tiers(), indent=1) + "\n")
