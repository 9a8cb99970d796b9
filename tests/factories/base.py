"""What every factory stands on: tenant rows say whose they are, and nobody sets a status by hand."""

import factory
from factory.django import DjangoModelFactory

from tenants.context import tenant


def organization_must_be_named():
    """A second organization made silently would let an isolation test pass for the wrong reason."""
    raise TypeError("Name the organization: XFactory(organization=world.north, ...).")


def same_organization():
    """For a SubFactory: the row belongs where its parent does."""
    return factory.SelfAttribute("..organization")


class PlainFactory(DjangoModelFactory):
    """Makes rows that belong to nobody: organizations and users."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True


class BaseFactory(DjangoModelFactory):
    """Whatever it makes belongs to the organization the test names."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True  # a second save() would write a stale status back

    organization = factory.LazyFunction(organization_must_be_named)

    @classmethod
    def _create(cls, model_class, *args, organization, **values):
        if hasattr(model_class, "MOVES") and "status" in values:
            raise TypeError("transitions.move is the only writer of a status: say at=... and the verbs are walked.")
        with tenant(organization):
            return cls._made(model_class, organization=organization, **values)

    @classmethod
    def _made(cls, model_class, **values):
        return model_class.objects.create(**values)
