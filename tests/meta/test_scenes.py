"""What a matrix puts on stage beside the cast is made once, and as it was for every cell."""

import pytest

from tenants.context import tenant
from tenants.models import Department
from tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db

SEEN = []


class TestScene:
    @staticmethod
    def scene(turn):
        return "a department", lambda world: DepartmentFactory(organization=world.north, name="On stage")

    @pytest.mark.parametrize("turn", [1, 2, 3])
    def test_it_is_the_same_row_and_untouched_each_time(self, world, turn):
        """Whatever one cell did to it is taken back before the next."""
        key, department = world.scene
        SEEN.append(department.pk)

        with tenant(world.north):
            kept = Department.objects.get(pk=department.pk)
            Department.objects.filter(pk=department.pk).update(name="Changed")

        assert (key, kept.name) == ("a department", "On stage")
        assert set(SEEN) == {department.pk}


class TestWithoutScene:
    def test_it_is_gone_with_its_cells(self, world):
        with tenant(world.north):
            assert not Department.objects.filter(name__in=["On stage", "Changed"]).exists()
        assert world.scene == (None, None)
