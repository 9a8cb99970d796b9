"""The shared cache when Redis is away: asked once, and then left alone."""

import pytest
import redis
from django.core.cache.backends.redis import RedisCacheClient

from config import cache
from tenants.doorbell import Breaker


@pytest.fixture
def away(monkeypatch):
    """A client whose Redis refuses; answers how often it was really asked."""
    asked = []

    def get_client(client, key=None, *, write=False):
        asked.append(key)
        raise redis.ConnectionError("Nobody is there.")

    monkeypatch.setattr(RedisCacheClient, "get_client", get_client)
    monkeypatch.setattr(cache, "breaker", Breaker(silent_seconds=60))
    return asked


class TestGuardedClient:
    """Nobody waits twice for something that is away."""

    def test_second_caller_is_told_at_once(self, away):
        client = cache.GuardedClient(["redis://127.0.0.1:1"])

        for _ in range(3):
            with pytest.raises(redis.ConnectionError):
                client.add("key", 1, 60)

        assert away == ["key"]

    @pytest.mark.parametrize("name", sorted(name for name in vars(RedisCacheClient) if not name.startswith("_")))
    def test_every_command_is_guarded(self, name):
        """A command that Django adds one day would ask again and again, unnoticed."""
        is_guarded = name in vars(cache.GuardedClient)

        assert is_guarded == (name != "get_client")

    @pytest.mark.parametrize(("long_seconds", "is_left_alone"), [(-1, True), (60, False)], ids=["long", "short"])
    def test_who_takes_long_to_answer_is_believed_and_left_alone(self, monkeypatch, long_seconds, is_left_alone):
        """A Redis that is slow within its time-outs would otherwise be waited for at every question."""
        monkeypatch.setattr(cache, "breaker", Breaker(silent_seconds=60))
        monkeypatch.setattr(cache, "LONG_SECONDS", long_seconds)

        assert cache.guarded(len)("four") == 4
        assert cache.breaker.is_open() is is_left_alone

    def test_error_of_the_caller_is_nobodys_absence(self, monkeypatch):
        """A key that is not there says nothing about Redis."""
        monkeypatch.setattr(cache, "breaker", Breaker(silent_seconds=60))
        missing = cache.guarded(dict.__getitem__)

        with pytest.raises(KeyError):
            missing({}, "key")

        assert cache.breaker.is_open() is False
