"""Files about an order, a task or a ticket: drawings, photographs, delivery notes."""

import logging
import re
import uuid
from typing import IO, Any

from django.db import IntegrityError, transaction

from tenants import context, events
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.transitions import change
from workorder import problems, queries
from workorder.actions import files
from workorder.models import Attachment
from workorder.models.conversation import order_id_of
from workorder.problems.files import HEAD

logger = logging.getLogger(__name__)
UNSEEN = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # what no name shows, or shows another way round


@transaction.atomic
def add(subject: Any, *, by: Member, file: Any, name: str, client_id: uuid.UUID | None = None) -> Attachment:
    """Keep a file about an order, a task or a ticket. `file` can be read and wound back, and knows its `size`.

    What kind it is follows from its name and its content, never from what the browser says.
    """
    if known := sent_before(client_id):
        return known
    name = _plain_name(name)
    file.seek(0)
    refuse_input(problems.of_given_file(name, file.read(HEAD), file.size))
    subject = type(subject).objects.lock(subject)  # two who bring the last file there is room for come one by one
    refuse(problems.of_attaching(Attachment.objects.about(subject).kept().count()))
    digest, size = files.store(file)
    kind = problems.kind_of(name)
    facts = {"subject_type": subject.NOUN, "subject_id": subject.pk, "member": by, "client_id": client_id}
    try:
        with transaction.atomic():
            attachment = Attachment.objects.create(
                name=name, content_type=kind.content_type if kind else "", size=size, digest=digest, **facts
            )
    except IntegrityError:
        if known := sent_before(client_id):
            return known
        raise
    events.record(attachment, "attachment.added", by=by, **_told(subject, attachment), size=size)
    return attachment


def sent_before(client_id: uuid.UUID | None) -> Attachment | None:
    return Attachment.objects.filter(client_id=client_id).first() if client_id else None


@transaction.atomic
def remove(attachment: Attachment, *, by: Member, seen: int | None = None) -> None:
    """Give it out no more. The row stays, and the history says who removed it."""
    attachment = Attachment.objects.lock(attachment, seen=seen)
    if attachment.removed_at and attachment.removed_by_id == by.pk:
        return
    refuse(problems.of_removing(attachment))
    told = _told(queries.subject_of(attachment), attachment)
    change(attachment, "attachment.removed", by=by, data=told, removed_at=context.now(), removed_by=by)


def content(attachment: Attachment) -> IO[bytes]:
    """What was brought, open for reading; `FileNotFoundError` if it is no longer given out, or is not what it was."""
    if attachment.removed_at:
        raise FileNotFoundError(attachment.pk)
    try:
        opened = files.open_stored(attachment.digest)
    except FileNotFoundError:
        logger.error("The content of attachment %s is missing: %s", attachment.pk, attachment.digest)
        raise
    size = opened.seek(0, 2)
    opened.seek(0)
    if size != attachment.size:
        opened.close()
        logger.error("The content of attachment %s has %d bytes, not %d.", attachment.pk, size, attachment.size)
        raise FileNotFoundError(attachment.pk)
    return opened


def _plain_name(name: Any) -> Any:
    """Without the folders it lay in, and without what cannot be seen."""
    if not isinstance(name, str):
        return name
    return UNSEEN.sub("", name.replace("\\", "/").rpartition("/")[2]).strip()


def _told(subject: Any, attachment: Attachment) -> dict[str, Any]:
    told = {"subject_type": subject.NOUN, "subject_id": subject.pk, "work_order": order_id_of(subject)}
    return told | {"name": attachment.name}
