"""Bodies that routes accept from whoever may say them, by method and address without the API's prefix."""

import datetime
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from dispatch.models import PlanItem
from tenants import context
from tenants.context import tenant
from tests.factories import AssignmentFactory, BadgeFactory, OperatorFactory, ShiftFactory, SkillFactory
from workorder.models import WorkOrderTask

WORDS = {
    "approve": {"comment": "Good."},
    "reject": {"comment": "Too dear."},
    "hold": {"reason": "No paper."},
    "cancel": {"reason": "Ordered twice."},
    "reopen": {"reason": "Wrong colour."},
    "reschedule": {"due_at": "2031-03-01T12:00"},
    "prioritize": {"priority": "urgent"},
    "resolve": {"resolution": "A new bearing."},
    "skip": {"reason": "Not needed."},
    "pause": {"reason": "Break."},
    "decline": {"reason": "Not certified."},
    "return": {"comment": "Not on Monday."},
    "report": {"good": "1", "defect": "0", "rework": "1", "minutes": "5", "note": ""},
}


def _split(route, world):
    return {"parts": [{"quantity": "1"}]} if route.is_api else {"quantity_0": "1"}


def _merge(route, world):
    """The part that was split off a moment ago, if the task is there already."""
    with tenant(world.north):
        part = WorkOrderTask.objects.exclude(split_from=None).order_by("pk").last() or WorkOrderTask.objects.first()
    return {"parts": [{"task": str(part.pk)}]} if route.is_api else {"parts": str(part.pk)}


def _planned(route, world, **more):
    """A task of the plan that was made a moment ago, if there is one."""
    with tenant(world.north):
        item = PlanItem.objects.order_by("pk").last()
        task = item.task_id if item else WorkOrderTask.objects.values_list("pk", flat=True).first()
    return {"task": str(task)} | more


def _to_nobody(route, world):
    return _planned(route, world, member=None if route.is_api else "")


def _absence(route, world):
    if route.is_api:
        return {"starts_at": "2031-03-10T08:00:00Z", "ends_at": "2031-03-10T12:00:00+01:00"}
    return {"kind": "leave", "part": "days", "first_day": "2031-03-10", "last_day": "2031-03-11", "note": ""}


PARTS = {
    "absences": _absence,
    "moves": _to_nobody,
    "move": _to_nobody,
    "pin": _planned,
    "unpin": _planned,
    "split": _split,
    "merge": _merge,
}
ORDER_FORM = {
    "title": "Posters",
    "priority": "normal",
    "due_at": "2030-01-31T12:00",
    "customer_reference": "",
    "notes": "",
}


TICKET_FORM = {"title": "The press is hot", "description": "", "priority": "high", "order_number": ""}


def _page_order(world):
    rows = {"lines-0-product": str(world.product.pk), "lines-0-quantity": "10"}
    return {**ORDER_FORM, "customer": str(world.customer.pk), "budget": "", "version": "1", **rows}


def _api_order(world):
    lines = [{"product": str(world.product.pk), "quantity": "10"}]
    return {"customer": str(world.customer.pk), "title": "Posters", "due_at": "2030-01-31T12:00:00Z", "products": lines}


def _file(world):
    """A file of one order, as a form sends it."""
    text = f"customer,title,product,quantity\n{world.customer.code},Posters,{world.product.code},10\n"
    return {"file": SimpleUploadedFile("orders.csv", text.encode(), "text/csv")}


def _drawing(world):
    return {"file": SimpleUploadedFile("drawing.pdf", b"%PDF-1.4 a drawing", "application/pdf")}


NONE_OF_THEM = {"ids": []}  # whose entries they are is hand-written, in tests/api/v1/test_notifications.py
SHIFT_FORM = {"name": "Nights", "starts": "22:00", "ends": "06:00", "days": "monday"}
SAID = {"text": "The paper is wet."}
WEBHOOK = {"name": "ERP", "url": "https://erp.example.com/workfloor"}
BODIES = {
    **{("POST", f"{noun}/{{pk}}/comments/"): lambda world: SAID for noun in ("work-orders", "tasks", "tickets")},
    **{("POST", f"{noun}/{{pk}}/attachments/"): _drawing for noun in ("work-orders", "tasks", "tickets")},
    **{("POST", f"notifications/{verb}/"): lambda world: NONE_OF_THEM for verb in ("read", "archive")},
    ("POST", "notifications/chosen/"): lambda world: {"do": "read"},
    ("PATCH", "comments/{pk}/"): lambda world: {"text": "The paper is dry again."},
    ("POST", "comments/{pk}/edit/"): lambda world: {"text": "The paper is dry again."},
    ("POST", "work-orders/{pk}/tags/"): lambda world: {"tags": "Rush"},
    ("PUT", "work-orders/{pk}/tags/"): lambda world: {"tags": ["Rush"]},
    ("POST", "order-imports/"): _file,
    ("POST", "work-orders/import/"): _file,
    ("POST", "work-orders/"): _api_order,
    ("PATCH", "work-orders/{pk}/"): lambda world: {"title": "Other posters"},
    ("POST", "work-orders/new/"): _page_order,
    ("POST", "work-orders/{pk}/edit/"): _page_order,
    ("POST", "tickets/"): lambda world: {"title": "The press is hot"},
    ("POST", "tickets/{pk}/triage/"): lambda world: {"priority": "high"},
    ("POST", "tickets/new/"): lambda world: TICKET_FORM,
    ("POST", "tickets/{pk}/edit/"): lambda world: TICKET_FORM,
    ("PATCH", "tickets/{pk}/"): lambda world: {"title": "The big press is hot"},
    ("POST", "settings/members/"): lambda world: {"email": "new@north.example", "name": "New", "role": "operator"},
    ("POST", "settings/members/{pk}/"): lambda world: {"role": "supervisor", "department": ""},
    ("POST", "settings/departments/"): lambda world: {"code": "PNT", "name": "Painting", "parent": ""},
    ("POST", "settings/departments/{pk}/"): lambda world: {"code": "PNT", "name": "Painting", "parent": ""},
    ("POST", "settings/tokens/"): lambda world: {"name": "Terminal at the press", "lasts": "90"},
    ("POST", "members/"): lambda world: {"email": "new@north.example", "name": "New", "role": "operator"},
    ("PATCH", "members/{pk}/"): lambda world: {"role": "supervisor"},
    ("POST", "deputies/"): lambda world: {"deputy": str(world.omar.pk), "ends_at": "2031-03-01T12:00:00Z"},
    ("PATCH", "deputies/{pk}/"): lambda world: {"ends_at": "2031-03-01T12:00:00Z"},
    ("POST", "settings/deputies/"): lambda world: {
        "member": str(world.ada.pk),
        "deputy": str(world.omar.pk),
        "ends_at": "2031-03-01T12:00",
    },
    ("PATCH", "approval-policy/"): lambda world: {"second_level_budget": "5000.00"},
    ("POST", "settings/approval/"): lambda world: {
        "second_level_budget": "5000",
        "second_level_priority": "urgent",
        "overdue_hours": "12",
    },
    ("POST", "dead-letters/replay/"): lambda world: {"label": "tenants.scheduledrun"},
    ("POST", "settings/dead-letters/replay/"): lambda world: {"label": "tenants.scheduledrun"},
    ("POST", "tokens/"): lambda world: {"name": "Terminal at the press"},
    ("POST", "reason-codes/"): lambda world: {"kind": "defect", "code": "SCRATCH", "name": "Scratched"},
    ("PATCH", "reason-codes/{pk}/"): lambda world: {"name": "Scratched by the belt"},
    ("POST", "settings/reason-codes/"): lambda world: {"kind": "defect", "code": "SCRATCH", "name": "Scratched"},
    ("POST", "settings/reason-codes/{pk}/"): lambda world: {"code": "SCRATCH", "name": "Scratched"},
    ("POST", "escalation-policies/"): lambda world: {
        "name": "Nobody looks",
        "trigger": "ticket_open",
        "steps": [{"wait_minutes": 30, "audience": "planners", "transports": ["email"]}],
    },
    ("PATCH", "escalation-policies/{pk}/"): lambda world: {"rank": 7},
    ("POST", "business-calendars/"): lambda world: {
        "name": "Office",
        "holidays": [{"date": "2031-12-25", "name": "Christmas"}],
    },
    ("PATCH", "business-calendars/{pk}/"): lambda world: {"opens": "07:00"},
    **{
        ("POST", f"settings/escalation/{where}"): lambda world: {
            "name": "Nobody looks",
            "trigger": "ticket_open",
            "rank": "7",
            "steps-0-wait": "30",
            "steps-0-unit": "minutes",
            "steps-0-audience": "planners",
        }
        for where in ("new/", "{pk}/")
    },
    **{
        ("POST", f"settings/escalation/calendars/{where}"): lambda world: {
            "name": "Office",
            "days": ["monday", "friday"],
            "opens": "08:00",
            "closes": "16:00",
        }
        for where in ("", "{pk}/")
    },
    ("POST", "departments/"): lambda world: {"code": "PNT", "name": "Painting"},
    ("PATCH", "departments/{pk}/"): lambda world: {"name": "Assembly line"},
    ("POST", "customers/"): lambda world: {"code": "ACME", "name": "Acme", "email": "acme@customers.example"},
    ("PATCH", "customers/{pk}/"): lambda world: {"name": "Acme and Sons"},
    ("POST", "products/"): lambda world: {"code": "POST", "name": "Poster", "unit": "pcs"},
    ("PATCH", "products/{pk}/"): lambda world: {"name": "Large poster"},
    ("POST", "processes/"): lambda world: {
        "code": "CUT",
        "name": "Cutting",
        "department": str(world.assembly.pk),
        "minutes_per_unit": "0.5",
        "setup_minutes": "10",
    },
    ("PATCH", "processes/{pk}/"): lambda world: {"name": "Cutting twice", "minutes_per_unit": str(Decimal("0.25"))},
    ("POST", "dispatch/rules/"): lambda world: {
        "name": "Posters first",
        "rank": 1,
        "department": str(world.assembly.pk),
    },
    ("PATCH", "dispatch/rules/{pk}/"): lambda world: {"rank": 7},
    **{
        ("POST", f"dispatch/rules/{where}"): lambda world: {"name": "Posters", "rank": "7", "strategy": "fastest"}
        for where in ("new/", "catches/", "{pk}/", "{pk}/catches/")
    },
    ("POST", "skills/"): lambda world: {"code": "TIG", "name": "TIG welding"},
    ("PATCH", "skills/{pk}/"): lambda world: {"name": "Welding overhead"},
    ("PATCH", "member-skills/{pk}/"): lambda world: {"level": 4, "certified_until": "2031-03-31"},
    ("POST", "shifts/"): lambda world: {"name": "Nights", "starts": "22:00", "ends": "06:00"},
    ("PATCH", "shifts/{pk}/"): lambda world: {"starts": "07:00"},
    ("PATCH", "member-shifts/{pk}/"): lambda world: {"until": "2031-03-31"},
    ("POST", "time-clock/"): lambda world: {"punch": "in"},
    ("POST", "time-clock/badge/"): lambda world: {"badge": BadgeFactory(organization=world.north).code},
    ("POST", "attendance/"): lambda world: {"punch": "in", "note": "Lent a bicycle."},
    ("PATCH", "capacities/{pk}/"): lambda world: {"open_minutes": "960.00", "running_tasks": 2},
    ("PATCH", "dispatch/policy/"): lambda world: {"open_minutes": "1200.00"},
    ("POST", "follows/"): lambda world: {"subject_type": "workorder", "subject": str(world.orders["released"].pk)},
    **{
        ("POST", f"{noun}/{{pk}}/follow/"): lambda world: {"wish": "mute"}
        for noun in ("work-orders", "tasks", "tickets")
    },
    ("PATCH", "preferences/"): lambda world: {
        "cells": [{"kind": "task_assigned", "transport": "email", "wanted": "digest"}]
    },
    ("PATCH", "default-preferences/"): lambda world: {
        "cells": [{"kind": "task_assigned", "transport": "email", "wanted": "off"}]
    },
    ("PATCH", "notification-schedule/"): lambda world: {"quiet_from": "22:00", "quiet_until": "06:00"},
    ("POST", "settings/notifications/"): lambda world: {"task_assigned.email": "digest"},
    ("POST", "settings/notifications/hours/"): lambda world: {
        "quiet_from": "22:00",
        "quiet_until": "06:00",
        "digest": "daily",
        "digest_at": "07:00",
    },
    ("POST", "settings/notifications/defaults/"): lambda world: {"task_assigned.email": "off"},
    ("POST", "settings/skills/"): lambda world: {"code": "TIG", "name": "TIG welding"},
    ("POST", "settings/skills/{pk}/"): lambda world: {"code": "TIG", "name": "TIG welding"},
    ("POST", "settings/member-skills/{pk}/"): lambda world: {"level": "4", "certified_until": "2031-03-31"},
    ("POST", "settings/shifts/"): lambda world: SHIFT_FORM,
    ("POST", "settings/shifts/{pk}/"): lambda world: SHIFT_FORM,
    ("POST", "settings/member-shifts/{pk}/"): lambda world: {"since": "2031-03-03", "until": "2031-03-31"},
    ("POST", "settings/members/{pk}/capacity/"): lambda world: {"open_minutes": "960", "running_tasks": "2"},
    ("POST", "dispatch/plans/"): lambda world: {"name": "Monday", "department": str(world.assembly.pk)},
    ("POST", "webhooks/"): lambda world: WEBHOOK | {"kinds": ["workorder.released"]},
    ("PATCH", "webhooks/{pk}/"): lambda world: {"name": "Another ERP"},
    ("POST", "settings/webhooks/"): lambda world: WEBHOOK,
    ("POST", "settings/webhooks/{pk}/"): lambda world: WEBHOOK,
    ("POST", "push-subscriptions/"): lambda world: {
        "endpoint": "https://push.example.com/abc",
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
    ("POST", "settings/dispatch/"): lambda world: {
        "open_minutes": "1200",
        "plan_days": "5",
        "undo_minutes": "60",
        "approval_from": "20",
        "move_penalty": "120",
    },
}


def _known_skill(world):
    return str(SkillFactory(organization=world.north).pk)


def _known_shift(world):
    return str(ShiftFactory(organization=world.north).pk)


def _place_of(world, hand):
    return str(world.assembly.pk if hand == str(world.omar.pk) else world.welding.pk)


def _neighbour(world, hand):
    """Somebody else who works where they do."""
    department = world.assembly if hand == str(world.omar.pk) else world.welding
    return OperatorFactory(organization=world.north, department=department)


def _held_by(world, member):
    return str(AssignmentFactory(organization=world.north, member=member, task__department=member.department).pk)


def _a_pair(world, hand):
    """What they have, and what a neighbour has."""
    one, other = (world.omar if hand == str(world.omar.pk) else world.odd), _neighbour(world, hand)
    return {"first": _held_by(world, one), "second": _held_by(world, other)}


# What is said of somebody: of one in the actor's hands, or of somebody else.
OF_A_HAND = {
    ("POST", "member-skills/"): lambda world, hand: {"member": hand, "skill": _known_skill(world), "level": 2},
    ("POST", "member-shifts/"): lambda world, hand: {
        "member": hand,
        "shift": _known_shift(world),
        "since": "2031-03-03",
    },
    ("POST", "time-clock/badges/"): lambda world, hand: {"member": hand},
    ("POST", "time-clock/add/"): lambda world, hand: {
        "member": hand,
        "punch": "in",
        "at": (context.now() - datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
        "note": "It was forgotten.",
    },
    ("POST", "badges/"): lambda world, hand: {"member": hand},
    ("POST", "plans/"): lambda world, hand: {"name": "Monday", "department": _place_of(world, hand)},
    ("POST", "capacities/"): lambda world, hand: {"member": hand, "open_minutes": "960.00"},
}
OF_A_HAND |= {
    ("POST", "assignments/{pk}/reassign/"): lambda world, hand: {"member": str(_neighbour(world, hand).pk)},
    ("POST", "assignments/swap/"): _a_pair,
    ("POST", "assignments/{pk}/swap/"): lambda world, hand: {"second": _held_by(world, _neighbour(world, hand))},
}
OF_A_HAND |= {("POST", f"settings/{noun}"): OF_A_HAND["POST", noun] for noun in ("member-skills/", "member-shifts/")}
