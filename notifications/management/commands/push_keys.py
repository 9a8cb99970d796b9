from django.core.management.base import BaseCommand, CommandError

from notifications.transports import push


class Command(BaseCommand):
    help = "Makes the key that browser push needs; put both lines into the environment of every process, once for good."

    def handle(self, *args, **options):
        if push.encryption is None:
            raise CommandError("Browser push needs `cryptography`: install requirements/prod.txt, or pip install it.")
        self.stdout.write(f"VAPID_PRIVATE_KEY={push.encryption.new_private_key()}")
        self.stdout.write("VAPID_SUBJECT=mailto:you@example.com  # whom a push service may write to")
