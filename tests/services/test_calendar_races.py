"""Business hours are taken away while a policy begins to count by them. The control shows what the lock is for."""

from unittest import mock

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from notifications.actions import business_calendars, escalation_policies
from notifications.models import BusinessCalendar, EscalationPolicy
from notifications.problems import escalations as problems
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed
from tests.factories import AdminFactory, BusinessCalendarFactory, OrganizationFactory
from tests.support.racing import Meeting, no_lock, race

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [{"wait_minutes": 30, "audience": "admins", "member": None, "transports": []}]


class TestRemovedWhileItIsTaken:
    @pytest.fixture
    def duel(self):
        north = OrganizationFactory(slug="north")
        ada, office = AdminFactory(organization=north), BusinessCalendarFactory(organization=north, name="Office")

        def remove():
            with tenant(north):
                return business_calendars.remove(office, by=ada)

        def take():
            with tenant(north):
                return escalation_policies.create(
                    by=ada, name="Late orders", trigger="order_late", steps=STEPS, calendar=office
                )

        def fight():
            met = Meeting(2)
            with (
                mock.patch.object(problems, "of_removing_calendar", met.after(problems.of_removing_calendar)),
                mock.patch.object(problems, "of_policy_name", met.after(problems.of_policy_name)),
            ):
                answers = race(remove, take)
            with tenant(north):
                return answers, BusinessCalendar.objects.count(), EscalationPolicy.objects.count()

        return fight

    def test_control_without_the_lock_the_database_has_to_say_it(self, duel):
        """Which is an error of the server for whoever comes second."""
        with no_lock():
            answers, _, _ = duel()

        assert any(isinstance(answer, (IntegrityError, ProtectedError)) for answer in answers)

    def test_one_happens_and_the_other_is_told_why_not(self, duel):
        answers, calendars, policies = duel()

        [refusal] = [answer for answer in answers if isinstance(answer, (NotAllowed, Invalid))]
        told = {"in_use": (1, 1), "does_not_exist": (0, 0)}
        assert told[refusal.problems[0].code] == (calendars, policies)
