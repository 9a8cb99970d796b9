"""Imports: who sent the file waits for it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.kinds import audiences
from notifications.kinds.specs import ON_PAGES, News, Spec
from notifications.states import Kind, Level
from tenants.models import Event
from workorder.models import OrderImport


def ended(event: Event, people: audiences.People) -> News:
    """Who sent it, whether it was written or not."""
    order_import = OrderImport.objects.get(pk=event.subject_id)
    is_written = event.kind == "import.written"
    facts = {name: event.data.get(name, "") for name in ("orders", "first", "last", "reason")}
    return News(
        to=audiences.member(order_import.member_id, people, _("You sent the file.")),
        facts={"name": order_import.name, "written": is_written, **facts},
        url=reverse("workorder:import_detail", args=[order_import.pk]),
        subject=order_import,
        level=Level.SUCCESS if is_written else Level.ERROR,
    )


SPECS = (Spec(Kind.IMPORT_ENDED, {"import.written": ended, "import.failed": ended}, defaults=ON_PAGES),)
