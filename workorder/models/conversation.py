"""What people say and show about an order or a task: comments, files, and the tags they sort orders by."""

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from tenants.models import TenantManager, TenantModel, TenantQuerySet, TenantRow

SUBJECTS = ("workorder", "task", "ticket")


def order_id_of(subject):
    """The order a subject belongs to, None for a ticket that has none."""
    return subject.pk if subject.NOUN == "workorder" else subject.work_order_id


class AboutQuerySet(TenantQuerySet):
    def about(self, *subjects):
        """Rows of these subjects, which may be of several kinds."""
        found = Q(pk__in=[])
        for subject in subjects:
            found |= Q(subject_type=subject.NOUN, subject_id=subject.pk)
        return self.filter(found)

    def kept(self):
        return self.filter(removed_at=None)

    def with_people(self):
        return self.select_related("member__user", "removed_by__user")


class About(TenantModel):
    """A row about something else, named as events name their subjects. Subjects are never deleted."""

    subject_type = models.CharField(max_length=30, choices=[(noun, noun) for noun in SUBJECTS])
    subject_id = models.UUIDField()
    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="+")
    client_id = models.UUIDField(null=True, blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(
        "tenants.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = TenantManager.from_queryset(AboutQuerySet)()

    class Meta(TenantModel.Meta):
        abstract = True
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "client_id"], name="%(class)s_client_id_once"),
        ]
        indexes = [models.Index(fields=["organization", "subject_id", "created_at"], name="%(class)s_of_subject")]


class Comment(About):
    NOUN = "comment"

    text = models.TextField()
    mentions = models.JSONField(default=list, blank=True, help_text="Ids of the members it names with @.")

    class Meta(About.Meta):
        pass

    def __str__(self) -> str:
        return self.text[:60]


class Attachment(About):
    """A file, stored under its own digest outside of anything a web server shows."""

    NOUN = "attachment"

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content, which is also where it is stored.")

    class Meta(About.Meta):
        pass

    def __str__(self) -> str:
        return self.name


def folded(name: str) -> str:
    """What is alike in all spellings of a tag."""
    return " ".join(name.split()).casefold()


class TagQuerySet(TenantQuerySet):
    def in_use(self):
        """Those that some order has; the others are slips nobody wants to be offered."""
        return self.filter(Exists(WorkOrderTag.objects.filter(tag=OuterRef("pk"))))

    def with_counts(self):
        """Each with `orders`, how many have it."""
        return self.annotate(orders=Count("order_links"))


class Tag(TenantModel):
    """A word orders are sorted by. However it is spelled first it stays; `folded` tells that it is the same word."""

    NOUN = "tag"

    name = models.CharField(max_length=40)
    folded = models.CharField(max_length=120, editable=False)  # folding may make three letters of one

    objects = TenantManager.from_queryset(TagQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "folded"], name="tag_name_once")]

    def __str__(self) -> str:
        return self.name


class WorkOrderTag(TenantRow):
    NOUN = "order_tag"

    work_order = models.ForeignKey("workorder.WorkOrder", on_delete=models.PROTECT, related_name="tag_links")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="order_links")

    class Meta(TenantRow.Meta):
        ordering = ["tag__name"]
        constraints = [models.UniqueConstraint(fields=["organization", "work_order", "tag"], name="tag_once_per_order")]

    def __str__(self) -> str:
        return str(self.tag_id)
