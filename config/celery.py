"""The muscle. It is told which rows to look at; everything it must not forget is in the database."""

import gc
import os

from celery import Celery
from celery.signals import celeryd_init, setup_logging, task_postrun, worker_process_init
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("workfloor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@setup_logging.connect
def keep_our_logging(**_):
    """Connecting is enough: Celery then leaves logging as settings.LOGGING has it."""


@celeryd_init.connect
def patient_worker(conf=None, **_):
    """A worker may wait for Redis, unlike a request: only it gets longer time-outs and a faster sweep."""
    conf.broker_transport_options |= {
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }


@worker_process_init.connect
def collect_seldom(**_):
    """Rows that are read by the ten thousand are no garbage: to look for some among them took a third of a plan's time.

    What was loaded before is never looked at again. How large a child may grow stands in the settings.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@task_postrun.connect
def give_back(task=None, **_):
    """As after a request: the connection goes back to the pool, which looks whether it is alive before it is used."""
    if not task.request.is_eager:
        close_old_connections()
