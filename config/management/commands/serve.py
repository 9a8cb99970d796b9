"""The embedded edition in one process: pages, API, live updates, and the thread that delivers."""

import errno
import logging
import os
import socket
import sys
import threading
import time

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.demo import PASSWORD, sign_ins
from tenants import doorbell, relay

PARENT_SECONDS = 0.5


class Command(BaseCommand):
    help = "Migrate, then serve pages, API, live updates and background work from one process. Ctrl-C stops it all."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--demo", action="store_true", help="seed two organizations to look around in")
        parser.add_argument(
            "--leave-with-parent", action="store_true", help="stop when the process that started this one is gone"
        )

    def handle(self, *, host, port, demo, leave_with_parent, **options):
        parent = os.getppid()
        line = self._take_port(host, port)
        call_command("migrate", verbosity=0, interactive=False)
        if demo:
            call_command("seed_demo", force=True, stdout=self.stdout)
        stop = threading.Event()
        worker = threading.Thread(target=relay.serve, args=(stop,), name="relay", daemon=True)
        worker.start()
        self._greet(host, port, demo)
        config = uvicorn.Config(
            settings.ASGI_APPLICATION.replace(".application", ":application"),
            lifespan="off",
            log_level="warning",
            access_log=False,
            ws_max_size=65_536,
            ws_per_message_deflate=False,  # frames are short: packing each for each socket costs more than it saves
            timeout_graceful_shutdown=3,
        )
        server = uvicorn.Server(config)
        if leave_with_parent:
            threading.Thread(target=self._leave_with_parent, args=(server, parent), daemon=True).start()
        try:
            server.run(sockets=[line])
        except KeyboardInterrupt:
            logging.getLogger(__name__).info("Stopped by Ctrl-C.")
        finally:
            stop.set()
            doorbell.woken.set()
            worker.join(timeout=5)

    @staticmethod
    def _leave_with_parent(server, parent):
        """A killed `make` cannot pass its end on; whoever it started notices that it was adopted."""
        while os.getppid() == parent:
            time.sleep(PARENT_SECONDS)
        server.should_exit = True

    @staticmethod
    def _take_port(host, port):
        """Bind before the work starts: a port in use should cost a line, not a migration and a traceback."""
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((host, port))
        except OSError as error:
            line.close()
            if error.errno == errno.EADDRINUSE:
                raise CommandError(f"Port {port} is taken. Choose another: make demo PORT={port + 1}") from error
            raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
        return line

    def _greet(self, host, port, demo):
        self.stdout.write(f"\nWorkfloor is at http://{host}:{port}   (Ctrl-C stops it)")
        if demo:
            self.stdout.write(f"Sign in with the password {PASSWORD!r} as")
            for email, what in sign_ins():
                self.stdout.write(f"  {email:<30} {what}")
        self.stdout.write(f"Data is kept in {settings.HOME}\n")
        self.stdout.flush()
        sys.stdout.flush()
