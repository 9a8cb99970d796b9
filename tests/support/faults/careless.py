"""The product's settings without their guards, for a process that a test wants to see fail: plain time-outs of Redis
and nobody who leaves it alone, and Django's own way of taking a connection from the pool."""

from tests.support.faults.traced import *  # noqa: F403

CACHES["default"] = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"{REDIS_URL}/1"}  # noqa: F405
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"  # noqa: F405
