"""Prints and writes the ledger of tiers, wherever pytest's results go: terminal, HTML, JUnit and build/tiers.json."""

import pytest
from _pytest.junitxml import xml_key


class Honesty:
    """The ledger's hooks. Under xdist the workers choose and the controller counts."""

    def __init__(self, ledger):
        self.ledger = ledger

    def pytest_runtest_logreport(self, report):
        self.ledger.saw(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node, error):
        if output := getattr(node, "workeroutput", None):
            self.ledger.join(output["ledger"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        config = session.config
        if hasattr(config, "workeroutput"):
            config.workeroutput["ledger"] = self.ledger.handed_over()
            return
        self.ledger.write()
        if junit := config.stash.get(xml_key, None):
            junit.add_global_property("tiers", self.ledger.block())
        if self.ledger.missed():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.ledger.not_run:
            session.exitstatus = pytest.ExitCode.OK  # all that was chosen is NOT RUN, and the block says so

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix):
        prefix.append(f"<p><code>{self.ledger.block()}</code></p><p><code>{self.ledger.matrices()}</code></p>")
        prefix.extend(f"<p><code>{figures}</code></p>" for figures in self.ledger.measured())

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter):
        missed = self.ledger.missed()
        terminalreporter.write_line(self.ledger.block(), red=bool(missed), bold=True)
        if cells := self.ledger.matrices():
            terminalreporter.write_line(cells)
        for figures in self.ledger.measured():
            terminalreporter.write_line(figures)
        if missed:
            terminalreporter.write_line(f"REQUIRED, but NOT RUN: {', '.join(missed)}", red=True, bold=True)
