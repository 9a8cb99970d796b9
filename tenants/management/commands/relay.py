import signal
import threading

from django.core.management.base import BaseCommand

from tenants import relay


class Command(BaseCommand):
    help = "Carry events to whoever reacts to them, until stopped. Any number of copies may run."

    def handle(self, **options):
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        relay.serve(stop)
