"""What happened, in words: every kind of event has a sentence, names are read at once, and nothing breaks it."""

import datetime
import re
import uuid

import pytest
from django.utils import timezone

from dispatch.states import ABSENCE, ASSIGNMENT, PLAN
from notifications.states import ESCALATION
from tenants import words
from tenants.context import tenant
from tenants.models import Event
from tenants.words import said
from tests.factories import AssignmentFactory, WorkOrderTaskFactory
from tests.golden import events as golden
from tests.support.source import app_files, called, constants, nodes
from workorder.states import IMPORT, ORDER, PROCESS, TASK, TICKET

KIND = re.compile(r"[a-z_]+\.[a-z_]+")
MACHINES = (ORDER, PROCESS, TASK, TICKET, IMPORT, ASSIGNMENT, PLAN, ABSENCE, ESCALATION)
CATALOGUE = {
    f"{noun}.{past}"
    for noun in ("customer", "product", "operation", "reason_code")
    for past in ("created", "edited", "removed")
}
RECORDERS = {"record", "record_all", "change", "change_all", "_recount"}


def recorded():
    """Every kind that the product's source writes down: by the verbs of machines, and by name."""
    found = {machine.kind(verb) for machine in MACHINES for verb in machine.moves} | CATALOGUE
    for _, node in nodes(app_files()):
        if called(node) in RECORDERS:
            given = {word for argument in node.args for word in constants(argument)}
            found |= {kind for kind in given if isinstance(kind, str) and KIND.fullmatch(kind)}
    return found | {"approval.given", "approval.overdue"}  # named by constants


class TestEveryKind:
    """Whoever adds a kind of event adds a sentence."""

    def test_every_kind_that_is_recorded_has_a_sentence(self):
        known = set(words.kinds())

        assert recorded() - known == set(), "Add a sentence to SENTENCES in the words.py of its app."
        assert known - recorded() == set(), "Stale sentence: nothing writes this kind."

    def test_every_golden_kind_has_a_sentence(self):
        assert (set(golden.WRITTEN_BY.values()) | golden.BESIDES) - set(words.kinds()) == set()

    @pytest.mark.django_db
    @pytest.mark.parametrize("kind", words.kinds())
    def test_sentence_can_be_said_of_next_to_nothing(self, world, kind):
        """Events of last year lack what today's tell: a page of history must not break on them."""
        with tenant(world.north):
            event = Event(kind=kind, subject_type=kind.partition(".")[0], subject_id=uuid.uuid4(), data={})
            text = str(said([event])[event.pk])

        assert text[0].isupper() or text[0] in "“0123456789"
        assert not re.search(r"[{}]|  ", text)

    @pytest.mark.django_db
    def test_kind_of_a_later_version_is_said_in_its_own_words(self, world):
        order = world.orders["draft"]

        with tenant(world.north):
            event = Event(
                kind="workorder.turned_over", subject_type="workorder", subject_id=order.pk, actor=world.pia, data={}
            )
            text = said([event])[event.pk].text

        assert text == f"Pia: {order.number} turned over"


@pytest.mark.django_db
class TestSentences:
    """Names instead of ids, and the words somebody gave."""

    @pytest.fixture
    def tell(self, world):
        """What an event about the draft says, by Pia unless told otherwise, to somebody who looks at the order."""
        order = world.orders["draft"]

        def tell(kind, *, actor="pia", it=True, subject=None, **data):
            subject = subject or order
            by = getattr(world, actor) if actor else None
            with tenant(world.north), timezone.override("Europe/Berlin"):
                event = Event(kind=kind, subject_type=subject.NOUN, subject_id=subject.pk, actor=by, data=data)
                return str(said([event], it={order.pk} if it else ())[event.pk])

        return tell

    def test_the_reason_follows_the_sentence(self, tell):
        assert tell("workorder.approved", comment="price agreed") == "Pia approved it: price agreed"

    def test_whoever_does_not_have_it_before_them_reads_its_number(self, world, tell):
        assert tell("workorder.approved", it=False) == f"Pia approved {world.orders['draft'].number}"

    def test_a_reader_of_the_ledger_is_told_where_a_task_belongs(self, world, tell):
        task = WorkOrderTaskFactory(organization=world.north)

        title, number = f"“{task.title}”", task.work_order.number
        assert tell("task.started", subject=task, it=False) == f"Pia started {title} of {number}"
        assert tell("task.started", subject=task) == f"Pia started {title}"

    def test_somebody_elses_place_is_named(self, world, tell):
        assert tell("approval.given", actor="omar", level=1, on_behalf_of=str(world.ada.pk)) == (
            "Omar, for Ada, approved level 1 of it"
        )

    def test_an_edit_says_from_what_to_what(self, world, tell):
        before = {"title": "Posters", "due_at": "2026-05-03T08:00:00Z", "budget": None, "customer": None}
        after = {
            "title": "Flyers",
            "due_at": "2026-05-05T08:00:00Z",
            "budget": "1200.00",
            "customer": str(world.customer.pk),
        }
        named = ["budget", "customer", "due_at", "notes", "title"]

        text = tell("workorder.edited", changed=named, **{"from": before, "to": after})

        assert text == (
            f"Pia changed it: budget none → 1200, customer none → {world.customer.name}, "
            "due date 3 May 2026, 10:00 → 5 May 2026, 10:00, notes and title Posters → Flyers"
        )

    def test_an_older_edit_names_what_changed(self, tell):
        assert tell("workorder.edited", changed=["due_at", "title"]) == "Pia changed it: due date and title"

    def test_a_changed_policy_says_from_what_to_what(self, tell):
        text = tell("approval_policy.edited", changed={"overdue_hours": {"from": 24, "to": 12}})

        assert text == "Pia changed who has to approve: overdue hours 24 → 12"

    def test_a_move_of_the_due_date_is_told_on_the_organizations_wall(self, tell):
        text = tell("workorder.rescheduled", reason="Paper late.", **{"from": None, "to": "2026-12-24T23:30:00Z"})

        assert text == "Pia moved the due date of it from none to 25 Dec 2026, 00:30: Paper late."

    def test_a_cancellation_says_what_it_stopped(self, tell):
        stopped = {"processes": 2, "tasks": 1, "running": ["Print: Poster"]}

        assert tell("workorder.cancelled", reason="Sold.", stopped=stopped) == (
            "Pia cancelled it (2 processes and 1 task stopped, of which Print: Poster had begun): Sold."
        )

    @pytest.mark.parametrize(
        ("kind", "data", "text"),
        [
            ("workorder.tagged", {"added": ["A", "B"], "removed": []}, "Pia gave it the tags A and B"),
            ("workorder.tagged", {"added": [], "removed": ["A"]}, "Pia took the tag A from it"),
            (
                "task.reported",
                {"good": "2.000", "defect": "1.000", "code": "Wet"},
                "Pia reported 2 good and 1 defect (Wet) on it",
            ),
            ("task.corrected", {"good": "2.000", "note": "Slip."}, "Pia took back the report of 2 good on it: Slip."),
            ("task.split", {"parts": [{"quantity": "4.000"}, {"quantity": "1.500"}]}, "Pia split 4 and 1.5 off it"),
            ("task.paused", {"code": "Break", "reason": "Lunch."}, "Pia paused it (Break): Lunch."),
            ("task.resumed", {"minutes": "12.40"}, "Pia resumed it after 12 min"),
            (
                "import.written",
                {"orders": 2, "first": "WO-1", "last": "WO-2"},
                "It was written: WO-1 to WO-2",
            ),
            ("ticket.converted", {"number": "WO-1"}, "Pia made it the work order WO-1"),
            ("workorder.created", {"copied_from_number": "WO-1"}, "Pia created it as a copy of WO-1"),
        ],
    )
    def test_what_templates_cannot_say(self, tell, kind, data, text):
        assert tell(kind, **data) == text

    def test_the_system_has_a_name(self, tell):
        assert tell("workorder.begun", actor=None) == "Work on it began"
        assert tell("task.completed", actor=None) == "Workfloor completed it"

    def test_assignments_name_the_task_and_the_person(self, world, tell):
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
        given, title = AssignmentFactory(organization=world.north, task=task, member=world.omar), f"“{task.title}”"

        texts = [
            tell(f"assignment.{past}", actor="sina", subject=given) for past in ("offered", "declined", "withdrawn")
        ]

        assert texts == [
            f"{title} was offered to Omar",
            f"Omar declined {title}",
            f"Sina took {title} back from Omar",
        ]

    def test_what_is_gone_keeps_the_name_its_event_tells(self, tell):
        gone = type("Gone", (), {"NOUN": "product", "pk": uuid.uuid4()})

        assert tell("product.removed", subject=gone, code="POST", name="Poster") == "Pia removed the product Poster"

    def test_braces_of_people_are_letters(self, world, tell):
        """A title is data, and no template."""
        text = tell(
            "workorder.edited", changed=["title"], **{"from": {"title": "{who}"}, "to": {"title": "{0.__class__}"}}
        )

        assert text == "Pia changed it: title {who} → {0.__class__}"

    def test_names_of_another_house_stay_there(self, world, tell):
        """An id in the data of an event leads nowhere but into the own organization."""
        assert tell("task.assigned", member=str(world.zoe.pk)) == "It was given to something that is gone"


@pytest.mark.django_db
class TestNames:
    def test_names_of_a_long_list_are_one_query(self, world, query_counter):
        with tenant(world.north):
            events = list(Event.objects.all()[:100])
            with query_counter(exact=1):
                found = said(events)

        assert len(found) == len(events) > 50

    def test_a_moment_is_only_what_looks_like_one(self):
        """2026-13-45 and a part number are text."""
        with timezone.override(datetime.UTC):
            plain = [
                words.plain(text) for text in ("2026-05-03T08:00:00Z", "2026-13-45T08:00:00Z", "1.500", "A.1", "12")
            ]

        assert plain == ["3 May 2026, 08:00", "2026-13-45T08:00:00Z", "1.5", "A.1", "12"]
