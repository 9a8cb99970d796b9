"""Who the work is for."""

from urllib.parse import quote

from django.db import models

from tenants.models import TenantManager, TenantModel, TenantQuerySet

PLACE = "{reference}"


class CustomerQuerySet(TenantQuerySet):
    def active(self):
        return self.filter(active=True)


class Customer(TenantModel):
    NOUN = "customer"

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    reference_url = models.CharField(
        max_length=300, blank=True, help_text="Where their own order is found; {reference} stands for its reference."
    )
    active = models.BooleanField(default=True)

    objects = TenantManager.from_queryset(CustomerQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="customer_code_once")]

    def __str__(self) -> str:
        return self.name

    def link_to(self, reference: str) -> str:
        """Where their own order is found, empty if that is not known."""
        if not (self.reference_url and reference):
            return ""
        return self.reference_url.replace(PLACE, quote(reference, safe=""))
