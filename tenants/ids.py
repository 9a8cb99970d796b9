"""Keys that sort by the time they were made, so that an index on them grows at one end."""

import datetime
import uuid

import uuid_utils


def uuid7() -> uuid.UUID:
    """Make a UUIDv7 (RFC 9562 5.7) as the standard library's type, which Django's fields expect."""
    return uuid.UUID(int=uuid_utils.uuid7().int)


def first_id_at(moment: datetime.datetime) -> uuid.UUID:
    """The smallest key that could be made at a moment: what is smaller was made before it, whatever its columns say."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
