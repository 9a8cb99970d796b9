import pytest

from tenants.context import tenant


@pytest.fixture
def in_north(world):
    """Stands inside north, as a view or a job does, so that a test of a verb can be about the verb."""
    with tenant(world.north):
        yield
