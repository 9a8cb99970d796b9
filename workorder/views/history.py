"""What happened longer ago than a page shows."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from tenants.access import members
from tenants.pages import page
from workorder.models import Ticket, WorkOrder, WorkOrderTask
from workorder.pages import PAGES, history, history_url


def _older(model):
    @members()
    def older(request, pk):
        """More lines for the list that is there already; without HTMX a page of them."""
        subject = get_object_or_404(model, pk=pk)
        return page(
            request,
            "workorder/history.html",
            part="workorder/_history_lines.html",
            lines=history(subject, request.GET.get("page")),
            subject=subject,
            subject_url=reverse(f"workorder:{PAGES[subject.NOUN]}", args=[subject.pk]),
            history_url=history_url(subject),
        )

    return older


order_history, task_history, ticket_history = _older(WorkOrder), _older(WorkOrderTask), _older(Ticket)
