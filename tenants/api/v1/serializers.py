"""Shapes of people, departments, secrets and history."""

from rest_framework import serializers

from tenants import models
from tenants.access import TenantRelatedField
from tenants.api.v1.fields import Moment, Text, made
from tenants.api.v1.viewsets import Seen
from tenants.states import Role


class SignIn(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, style={"input_type": "password"})


class Refresh(serializers.Serializer):
    refresh = serializers.CharField(max_length=200)


class Pair(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


class User(serializers.Serializer):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()


class Organization(serializers.Serializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    time_zone = serializers.CharField()


class Membership(serializers.Serializer):
    id = serializers.UUIDField()
    organization = Organization()
    role = serializers.ChoiceField(Role.choices)
    active = serializers.BooleanField()


class Member(serializers.Serializer):
    id = serializers.UUIDField()
    name = made(serializers.CharField(), lambda name, email: name or email, "user__name", "user__email")
    email = serializers.EmailField(source="user.email")
    role = serializers.ChoiceField(Role.choices)
    department = serializers.UUIDField(source="department_id", allow_null=True)
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class MemberInput(Seen):
    """Whoever has no account yet gets one by `email`, and chooses a password by the reset on the sign-in page."""

    email = serializers.EmailField(max_length=254)
    name = Text(max_length=120)
    role = serializers.ChoiceField(Role.choices)
    department = TenantRelatedField(to=models.Department, required=False, allow_null=True)


class MemberEdit(Seen):
    role = serializers.ChoiceField(Role.choices, required=False)
    department = TenantRelatedField(to=models.Department, required=False, allow_null=True)
    active = serializers.BooleanField(required=False)


class Token(serializers.Serializer):
    """`prefix` are the first characters of the secret, which is not kept."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    member = serializers.UUIDField(source="member_id")
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = Moment()
    expires_at = Moment(allow_null=True)
    revoked_at = Moment(allow_null=True)
    version = serializers.IntegerField()


class TokenMade(Token):
    """The secret is shown this once."""

    secret = serializers.CharField()


class TokenInput(Seen):
    """Without `scopes` it may do what you may; with `read` alone it may only look."""

    name = serializers.CharField(max_length=80)
    scopes = serializers.MultipleChoiceField(choices=["read", "write"], required=False, allow_empty=False)
    expires_at = Moment(required=False, allow_null=True)


class Me(serializers.Serializer):
    user = User()
    member = Member()
    role = serializers.ChoiceField(Role.choices)
    organization = Organization()
    memberships = Membership(many=True)


class Department(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.UUIDField(source="parent_id", allow_null=True)
    version = serializers.IntegerField()


class DepartmentInput(Seen):
    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=120)
    parent = TenantRelatedField(to=models.Department, required=False, allow_null=True)
