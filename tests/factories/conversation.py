"""What people say and bring about orders, and the tags orders are sorted by."""

import factory
from django.core.files.base import ContentFile

from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import OperatorFactory
from tests.factories.orders import WorkOrderFactory
from workorder.actions import attachments, comments, tags
from workorder.models import Attachment, Comment, Tag, WorkOrderTag


class CommentFactory(BaseFactory):
    """Said about a released order, or about any `subject`."""

    class Meta:
        model = Comment

    subject = factory.SubFactory(WorkOrderFactory, organization=same_organization(), at="released")
    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    text = factory.Sequence(lambda n: f"The paper of pallet {n + 1} is wet.")

    @classmethod
    def _made(cls, model_class, *, organization, subject, member, text):
        return comments.add(subject, by=member, text=text)


class AttachmentFactory(BaseFactory):
    """A small drawing of a released order, or of any `subject`."""

    class Meta:
        model = Attachment

    subject = factory.SubFactory(WorkOrderFactory, organization=same_organization(), at="released")
    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    name = factory.Sequence(lambda n: f"drawing-{n + 1}.pdf")
    content = b"%PDF-1.4 a drawing"

    @classmethod
    def _made(cls, model_class, *, organization, subject, member, name, content):
        return attachments.add(subject, by=member, file=ContentFile(content), name=name)


class WorkOrderTagFactory(BaseFactory):
    """A draft with one tag."""

    class Meta:
        model = WorkOrderTag

    order = factory.SubFactory(WorkOrderFactory, organization=same_organization())
    name = factory.Sequence(lambda n: f"Tag {n + 1}")

    @classmethod
    def _made(cls, model_class, *, organization, order, name):
        had = [link.tag.name for link in order.tag_links.select_related("tag")]
        tags.set_tags(order, by=None, names=[*had, name])
        return WorkOrderTag.objects.select_related("tag").get(work_order=order, tag__name=name)


class TagFactory(WorkOrderTagFactory):
    """A tag, which some draft has."""

    class Meta:
        model = Tag

    @classmethod
    def _made(cls, model_class, **values):
        return super()._made(model_class, **values).tag
