"""Keys that sort by the time they were made, so that an index on them grows at one end."""

import uuid

import uuid_utils


def uuid7() -> uuid.UUID:
    """Make a UUIDv7 (RFC 9562 5.7) as the standard library's type, which Django's fields expect."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
