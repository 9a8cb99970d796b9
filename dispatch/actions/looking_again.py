"""What the clock asks dispatch for: to look again at what nobody could take, and to forget what was waited for."""

import datetime

from dispatch import queries
from dispatch.actions import assignments
from dispatch.models import AbsenceStart, CertificateEnd, StayEnd
from tenants import context
from tenants.context import tenant
from tenants.models import ScheduledRun
from tenants.states import DeliveryState

KEPT = datetime.timedelta(days=30)
AT_ONCE = 5000


def look(run: ScheduledRun) -> dict[str, int]:
    """Offer what nobody could take to who can by now: nothing happens when a shift begins or a leave is over.

    Nobody is held where it would still be nobody. Answers how many went to somebody.
    """
    with tenant(run.organization_id):
        places = [place for place in queries.places_with_stranded() if assignments.is_somebody_there(place)]
    offered = 0
    for place in places:
        with tenant(run.organization_id):
            offered += len(assignments.offer_stranded(place))
    return {"offered": offered}


def tidy(run: ScheduledRun) -> dict[str, int]:
    """Forget ends of stays, starts of absences and ends of certificates that were seen to long ago."""
    forgotten = 0
    with tenant(run.organization_id):
        for model in (StayEnd, AbsenceStart, CertificateEnd):
            old = model.objects.filter(done_at__lt=context.now() - KEPT).exclude(state=DeliveryState.PENDING)
            ids = list(old.order_by("done_at").values_list("pk", flat=True)[:AT_ONCE])
            forgotten += model.objects.filter(pk__in=ids).delete()[0]
    return {"forgotten": forgotten}
