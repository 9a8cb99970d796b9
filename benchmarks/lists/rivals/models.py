"""The same tables, as somebody would have written them without tenants, machines or events."""

# Nobody looks at these.
# ruff: noqa: DJ008

import uuid
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils import timezone


class Plain(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organization_id = models.UUIDField(default=settings.ORGANIZATION)

    class Meta:
        abstract = True
        managed = False


class User(AbstractBaseUser):
    id = models.UUIDField(primary_key=True)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField()

    USERNAME_FIELD = "email"

    class Meta:
        managed = False
        db_table = "tenants_user"


class Member(Plain):
    user = models.ForeignKey(User, on_delete=models.PROTECT)

    class Meta(Plain.Meta):
        db_table = "tenants_member"


class Token(Plain):
    digest = models.CharField(max_length=64, unique=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)

    class Meta(Plain.Meta):
        db_table = "tenants_apitoken"


class Kept(Plain):
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Plain.Meta):
        abstract = True


class Customer(Plain):
    reference_url = models.CharField(max_length=300, blank=True)

    class Meta(Plain.Meta):
        db_table = "workorder_customer"


class Product(Plain):
    unit = models.CharField(max_length=12)

    class Meta(Plain.Meta):
        db_table = "workorder_product"


class Process(Plain):
    department_id = models.UUIDField()

    class Meta(Plain.Meta):
        db_table = "workorder_process"


class NumberSeries(Plain):
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta(Plain.Meta):
        db_table = "workorder_numberseries"


class WorkOrder(Kept):
    number = models.CharField(max_length=20)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    title = models.CharField(max_length=200)
    priority = models.CharField(max_length=10, default="normal")
    due_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=12, default="draft")
    progress = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    estimate_minutes = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    budget = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    estimate_cost = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0))
    actual_minutes = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    actual_cost = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0))
    approval_levels = models.PositiveSmallIntegerField(default=0)
    approval_level = models.PositiveSmallIntegerField(default=0)
    copied_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    customer_reference = models.CharField(max_length=80, blank=True)
    notes = models.TextField(blank=True)
    released_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta(Kept.Meta):
        db_table = "workorder_workorder"


class Tag(Plain):
    name = models.CharField(max_length=40)

    class Meta(Plain.Meta):
        db_table = "workorder_tag"


class WorkOrderTag(Plain):
    work_order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="tag_links")
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT)

    class Meta(Plain.Meta):
        db_table = "workorder_workordertag"
        ordering = ["tag__name"]


class Line(Kept):
    work_order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField()
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit = models.CharField(max_length=12)

    class Meta(Kept.Meta):
        db_table = "workorder_workorderproduct"


class OrderProcess(Kept):
    work_order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="processes")
    process = models.ForeignKey(Process, on_delete=models.PROTECT)
    department_id = models.UUIDField()
    sequence = models.PositiveIntegerField()
    parallel_with_previous = models.BooleanField(default=False)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    status = models.CharField(max_length=12, default="waiting")

    class Meta(Kept.Meta):
        db_table = "workorder_workorderprocess"
