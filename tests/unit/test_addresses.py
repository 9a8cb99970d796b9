"""Whose address a log line shows."""

import pytest

from config.middleware import address_of

CLAIMED = "6.6.6.6, 10.0.0.7, 10.0.0.8"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "shown"),
    [
        (0, CLAIMED, "192.0.2.1"),
        (0, "", "192.0.2.1"),
        (1, CLAIMED, "10.0.0.8"),
        (2, CLAIMED, "10.0.0.7"),
        (1, "", "192.0.2.1"),
        (9, "10.0.0.8", "10.0.0.8"),
    ],
)
def test_only_our_own_proxies_are_believed(rf, settings, proxies, forwarded, shown):
    """Anybody can write a header: a line that repeats it accuses whom the caller chooses."""
    settings.NUM_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert address_of(rf.get("/", REMOTE_ADDR="192.0.2.1", **headers)) == shown
