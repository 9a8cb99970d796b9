"""Who knocks."""

import pytest


@pytest.fixture
def pia(world, api_client):
    """The planner of north, who has her token already: a table compared before and after misses its making."""
    client = api_client.as_(world.pia)
    client.get("me/")
    return client


@pytest.fixture
def signing_in(pia, query_counter):
    """How many queries a request has made before it asks for what it is about: more on PostgreSQL, which is told whose
    rows may be seen."""
    pia.get("/api/v1/notifications/unread-count/")  # the first answer of a process is held against a fresh description
    with query_counter() as counted:
        pia.get("/api/v1/notifications/unread-count/")
    return len(counted) - 1
