"""Factories make what the product could have made: valid, of one organization, and as often as a test likes."""

import pytest
from django.apps import apps

from tenants.context import tenant
from tenants.models import Organization, TenantRow
from tests import factories
from tests.support.source import APPS

WITHOUT = {
    "tenants.Event": "events.record is its only maker; every factory that walks a verb leaves some",
    "tenants.Delivery": "the relay is its only maker: `celery_burst.relay()`",
    "workorder.ApprovalPolicy": "an organization has one, which `approval_policy.edit` makes",
    "dispatch.DispatchPolicy": "an organization has one, which `policy.edit` makes",
    "tenants.Heartbeat": "the relay's own sign of life: `relay.beat()`",
    "tenants.Tally": "what the relay and the workers count: `figures.counted.flush()`",
}
ALL = {name: getattr(factories, name) for name in factories.__all__}
OF_TENANTS = {name: made for name, made in ALL.items() if issubclass(made._meta.model, TenantRow)}


class TestEveryModel:
    def test_every_model_has_a_factory(self):
        """A model without one is set up by hand, differently in each test."""
        models = {m._meta.label for m in apps.get_models() if m._meta.app_label in APPS}
        made = {factory._meta.model._meta.label for factory in ALL.values()}

        assert models - made - WITHOUT.keys() == set()
        assert WITHOUT.keys() - (models - made) == set(), "Stale exception: delete it."

    def test_every_factory_is_exported(self):
        """What is not exported is written a second time by whoever did not find it."""
        declared = {name for name in vars(factories) if name.endswith("Factory")}

        assert declared == set(factories.__all__)


@pytest.mark.django_db
class TestEveryFactory:
    @pytest.mark.parametrize("name", OF_TENANTS)
    def test_what_it_makes_is_valid(self, name):
        """The model's own validators, choices and constraints: a fixture no form would take proves little."""
        organization = factories.OrganizationFactory()

        made = OF_TENANTS[name](organization=organization)

        columns = made._meta.concrete_fields
        left_empty = [
            f.name for f in columns if getattr(made, f.attname) in f.empty_values
        ]  # blank is a form's question
        with tenant(organization):
            made.full_clean(exclude=left_empty)
            assert type(made).objects.filter(pk=made.pk).exists()

    @pytest.mark.parametrize("name", OF_TENANTS)
    def test_two_of_a_kind_in_one_organization(self, name):
        """Sequences run on, so uniques hold; and no second organization appears behind the test's back."""
        organization = factories.OrganizationFactory()

        first, second = (OF_TENANTS[name](organization=organization) for _ in range(2))

        assert first.pk != second.pk
        assert list(Organization.objects.all()) == [organization]

    @pytest.mark.parametrize("name", OF_TENANTS)
    def test_organization_must_be_named(self, name):
        """An organization made silently would let an isolation test pass for the wrong reason."""
        with pytest.raises(TypeError, match="Name the organization"):
            OF_TENANTS[name]()

    @pytest.mark.parametrize("name", [n for n, made in OF_TENANTS.items() if hasattr(made._meta.model, "MOVES")])
    def test_no_status_by_hand(self, name):
        """`at=` walks the verbs; a status that was typed has no history."""
        with pytest.raises(TypeError, match="only writer of a status"):
            OF_TENANTS[name](organization=factories.OrganizationFactory(), status="completed")
