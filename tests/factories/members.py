"""The people, their places, and whose they are."""

import datetime

import factory
from django.conf import settings
from django.utils import timezone

from tenants import context
from tenants.actions import deputies, tokens
from tenants.ids import uuid7
from tenants.models import ApiToken, Department, Deputy, Member, Organization, RefreshToken, User
from tenants.queries import digest_of
from tenants.states import Role
from tests.factories.base import BaseFactory, PlainFactory, same_organization

PASSWORD = "a long enough secret"


class OrganizationFactory(PlainFactory):
    class Meta:
        model = Organization
        django_get_or_create = ["slug"]

    slug = factory.Sequence(lambda n: f"house-{n + 1}")
    name = factory.LazyAttribute(lambda organization: organization.slug.replace("-", " ").title())


class UserFactory(PlainFactory):
    """Somebody who signs in with `PASSWORD`."""

    class Meta:
        model = User
        django_get_or_create = ["email"]

    email = factory.Sequence(lambda n: f"person{n + 1}@example.com")
    name = factory.Sequence(lambda n: f"Person {n + 1}")
    password = factory.django.Password(PASSWORD)


class DepartmentFactory(BaseFactory):
    class Meta:
        model = Department

    code = factory.Sequence(lambda n: f"D{n + 1:03d}")
    name = factory.Sequence(lambda n: f"Department {n + 1}")


class MemberFactory(BaseFactory):
    """A viewer without a department, unless the subclass or the test says otherwise."""

    class Meta:
        model = Member

    user = factory.SubFactory(UserFactory)
    role = Role.VIEWER
    department = None


class ViewerFactory(MemberFactory):
    pass


class OperatorFactory(MemberFactory):
    role = Role.OPERATOR
    department = factory.SubFactory(DepartmentFactory, organization=same_organization())


class SupervisorFactory(OperatorFactory):
    role = Role.SUPERVISOR


class PlannerFactory(MemberFactory):
    role = Role.PLANNER


class AdminFactory(MemberFactory):
    role = Role.ADMIN


class InactiveMemberFactory(OperatorFactory):
    active = False


class DeputyFactory(BaseFactory):
    """An operator who stands in for a planner, for a week from now on."""

    class Meta:
        model = Deputy

    member = factory.SubFactory(PlannerFactory, organization=same_organization())
    deputy = factory.SubFactory(OperatorFactory, organization=same_organization())
    starts_at = None
    ends_at = factory.LazyFunction(lambda: context.now() + datetime.timedelta(days=7))

    @classmethod
    def _made(cls, model_class, *, organization, by=None, **values):
        return deputies.name(by=by, **values)


class ApiTokenFactory(BaseFactory):
    """A token that may do what its member may. Its secret, which the product never keeps, is `token.secret`."""

    class Meta:
        model = ApiToken

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    name = "Terminal at the press"

    @classmethod
    def _made(cls, model_class, *, organization, **values):
        token, secret = tokens.make_api_token(by=None, **values)
        token.secret = secret
        return token


class RefreshTokenFactory(PlainFactory):
    class Meta:
        model = RefreshToken

    class Params:
        secret = factory.Sequence(lambda n: f"refresh-{n + 1}")

    user = factory.SubFactory(UserFactory)
    family = factory.LazyFunction(uuid7)
    digest = factory.LazyAttribute(lambda token: digest_of(token.secret))
    expires_at = factory.LazyFunction(lambda: timezone.now() + settings.REFRESH_TOKEN_LIFE)
