"""Who can do what, and when they are there."""

import datetime
import hashlib
import secrets

import factory

from dispatch.models import Absence, Attendance, Badge, Capacity, MemberShift, MemberSkill, Shift, Skill
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import OperatorFactory

MONDAY = datetime.datetime(2031, 3, 3, 8, tzinfo=datetime.UTC)


class SkillFactory(BaseFactory):
    class Meta:
        model = Skill

    code = factory.Sequence(lambda n: f"SK{n + 1}")
    name = factory.LazyAttribute(lambda skill: f"Skill {skill.code}")


class MemberSkillFactory(BaseFactory):
    class Meta:
        model = MemberSkill

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    skill = factory.SubFactory(SkillFactory, organization=same_organization())


class ShiftFactory(BaseFactory):
    """Monday to Friday from eight to four."""

    class Meta:
        model = Shift

    name = factory.Sequence(lambda n: f"Shift {n + 1}")
    starts = datetime.time(8)
    ends = datetime.time(16)


class MemberShiftFactory(BaseFactory):
    class Meta:
        model = MemberShift

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    shift = factory.SubFactory(ShiftFactory, organization=same_organization())
    since = datetime.date(2024, 1, 1)


class AbsenceFactory(BaseFactory):
    class Meta:
        model = Absence

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    starts_at = MONDAY
    ends_at = factory.LazyAttribute(lambda absence: absence.starts_at + datetime.timedelta(days=1))


class AttendanceFactory(BaseFactory):
    class Meta:
        model = Attendance

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    punch = "in"
    at = factory.Sequence(lambda n: MONDAY + datetime.timedelta(minutes=n))
    method = "page"
    recorded_by = factory.SelfAttribute("member")
    recorded_at = factory.SelfAttribute("at")


class BadgeFactory(BaseFactory):
    class Meta:
        model = Badge

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    digest = factory.LazyFunction(lambda: hashlib.sha256(secrets.token_bytes()).hexdigest())


class CapacityFactory(BaseFactory):
    class Meta:
        model = Capacity

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
