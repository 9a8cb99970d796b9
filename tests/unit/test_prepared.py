"""Questions whose SQL is built once: on PostgreSQL the kept SQL, elsewhere a new one, and the same answers."""

import uuid

import pytest
from django.db.models import F

from tenants.context import tenant
from tenants.models import Department
from tenants.models.prepared import Among, PreparedHere
from tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db

codes = PreparedHere(lambda: Department.objects.order_by("code").values_list("code"))
among = PreparedHere(
    lambda ids: Department.objects.filter(Among(F("id"), ids)).order_by("code").values_list("code"), [uuid.uuid4()]
)


class TestPreparedHere:
    def test_each_organization_gets_its_own(self, world):
        """The first organization that asked must not be kept together with the SQL."""
        for organization in (world.north, world.south, world.north):
            with tenant(organization):
                found = [code for (code,) in codes()]

                assert found == list(Department.objects.order_by("code").values_list("code", flat=True))

    def test_what_is_asked_for_differs_from_call_to_call(self, world):
        made = DepartmentFactory.create_batch(4, organization=world.north)
        foreign = DepartmentFactory(organization=world.south)
        with tenant(world.north):
            few = among([row.pk for row in made[:1]])
            more = among([row.pk for row in [*made, foreign]])
            none = among([])

        assert (len(few), len(more), len(none)) == (1, 4, 0)
