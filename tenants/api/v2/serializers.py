"""Shapes of people and organizations in v2."""

from rest_framework import serializers

from tenants.states import Role


class User(serializers.Serializer):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()


class Organization(serializers.Serializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    time_zone = serializers.CharField()


class Member(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField(source="user.email")
    role = serializers.ChoiceField(Role.choices)
    department = serializers.UUIDField(source="department_id", allow_null=True)
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class Membership(serializers.Serializer):
    id = serializers.UUIDField()
    organization = Organization()
    role = serializers.ChoiceField(Role.choices)
    active = serializers.BooleanField()


class Me(serializers.Serializer):
    user = User()
    member = Member()
    role = serializers.ChoiceField(Role.choices)
    organization = Organization()
    memberships = Membership(many=True)
