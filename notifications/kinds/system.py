"""What Workfloor says by itself: that nobody reacted, and that something of its own does not work.

Verbs tell these in their own words: there is no one sentence for what an escalation is about.
"""

from django.utils.translation import gettext_lazy as _

from notifications.kinds.specs import AT_HAND, Spec
from notifications.models import Escalation
from notifications.states import EscalationStatus, Kind, Level
from tenants.models import Event


def reacted(event: Event) -> str:
    """Somebody reacted before the message went: then it would be the second call for a fire that is out."""
    if event.subject_type != Escalation.NOUN:
        return ""
    is_open = Escalation.objects.filter(pk=event.subject_id, status=EscalationStatus.OPEN).exists()
    return "" if is_open else str(_("Somebody has reacted."))


SPECS = (
    Spec(Kind.ESCALATED, level=Level.WARNING, defaults=AT_HAND, breaks_mute=True, over=reacted),
    Spec(Kind.ALARM, level=Level.ERROR, defaults=AT_HAND, breaks_mute=True),
)
