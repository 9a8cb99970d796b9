"""A word on the open page, for whom it is and while they may be disturbed; the inbox has the entry either way."""

import datetime

import pytest

from notifications import hub
from notifications.actions import telling
from notifications.models import Follow, Notification, NotificationSchedule, Preference
from notifications.states import Kind, Transport, Wanted
from tenants import events
from tenants.context import tenant
from tests.factories import DepartmentFactory, NotificationFactory, WorkOrderFactory
from tests.support.clients import committed

pytestmark = pytest.mark.django_db


@pytest.fixture
def frames(monkeypatch):
    """What was published: (member id, frame)."""
    seen = []
    monkeypatch.setattr(
        hub, "publish", lambda organization_id, frame, *, member_id=None: seen.append((member_id, frame))
    )
    return seen


def tell(world, member, **how):
    with committed(), tenant(world.north):
        event = events.record(DepartmentFactory(organization=world.north), "department.created", by=None)
        telling.tell(event, to=[member], kind=Kind.TASK_ASSIGNED, title="Folding is yours", **how)
        return Notification.objects.get(event=event, recipient=member)


def toasts(frames):
    return [(member_id, frame.id) for member_id, frame in frames if frame.type == "told"]


@pytest.fixture
def quiet(world, frozen_clock):
    """Omar is asleep."""
    frozen_clock.shift(hours=0)
    with tenant(world.north):
        NotificationSchedule.objects.create(
            member=world.omar, quiet_from=datetime.time(0, 0), quiet_until=datetime.time(23, 59)
        )


class TestFrame:
    def test_open_pages_of_the_recipient_are_told_after_the_commit(self, world, frames):
        entry = tell(world, world.omar)

        assert toasts(frames) == [(world.omar.pk, entry.pk)]

    def test_frame_says_nothing_but_which_and_how_loud(self, world, frames):
        """What it says is read over HTTP, by whom it is for."""
        tell(world, world.omar)

        told = next(frame for _, frame in frames if frame.type == "told")
        assert set(told.model_dump()) == {"type", "id", "level"}

    def test_nothing_is_said_before_the_commit(self, world, frames):
        with tenant(world.north):
            event = events.record(DepartmentFactory(organization=world.north), "department.created", by=None)
            telling.tell(event, to=[world.omar], kind=Kind.TASK_ASSIGNED, title="Folding is yours")

        assert toasts(frames) == []

    def test_not_where_it_is_turned_off(self, world, frames):
        with tenant(world.north):
            Preference.objects.create(
                member=world.omar, kind=Kind.TASK_ASSIGNED, transport=Transport.LIVE, wanted=Wanted.OFF
            )

        tell(world, world.omar)

        assert toasts(frames) == []

    def test_not_in_quiet_hours(self, world, frames, quiet):
        tell(world, world.omar)

        assert toasts(frames) == []

    def test_urgent_news_break_through(self, world, frames, quiet):
        tell(world, world.omar, urgent=True)

        assert len(toasts(frames)) == 1

    def test_not_of_what_somebody_muted(self, world, frames):
        with tenant(world.north):
            order = WorkOrderFactory(organization=world.north)
            Follow.objects.create(member=world.omar, subject_type="workorder", subject_id=order.pk, muted=True)
            with committed():
                telling.tell(
                    events.newest(order), to=[world.omar], kind=Kind.ORDER_CHANGED, title="Muted", subject=order
                )

        assert toasts(frames) == []

    def test_told_twice_is_shown_once(self, world, frames):
        """A delivery may run again; the page must not say it again."""
        entry = tell(world, world.omar)
        with committed(), tenant(world.north):
            telling.tell(entry.event, to=[world.omar], kind=Kind.TASK_ASSIGNED, title="Folding is yours")

        assert len(toasts(frames)) == 1


class TestPart:
    @pytest.fixture
    def entry(self, world):
        return NotificationFactory(
            organization=world.north, recipient=world.omar, title="<b>Folding</b>", content="From Pia", url="/tasks/7/"
        )

    def test_recipient_reads_what_it_says(self, world, entry, client_for):
        answer = client_for(world.omar).get(f"/notifications/{entry.pk}/toast/", headers={"HX-Request": "true"})

        page = answer.content.decode()
        assert answer.status_code == 200
        assert "&lt;b&gt;Folding&lt;/b&gt;" in page
        assert ('href="/tasks/7/"' in page, "data-dismiss" in page, "<html" in page) == (True, True, False)

    def test_nobody_else_does(self, world, entry, client_for):
        assert client_for(world.ada).get(f"/notifications/{entry.pk}/toast/").status_code == 404

    def test_address_opened_by_hand_is_the_entry(self, world, entry, client_for):
        assert "What became of it" in client_for(world.omar).get(f"/notifications/{entry.pk}/toast/").content.decode()
