"""An organization with many members, and events nobody was told of yet."""

import uuid

from django.utils import timezone

from tenants.context import tenant
from tenants.models import Event, Member, Organization, User
from workorder.models import Customer, WorkOrder

AT_ONCE = 2000


def organization(slug):
    return Organization.objects.create(slug=f"{slug}-{uuid.uuid4().hex[:8]}", name="Bench")


def members(house, count):
    """So many supervisors, who may be told of everything."""
    users = [User(email=f"m{n}@{house.slug}.example", name=f"Member {n:05}") for n in range(count)]
    User.objects.bulk_create(users, AT_ONCE)
    with tenant(house):
        made = Member.objects.bulk_create((Member(user=user, role="supervisor") for user in users), AT_ONCE)
    for member, user in zip(made, users, strict=True):
        member.user = user
    return made


def orders(house, count):
    with tenant(house):
        customer = Customer.objects.create(code="C", name="Customer")
        rows = (WorkOrder(number=f"WO-{n:06}", customer=customer, title=f"Order {n}") for n in range(count))
        return WorkOrder.objects.bulk_create(rows, AT_ONCE)


def events(house, subjects, *, kind, version, by=None):
    """One event per subject, as `record_all` writes them, and nobody is woken."""
    moment = timezone.now()
    with tenant(house):
        return Event.objects.bulk_create(
            (
                Event(
                    kind=kind,
                    subject_type=subject.NOUN,
                    subject_id=subject.pk,
                    subject_version=version,
                    actor=by,
                    via="api",
                    occurred_at=moment,
                    recorded_at=moment,
                    request_id=uuid.uuid4().hex,
                )
                for subject in subjects
            ),
            AT_ONCE,
        )
