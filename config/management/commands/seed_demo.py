from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import demo


class Command(BaseCommand):
    help = "Make two organizations to look around in (idempotent). Their passwords are public: not for production."

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help="do it although DEBUG is off")

    def handle(self, *, force, **options):
        if not settings.DEBUG and not force:
            raise CommandError("DEBUG is off, so this may be production; the demo's passwords are public. Or --force.")
        for slug, orders in demo.seed().items():
            self.stdout.write(f"{slug}: {orders} work orders")
