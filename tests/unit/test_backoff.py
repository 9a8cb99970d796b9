"""How long a failed delivery waits. All delays live in the database, so this is the whole story."""

import pytest

from tenants.relay import backoff


class TestBackoff:
    @pytest.mark.parametrize(
        ("failures", "most"), [(0, 1), (1, 2), (2, 4), (3, 8), (11, 2048), (12, 3600), (500, 3600)]
    )
    def test_backoff_doubles_up_to_an_hour(self, failures, most):
        """A mail server may be away for an afternoon; asking it every second would not bring it back."""
        waits = [backoff(failures).total_seconds() for _ in range(50)]

        assert max(waits) <= most
        assert min(waits) >= most * 0.75

    def test_backoff_spreads_what_failed_together(self):
        """Without jitter everything that failed in one second would return in one second."""
        assert len({backoff(5) for _ in range(20)}) > 10
