"""The same comment twice at once, the same new tag from two orders, and the last file there is room for.

Each with a positive control: with its guard taken out the anomaly must appear, or the test proves nothing.
"""

import contextlib
from unittest import mock

import pytest
from django.core.files.base import ContentFile

from tenants.context import tenant
from tenants.errors import NotAllowed
from tenants.ids import uuid7
from tenants.models import Event
from tests.factories import OperatorFactory, OrganizationFactory, PlannerFactory, WorkOrderFactory
from tests.support.racing import Meeting, no_constraint, no_lock, race
from workorder import problems
from workorder.actions import attachments, comments, tags
from workorder.models import Attachment, Comment, Tag, WorkOrderTag
from workorder.problems import conversation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def north():
    return OrganizationFactory(slug="north")


@pytest.fixture
def inside(north):
    """`inside(function)`: a racer that runs it in the organization."""

    def inside(function):
        def run():
            with tenant(north):
                return function()

        return run

    return inside


class TestSameCommentTwice:
    """A phone sends it again before the first answer has come."""

    @pytest.fixture
    def said(self, north, inside):
        order = WorkOrderFactory(organization=north)
        by, mark = OperatorFactory(organization=north), uuid7()

        def said():
            say = inside(lambda: comments.add(order, by=by, text="Wet.", client_id=mark))
            with mock.patch.object(comments, "mentioned_in", Meeting(2).after(comments.mentioned_in)):
                answers = race(say, say)
            with tenant(north):
                return answers, Comment.objects.count(), Event.objects.filter(kind="comment.added").count()

        return said

    def test_control_without_the_constraint_it_is_said_twice(self, said, database_urls):
        with no_constraint(database_urls.owner, "workorder_comment", "comment_client_id_once"):
            assert said()[1:] == (2, 2)

    def test_both_get_the_one_comment(self, said):
        answers, rows, events = said()

        assert (answers[0].pk, rows, events) == (answers[1].pk, 1, 1)


class TestSameNewTag:
    """Two planners write a word that nobody has written before, one in capitals."""

    @pytest.fixture
    def tagged(self, north, inside):
        orders = [WorkOrderFactory(organization=north) for _ in range(2)]
        by = PlannerFactory(organization=north)

        def tagged():
            tag = [
                inside(lambda order=order, name=name: tags.set_tags(order, by=by, names=[name]))
                for order, name in zip(orders, ("Rush", "RUSH"), strict=True)
            ]
            with mock.patch.object(tags, "_make", Meeting(2).before(tags._make)):
                answers = race(*tag)
            with tenant(north):
                return answers, Tag.objects.count(), WorkOrderTag.objects.count()

        return tagged

    def test_control_without_the_constraint_there_are_two(self, tagged, database_urls):
        with no_constraint(database_urls.owner, "workorder_tag", "tag_name_once"):
            assert tagged()[1] == 2

    def test_both_orders_have_the_same_one(self, tagged):
        answers, words, links = tagged()

        assert [type(answer).__name__ for answer in answers] == ["WorkOrder", "WorkOrder"]
        assert (words, links) == (1, 2)


class TestLastFile:
    """There is room for one more, and two bring one."""

    @pytest.fixture
    def brought(self, north, inside):
        order = WorkOrderFactory(organization=north)
        by = OperatorFactory(organization=north)

        def brought(guards):
            bring = [
                inside(lambda name=name: attachments.add(order, by=by, file=ContentFile(b"words"), name=name))
                for name in ("a.txt", "b.txt")
            ]
            met = mock.patch.object(problems, "of_attaching", Meeting(2).after(problems.of_attaching))
            with guards, met, mock.patch.object(conversation, "MAX_FILES", 1):
                answers = race(*bring)
            with tenant(north):
                return answers, Attachment.objects.count()

        return brought

    def test_control_without_the_lock_both_fit_in(self, brought):
        assert brought(no_lock())[1] == 2

    def test_one_is_kept_and_the_other_told(self, brought):
        answers, kept = brought(contextlib.nullcontext())

        assert kept == 1
        assert sorted(type(answer).__name__ for answer in answers) == ["Attachment", "NotAllowed"]
        assert all(answer.problems[0].code == "too_many_files" for answer in answers if isinstance(answer, NotAllowed))
