"""The shared cache, which nobody waits for twice: after one failure it is left alone for a while.

Whoever asks it meanwhile gets the same error at once that a Redis which is away would cost them time-outs to get, and
goes on without: sign-ins are then counted in the process (`tenants.access.CountedThrottle`).
"""

import functools
import time

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from tenants.doorbell import Breaker

LONG_SECONDS = 0.1  # an answer that takes longer is taken, and no other waited for: a request asks three times

breaker = Breaker()


def guarded(command):
    @functools.wraps(command)
    def tried(*args, **kwargs):
        if breaker.is_open():
            raise redis.ConnectionError("The cache did not answer a moment ago.")
        begun = time.monotonic()
        try:
            return command(*args, **kwargs)
        except (redis.RedisError, OSError):
            breaker.failed()
            raise
        finally:
            if time.monotonic() - begun > LONG_SECONDS:
                breaker.failed()

    return tried


class GuardedClient(RedisCacheClient):
    add = guarded(RedisCacheClient.add)
    get = guarded(RedisCacheClient.get)
    set = guarded(RedisCacheClient.set)
    touch = guarded(RedisCacheClient.touch)
    delete = guarded(RedisCacheClient.delete)
    get_many = guarded(RedisCacheClient.get_many)
    has_key = guarded(RedisCacheClient.has_key)
    incr = guarded(RedisCacheClient.incr)
    set_many = guarded(RedisCacheClient.set_many)
    delete_many = guarded(RedisCacheClient.delete_many)
    clear = guarded(RedisCacheClient.clear)


class Cache(RedisCache):
    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = GuardedClient
