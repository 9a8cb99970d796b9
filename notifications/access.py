"""Who may take care of an escalation, and who writes the policies; how often somebody may try an unsubscribe link."""

import uuid
from collections.abc import Sequence

from notifications.models import Escalation
from notifications.queries.escalations import who_may_acknowledge
from notifications.states import ESCALATION, INTERNAL
from tenants.access import CountedThrottle
from tenants.models import Member
from tenants.states import Role

POLICIES = Role.PLANNER
"""Least role that writes escalation policies and business calendars. Everybody reads them: they say who is told."""


def escalation_verbs(escalations: Sequence[Escalation], member: Member) -> dict[uuid.UUID, list[str]]:
    """Dict[id -> verbs] of what the member can do with escalations now, a few queries for all."""
    mine = who_may_acknowledge(escalations, member)
    return {row.pk: _verbs(row) if row.pk in mine else [] for row in escalations}


def may_acknowledge(member: Member, escalation: Escalation) -> bool:
    return escalation.pk in who_may_acknowledge([escalation], member)


def _verbs(escalation: Escalation) -> list[str]:
    return [verb for verb in ESCALATION.verbs_from(escalation.status) if verb not in INTERNAL[Escalation.NOUN]]


class UnsubscribeThrottle(CountedThrottle):
    """Thirty a minute per address: nobody tries out signatures, and a mail program still empties a folder."""

    scope, limit = "unsubscribe", 30

    def who(self, request):
        return self.get_ident(request)
