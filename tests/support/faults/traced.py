"""The product's settings; the ledger keeps the id that a client gave its request, which the product itself does not
believe from anybody."""

from config.settings import *  # noqa: F403

DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
