"""Pages and the API: a few processes, threads in each, none of them for ever."""

import os

from prometheus_client import multiprocess

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 30
graceful_timeout = 10  # below the 15 s a container is given to stop
keepalive = 35  # longer than the proxy keeps an idle connection, or it would meet a closed one
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"  # the heartbeat file must not wait for a disk
forwarded_allow_ips = "*"  # only the proxy reaches this port
accesslog = "-"
control_socket_disable = True


def child_exit(server, worker):
    """Take a process that ended out of the gauges; its counters go on counting."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)
