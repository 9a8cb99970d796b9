"""The manager is the first line, and on SQLite the only one: forgetting the organization must be loud."""

import pytest

from tenants.context import organization_id_or_none, tenant
from tenants.errors import NoTenant
from tenants.models import Department, Event, Member
from tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db


class TestFailClosed:
    """Outside `with tenant(...)` there are no rows, not even an empty list of them."""

    def test_reading_without_an_organization_raises(self, world):
        """An empty answer would look like "nothing there"; a full one would be a leak."""
        with pytest.raises(NoTenant):
            Member.objects.count()

    def test_a_related_manager_is_as_closed_as_the_model(self, world):
        """Going through a parent is how scoped libraries leak."""
        with pytest.raises(NoTenant):
            world.assembly.members.count()

    def test_saving_an_instance_without_an_organization_raises(self, world):
        """`save()` uses another manager than a query does; it must be the closed one too."""
        department = world.assembly

        with pytest.raises(NoTenant):
            department.save()

    def test_rows_of_another_organization_cannot_be_inserted(self, world):
        """One at a time or in bulk, a row lands where the context says or nowhere."""
        stray = Department(organization_id=world.south.pk, code="STRAY", name="Stray")

        with tenant(world.north):
            with pytest.raises(NoTenant):
                stray.save(force_insert=True)
            with pytest.raises(NoTenant):
                Department.objects.bulk_create([stray])
        with tenant(world.south):
            assert not Department.objects.filter(code="STRAY").exists()

    def test_a_row_never_changes_its_organization(self, world):
        """An update that moves rows would take their history out of one ledger without entering another."""
        with tenant(world.north), pytest.raises(NoTenant):
            Department.objects.update(organization=world.south)


class TestIsolation:
    """Inside an organization only its rows exist."""

    def test_each_organization_sees_its_own_rows(self, world):
        """The same question in two houses has two answers."""
        theirs = DepartmentFactory(organization=world.south)

        with tenant(world.north):
            assert not Department.objects.filter(pk=theirs.pk).exists()
        with tenant(world.south):
            assert Department.objects.get(pk=theirs.pk) == theirs

    def test_an_update_or_delete_touches_no_other_house(self, world):
        """A bulk write without a filter must stop at the wall."""
        theirs = DepartmentFactory(organization=world.south, name="South wing")

        with tenant(world.north):
            Department.objects.update(name="Renamed")
        with tenant(world.south):
            assert Department.objects.get(pk=theirs.pk).name == "South wing"


class TestContextLifetime:
    """A context that outlives its block would answer the next request with the last one's rows."""

    def test_the_context_ends_with_its_block(self, world):
        with tenant(world.north):
            assert organization_id_or_none() == world.north.pk
        assert organization_id_or_none() is None

    def test_the_context_ends_with_an_exception_too(self, world):
        with pytest.raises(ZeroDivisionError), tenant(world.north):
            raise ZeroDivisionError

        assert organization_id_or_none() is None

    def test_an_inner_organization_gives_way_to_the_outer_one(self, world):
        """Crossing over and back must leave the outer block where it was, in Python and in PostgreSQL."""
        with tenant(world.north):
            mine = Event.objects.count()
            with tenant(world.south):
                assert organization_id_or_none() == world.south.pk
            assert organization_id_or_none() == world.north.pk
            assert Event.objects.count() == mine
