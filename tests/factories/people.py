"""Who can do what, and when they are there."""

import datetime

import factory

from dispatch.actions import capacity, shifts, skills
from dispatch.models import (
    Capacity,
    CertificateEnd,
    MemberShift,
    MemberSkill,
    Shift,
    Skill,
)
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import OperatorFactory


class SkillFactory(BaseFactory):
    class Meta:
        model = Skill

    code = factory.Sequence(lambda n: f"SK{n + 1}")
    name = factory.LazyAttribute(lambda skill: f"Skill {skill.code}")

    @classmethod
    def _made(cls, model_class, *, organization, **facts):
        return skills.create(by=None, **facts)


class MemberSkillFactory(BaseFactory):
    class Meta:
        model = MemberSkill

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    skill = factory.SubFactory(SkillFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, member, skill, **facts):
        return skills.grant(member, by=None, skill=skill, **facts)


class CertificateEndFactory(BaseFactory):
    """When a certificate runs out: it comes with the certificate."""

    class Meta:
        model = CertificateEnd

    member_skill = factory.SubFactory(
        MemberSkillFactory, organization=same_organization(), certified_until=datetime.date(2099, 12, 31)
    )

    @classmethod
    def _made(cls, model_class, *, organization, member_skill):
        return model_class.objects.get(member_skill=member_skill)


class ShiftFactory(BaseFactory):
    """Monday to Friday from eight to four."""

    class Meta:
        model = Shift

    name = factory.Sequence(lambda n: f"Shift {n + 1}")
    starts = datetime.time(8)
    ends = datetime.time(16)

    @classmethod
    def _made(cls, model_class, *, organization, **facts):
        return shifts.create(by=None, **facts)


class MemberShiftFactory(BaseFactory):
    class Meta:
        model = MemberShift

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    shift = factory.SubFactory(ShiftFactory, organization=same_organization())
    since = datetime.date(2024, 1, 1)

    @classmethod
    def _made(cls, model_class, *, organization, member, **facts):
        return shifts.assign(member, by=None, **facts)


class CapacityFactory(BaseFactory):
    class Meta:
        model = Capacity

    member = factory.SubFactory(OperatorFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, member, **facts):
        return capacity.create(member, by=None, **facts)
