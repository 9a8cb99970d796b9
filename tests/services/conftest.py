"""What tests with faults share: a look at the database as its owner sees it, and what clients remember."""

import pytest

from tests.support.faults.checker import Look
from tests.support.faults.history import History


@pytest.fixture
def look(cluster, database_urls):
    return Look(f"{cluster.admin.rpartition('/')[0]}/{database_urls.name}")


@pytest.fixture
def history(tmp_path):
    history = History(tmp_path / "history.jsonl")
    yield history
    history.close()
