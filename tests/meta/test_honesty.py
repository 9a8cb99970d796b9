"""The suite's own honesty: what did not run is said, what asserts nothing fails, what was started ends."""

import json
from types import SimpleNamespace

import pytest

from tests.support import provision
from tests.support.ledger import ON_POSTGRES, PROPERTY, PROVIDERS, TIERS, Ledger
from tests.support.settings import ROOT
from tests.support.wait import until

pytest_plugins = ["pytester"]

NOBODY = provision.NotHere("no server: it is not installed")


class Marked:
    """As much of a test as the ledger looks at."""

    def __init__(self, *markers, nodeid=""):
        self.markers, self.nodeid = markers, nodeid

    def get_closest_marker(self, name):
        return name if name in self.markers else None


def ran(tier, outcome="passed"):
    return SimpleNamespace(when="call", outcome=outcome, user_properties=[(PROPERTY, tier)], keywords={})


@pytest.fixture
def nothing_installed(monkeypatch):
    """A machine without any service."""

    def missing():
        raise NOBODY

    monkeypatch.setattr("tests.support.ledger.PROVIDERS", dict.fromkeys(("postgres", "redis", "chromium"), missing))


class TestLedger:
    """A tier that could not run is NOT RUN, with its count and its reason."""

    def test_missing_service_leaves_its_tests_out_and_says_why(self, nothing_installed):
        ledger = Ledger()
        items = [Marked("postgres"), Marked("postgres", "worker")]

        running, left_out = ledger.admit(items)

        assert (running, left_out) == ([], items)
        assert ledger.block() == (f"TIERS  postgres NOT RUN 1 ({NOBODY}) | worker NOT RUN 1 ({NOBODY}; {NOBODY})")

    def test_group_that_was_not_chosen_is_not_started(self, nothing_installed):
        """One process, one database: the rest is said to need a process of its own."""
        ledger = Ledger()
        memory, postgres = Marked("unit"), Marked("postgres")

        assert ledger.admit([memory, postgres]) == ([memory], [postgres])
        assert ledger.absent == {}
        assert "in a process of its own" in ledger.tiers()["postgres"]["note"]

    @pytest.mark.parametrize("required", ["all", "postgres"])
    def test_required_tier_that_did_not_run_is_missed(self, nothing_installed, required):
        """CI=true and --require turn NOT RUN into a failure."""
        ledger = Ledger(required=[required])
        ledger.admit([Marked("postgres")])

        assert ledger.missed() == ["postgres"]

    def test_nothing_is_missed_that_nobody_required(self, nothing_installed):
        ledger = Ledger(required=["chromium"])
        ledger.admit([Marked("postgres")])

        assert ledger.missed() == []

    def test_what_ran_is_counted_and_written(self, tmp_path):
        ledger = Ledger()
        ledger.saw(ran("memory"))
        ledger.saw(ran("memory", "failed"))
        ledger.write(tmp_path / "tiers.json")

        assert json.loads((tmp_path / "tiers.json").read_text()) == {"memory": {"state": "RUN", "tests": 2, "note": ""}}

    def test_memory_tier_on_postgres_is_a_tier_of_its_own(self):
        """It must not be taken for the memory tier, nor for the services'."""
        assert Ledger(on_postgres=True).tier_of(Marked("unit")) == ON_POSTGRES
        assert Ledger().tier_of(Marked("unit")) == "memory"
        assert ON_POSTGRES in TIERS

    def test_postgres_is_asked_a_sample_of_the_cells_and_every_other_test(self, monkeypatch):
        """The same cells each time, about one in eight; hand-written tests all run on both databases."""
        monkeypatch.setitem(PROVIDERS, "postgres", lambda: SimpleNamespace(rung="here"))
        cells = [Marked("matrix", nodeid=f"tests/matrices/test_it.py::test_cell[{number}]") for number in range(400)]
        tests = [Marked("unit") for _ in range(10)]

        first, second = (Ledger(on_postgres=True).admit([*cells, *tests])[0] for _ in range(2))

        assert first == second
        assert first[-10:] == tests
        assert 25 < len(first) - 10 < 75
        assert Ledger(on_postgres=True, every_cell=True).admit(cells)[0] == cells
        assert Ledger().admit(cells)[0] == cells


class TestLadder:
    """The first rung that answers, or the reason of every one."""

    def test_every_rung_says_why_not(self):
        def broken():
            raise provision.NotHere("broken")

        def absent():
            raise provision.NotHere("absent")

        with pytest.raises(provision.NotHere, match="no teapot: broken; absent"):
            provision._first("teapot", broken, absent)

    def test_first_that_answers_is_taken(self):
        def absent():
            raise provision.NotHere("absent")

        assert provision._first("teapot", absent, lambda: "second", lambda: "third") == "second"


@pytest.mark.enable_socket
class TestLeash:
    """What a test starts ends with it, however that ended."""

    def test_command_and_folder_go_when_the_holder_is_killed(self, tmp_path):
        """kill -9 of the test run runs no exit handler: the end of a pipe is what counts."""
        folder = tmp_path / "its-own"
        folder.mkdir()
        leashed = provision.Leashed(["sleep", "60"], folder=folder, log=tmp_path / "log")
        assert leashed.is_running

        leashed._holder.stdin.close()

        until(lambda: not leashed.is_running, within=10)
        assert not folder.exists()


class TestGate:
    """A passing test that executed no assertion fails."""

    @pytest.fixture
    def verdicts(self, pytester):
        pytester.makeini("[pytest]\nenable_assertion_pass_hook = true\n")
        pytester.makeconftest(
            f"""
            import sys
            sys.path.insert(0, {str(ROOT)!r})
            import pytest
            from tests.support import assertgate

            def pytest_configure(config):
                assertgate.count_raises()

            @pytest.hookimpl(tryfirst=True)
            def pytest_runtest_setup(item):
                assertgate.begin(item)

            def pytest_assertion_pass(item):
                assertgate.saw(item)

            @pytest.hookimpl(wrapper=True)
            def pytest_runtest_makereport(item):
                report = yield
                assertgate.judge(item, report)
                return report
            """
        )

        def verdicts(source):
            pytester.makepyfile(source)
            return pytester.runpytest_subprocess(
                "-p", "no:randomly", "-p", "no:django", "-p", "no:xdist"
            ).parseoutcomes()

        return verdicts

    def test_loop_over_nothing_fails(self, verdicts):
        """No static check sees that the list is empty."""
        assert verdicts("def test_it():\n    for row in []:\n        assert row") == {"failed": 1}

    def test_assertion_and_raises_count(self, verdicts):
        source = """
            import pytest

            def test_assert():
                assert 1 + 1 == 2

            def test_raises():
                with pytest.raises(ValueError):
                    int("x")
        """

        assert verdicts(source) == {"passed": 2}
