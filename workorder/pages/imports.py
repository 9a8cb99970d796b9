"""What the pages of imports show: the upload with what it expects, and how far a file has come."""

from django.core.paginator import Paginator

from tenants.models import Event
from tenants.pages import page
from workorder import formats
from workorder.forms import FileForm
from workorder.models import OrderImport, WorkOrder
from workorder.pages.buttons import buttons_of
from workorder.states import ImportStatus

PAGE_LENGTH = 25
RECENT = 10
PREVIEW = 20
SHOWN = ("order", "customer", "title", "due", "product", "process", "quantity")


def show_upload(request, *, form=None, status=200):
    return page(
        request,
        "workorder/import_form.html",
        part="workorder/_import_form.html",
        status=status,
        form=form or FileForm(),
        columns=formats.COLUMNS,
        recent=OrderImport.objects.select_related("member__user")[:RECENT],
    )


def show_import(request, order_import, *, pressed=None, problems=(), stale=False, status=200):
    """The import's page, or its part, read afresh: while somebody works on it, it asks for itself every second."""
    order_import = OrderImport.objects.select_related("member__user").get(pk=order_import.pk)
    rows = order_import.rows.all()
    wrong = rows.exclude(problems=[])
    good = [] if order_import.status == ImportStatus.WRITTEN else list(rows.filter(problems=[])[:PREVIEW])
    return page(
        request,
        "workorder/import_detail.html",
        part="workorder/_import.html",
        status=status,
        problems=problems,
        stale=stale,
        order_import=order_import,
        rows_good=order_import.rows_done - order_import.rows_wrong,
        buttons=buttons_of(request.member, order_import, pressed=pressed),
        listing=_paged(request, wrong if order_import.rows_wrong else _made_of(order_import)),
        shown=[name for name in SHOWN if any(name in row.values for row in good)],
        good=good,
        span=_span(order_import),
        twin=_written_before(order_import),
    )


def _paged(request, rows):
    return Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))


def _made_of(order_import):
    """The orders it became, none before it was written."""
    if order_import.status != ImportStatus.WRITTEN:
        return WorkOrder.objects.none()
    made = order_import.rows.values("work_order")
    return WorkOrder.objects.filter(pk__in=made).with_customer().order_by("number")


def _span(order_import):
    """The first and the last number that were given, once they were."""
    if order_import.status != ImportStatus.WRITTEN:
        return None
    return Event.objects.about(order_import).filter(kind="import.written").values_list("data", flat=True).first()


def _written_before(order_import):
    """An import of the very same file that has become orders already: writing it again would double them."""
    if order_import.status != ImportStatus.CHECKED:
        return None
    twins = OrderImport.objects.filter(digest=order_import.digest, status=ImportStatus.WRITTEN)
    return twins.first()
