"""The product's settings in miniature: the embedded edition in memory, whatever the shell points at.

Where the shell points is kept for `provision`: a named PostgreSQL or Redis serves the tiers that need one, and no
other.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = {name: os.environ.pop(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
for name in (
    "DEBUG",
    "HTTPS",
    "EMAIL_URL",
    "SITE_URL",
    "BASE_DOMAINS",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "BEHIND_PROXY",
    "OUTBOUND_HTTP",
    "OUTBOUND_ALLOW",
    "VAPID_PRIVATE_KEY",
    "VAPID_SUBJECT",
):
    os.environ.pop(name, None)
os.environ["WORKFLOOR_HOME"] = str(ROOT / "build" / "home")
os.environ["SECRET_KEY"] = "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"

from config.settings import *  # noqa: E402, F403 - the product's own, changed only below

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - whitenoise warns of a missing one, and a warning is an error here
WHITENOISE_USE_FINDERS = False  # every client would look for every static file again
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a slow hash would be most of a sign-in's time
DATABASES["default"]["TEST"] = {"MIGRATE": False}  # noqa: F405 - in memory tables come from the models; migrations run on PostgreSQL
VAPID_PRIVATE_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"  # of the example in RFC 8291
VAPID_SUBJECT = "mailto:admin@floor.example"
