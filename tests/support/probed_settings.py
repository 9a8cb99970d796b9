"""The product's settings, for a worker whose scheduled runs write down what they find around them."""

from config.settings import *  # noqa: F403 - all of them, changed only below

SCHEDULES = "tests.support.probes.SCHEDULES"
CELERY_BEAT_SCHEDULE = {
    name: entry | {"schedule": 1.0}
    for name, entry in CELERY_BEAT_SCHEDULE.items()  # noqa: F405
}
