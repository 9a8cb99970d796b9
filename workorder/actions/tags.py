"""Words that orders are sorted by."""

from collections.abc import Sequence

from django.db import transaction

from tenants.errors import refuse_input
from tenants.models import Member
from tenants.transitions import change
from workorder import problems
from workorder.models import Tag, WorkOrder, WorkOrderTag
from workorder.models.conversation import folded


@transaction.atomic
def set_tags(order: WorkOrder, *, by: Member | None, names: Sequence[str], seen: int | None = None) -> WorkOrder:
    """Let an order have these tags and no others. A word that differs only by its case is the one there is already."""
    refuse_input(problems.of_given_tags(names))
    order = WorkOrder.objects.lock(order, seen=seen)
    wanted = {folded(name): _tidy(name) for name in reversed(names)}
    links = {link.tag.folded: link for link in order.tag_links.select_related("tag")}
    removed = sorted((links[key].tag.name for key in links.keys() - wanted.keys()), key=str.casefold)
    tags = _found_or_made({key: name for key, name in wanted.items() if key not in links})
    if not tags and not removed:
        return order
    WorkOrderTag.objects.filter(pk__in=[links[key].pk for key in links.keys() - wanted.keys()]).delete()
    WorkOrderTag.objects.bulk_create(WorkOrderTag(work_order=order, tag=tag) for tag in tags)
    added = sorted((tag.name for tag in tags), key=str.casefold)
    change(order, "workorder.tagged", by=by, data={"added": added, "removed": removed})
    return order


def _found_or_made(wanted: dict[str, str]) -> list[Tag]:
    """The tags by their folded names. Two who write the same new word at once get the same one."""
    if not wanted:
        return []
    missing = wanted.keys() - set(Tag.objects.filter(folded__in=wanted).values_list("folded", flat=True))
    _make([Tag(name=wanted[key], folded=key) for key in sorted(missing)])
    return list(Tag.objects.filter(folded__in=wanted))


def _make(missing: list[Tag]) -> None:
    Tag.objects.bulk_create(missing, ignore_conflicts=True)


def _tidy(name: str) -> str:
    return " ".join(name.split())
