"""Who is away, and what they tell the time clock."""

import datetime

import factory

from dispatch.actions import absences, attendance, badges
from dispatch.models import Absence, AbsenceStart, Attendance, Badge, StayEnd
from tenants.context import tenant
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import OperatorFactory
from tests.support.walk import somebody

MONDAY = datetime.datetime(2031, 3, 3, 8, tzinfo=datetime.UTC)
WAY = {
    "approved": (absences.approve, {}),
    "rejected": (absences.reject, {"comment": "Too many are away."}),
    "cancelled": (absences.cancel, {}),
}


class AbsenceFactory(BaseFactory):
    """A day of leave, asked for by who is to be away; `at` is what has become of it, `at__by` who said so."""

    class Meta:
        model = Absence

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    starts_at = MONDAY
    ends_at = factory.LazyAttribute(lambda absence: absence.starts_at + datetime.timedelta(days=1))

    @classmethod
    def _made(cls, model_class, *, organization, member, **facts):
        return absences.request(member, by=member, **facts)

    @factory.post_generation
    def at(absence, create, state, by=None):
        if state in WAY:
            verb, words = WAY[state]
            with tenant(absence.organization_id):
                verb(absence, by=by or somebody(absence.organization_id, other_than=[absence.member]), **words)
                absence.refresh_from_db()


class AbsenceStartFactory(BaseFactory):
    """When leave begins: it comes with the leave."""

    class Meta:
        model = AbsenceStart

    absence = factory.SubFactory(AbsenceFactory, organization=same_organization(), at="approved")

    @classmethod
    def _made(cls, model_class, *, organization, absence):
        return model_class.objects.get(absence=absence)


class AttendanceFactory(BaseFactory):
    """Somebody comes in. Another `punch` has to follow from the one before; `at` one adds it afterwards."""

    class Meta:
        model = Attendance

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    punch = "in"

    @classmethod
    def _made(cls, model_class, *, organization, member, punch, at=None, by=None):
        if at is not None:
            return attendance.add(member, by=by or member, punch=punch, at=at, note="It was forgotten.")
        return attendance.punch(member, by=by or member, punch=punch)


class StayEndFactory(BaseFactory):
    class Meta:
        model = StayEnd

    punch = factory.SubFactory(AttendanceFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, punch):
        due = punch.at + datetime.timedelta(hours=16)
        made, _ = model_class.objects.get_or_create(punch=punch, defaults={"run_after": due, "first_due_at": due})
        return made


class BadgeFactory(BaseFactory):
    """Its code is what `badge.code` says."""

    class Meta:
        model = Badge

    member = factory.SubFactory(OperatorFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, member):
        badge, code = badges.issue(member, by=None)
        badge.code = code
        return badge
