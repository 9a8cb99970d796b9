"""Skills, and who has which."""

from django.db.models import Q
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from dispatch import queries
from dispatch.actions import skills
from dispatch.api.v1.members import OfMember
from dispatch.models import MemberSkill, Skill
from tenants.access import Later, TenantRelatedField
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.models import Department, Member
from tenants.states import Role


class SkillShown(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    implies = serializers.UUIDField(source="implies_id", allow_null=True)
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class SkillInput(Seen):
    """Whoever has it has what it `implies` too. Processes ask for a skill by its `code`."""

    code = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=120)
    implies = TenantRelatedField(to=Skill, required=False, allow_null=True)
    active = serializers.BooleanField(required=False)


class Undefined(serializers.Serializer):
    code = serializers.CharField()
    processes = serializers.ListField(child=serializers.CharField())


class UndefinedSkills(serializers.Serializer):
    undefined = Undefined(many=True)


class SkillFilter(filters.FilterSet):
    active = YesNo()
    code = filters.CharFilter()
    implies = Related(to=Skill)


class SkillViewSet(Remembered):
    """What not everybody can do. Everybody reads, planners write."""

    queryset = Later(Skill)
    serializer_class = SkillShown
    filterset_class = SkillFilter
    search_fields = ["code", "name"]
    ordering_fields = ("code", "name")
    ordering = ("code",)
    roles = {"create": Role.PLANNER}
    editor = Role.PLANNER
    shapes = {"create": SkillInput, "partial_update": SkillInput}

    def create(self, request):
        sent = self.sent()
        sent.pop("seen", None)
        return self.created(skills.create(by=self.member, **sent))

    def partial_update(self, request, pk):
        skill = self.thing()
        skills.edit(skill, by=self.member, **self.sent(partial=True))
        return self.changed(skill)

    def destroy(self, request, pk):
        skills.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=UndefinedSkills)
    @action(detail=False, methods=["get"], filter_backends=[], pagination_class=None)
    def undefined(self, request):
        """What processes ask for and nobody has defined: nobody can take such work."""
        return Response(UndefinedSkills({"undefined": queries.undefined_skills()}).data)


class MemberSkillShown(serializers.Serializer):
    """`certified_until` is the last day it counts, null for good."""

    id = serializers.UUIDField()
    member = serializers.UUIDField(source="member_id")
    skill = serializers.UUIDField(source="skill_id")
    code = serializers.CharField(source="skill.code")
    level = serializers.IntegerField()
    certified_until = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class CertificateInput(Seen):
    level = serializers.IntegerField(required=False, min_value=1, max_value=5)
    certified_until = serializers.DateField(required=False, allow_null=True)


class GrantInput(CertificateInput):
    member = TenantRelatedField(to=Member)
    skill = TenantRelatedField(to=Skill)


class MemberSkillFilter(filters.FilterSet):
    member = Related(to=Member)
    skill = Related(to=Skill)
    department = Related(to=Department, field_name="member__department")
    code = filters.CharFilter(field_name="skill__code")
    active = YesNo(method="of_those_who_are_here", label="Of members and skills that are active.")
    expiring_before = filters.DateFilter(field_name="certified_until", lookup_expr="lt")
    expiring_after = filters.DateFilter(field_name="certified_until", lookup_expr="gte")

    def of_those_who_are_here(self, rows, name, wanted):
        here = Q(member__active=True, skill__active=True)
        return rows.filter(here) if wanted else rows.exclude(here)


class MemberSkillViewSet(OfMember):
    """Who can do what, how well (1 learns it, 3 can, 5 teaches it) and until when."""

    queryset = Later(MemberSkill)
    serializer_class = MemberSkillShown
    filterset_class = MemberSkillFilter
    ordering_fields = ("certified_until", "level", "created_at")
    ordering = ("created_at",)
    shapes = {"create": GrantInput, "partial_update": CertificateInput}
    make, alter = staticmethod(skills.grant), staticmethod(skills.change_certificate)
    related = ("skill", "member")

    def destroy(self, request, pk):
        skills.take_back(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
