"""The ledger through the API: in words, filtered, and as a file to take along."""

import csv
import datetime
import io
import json

import pytest

from tenants import context
from tenants.context import tenant
from tenants.models import Event, Organization
from tenants.pages import export
from tests.factories import CommentFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(world, api_client):
    return lambda name: api_client.as_(getattr(world, name))


def said(answer):
    return [event["said"] for event in answer.body["results"]]


def table(answer):
    return table_of(answer.file)


def table_of(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


class TestWords:
    """Every event says itself, where people look and where programs do."""

    def test_history_of_a_thing_calls_it_it(self, world, as_):
        order = world.orders["submitted"]
        as_("ada").post(f"work-orders/{order.pk}/approve/", {"comment": "price agreed"})

        nested = said(as_("vera").get(f"work-orders/{order.pk}/events/"))
        ledger = said(as_("vera").get("events/", {"subject": order.pk}))

        assert nested[:2] == ["Ada approved it: price agreed", "Pia submitted it for approval"]
        assert ledger[0] == f"Ada approved {order.number}: price agreed"

    def test_history_of_an_order_includes_what_belongs_to_it(self, world, as_):
        """Who was asked and what they said, what people said about it, and what became of its parts."""
        order = world.orders["approved"]
        as_("pia").post(f"work-orders/{order.pk}/release/")
        task = as_("pia").get(f"work-orders/{order.pk}/tasks/").body["results"][0]
        as_("pia").post(f"tasks/{task['id']}/assign/", {"member": str(world.omar.pk)})
        offer = as_("omar").get("assignments/", {"task": task["id"]}).body["results"][0]
        as_("omar").post(f"assignments/{offer['id']}/decline/", {"reason": "On leave."})
        as_("omar").post(f"tasks/{task['id']}/comments/", {"text": "Ask @sina."})
        as_("pia").put(f"work-orders/{order.pk}/tags/", {"tags": ["Rush"]})

        told = said(as_("vera").get(f"work-orders/{order.pk}/events/"))
        of_task = said(as_("vera").get(f"tasks/{task['id']}/events/"))

        title = f"“{task['title']}”"
        assert {
            f"{title} was offered to Omar: Pia gave it to Omar.",
            f"Omar declined {title}: On leave.",
            f"Omar commented on {title} and mentioned Sina: Ask @sina.",
            "Pia gave it the tag Rush",
        } <= set(told)
        assert "Omar commented and mentioned Sina: Ask @sina." in of_task

    @pytest.mark.parametrize(
        ("path", "body", "text"),
        [
            ("customers", {"name": "Acme"}, "Ada changed it: name"),
            ("departments", {"name": "Folding"}, "Ada changed it: name"),
            ("members", {"role": "supervisor"}, "Ada changed it: role operator → supervisor"),
        ],
    )
    def test_every_noun_with_a_history_shows_it(self, world, as_, path, body, text):
        things = {"customers": world.customer, "departments": world.assembly, "members": world.omar}
        as_("ada").patch(f"{path}/{things[path].pk}/", body)

        assert said(as_("vera").get(f"{path}/{things[path].pk}/events/"))[0] == text

    def test_an_edit_tells_from_what_to_what(self, world, as_):
        order = world.orders["draft"]
        before = as_("pia").get(f"work-orders/{order.pk}/").body["title"]
        as_("pia").patch(f"work-orders/{order.pk}/", {"title": "Flyers", "notes": "Long words."})

        told = as_("vera").get(f"work-orders/{order.pk}/events/").body["results"][0]

        assert told["said"] == f"Pia changed it: notes and title {before} → Flyers"
        assert told["data"] == {"changed": ["notes", "title"], "from": {"title": before}, "to": {"title": "Flyers"}}


class TestFilters:
    """An audit begins with a question."""

    def test_several_kinds_are_asked_for_at_once(self, as_):
        found = as_("vera").get("events/?kind=workorder.approved&kind=workorder.closed&page_size=100").body["results"]

        assert {event["kind"] for event in found} == {"workorder.approved", "workorder.closed"}

    def test_door_is_a_filter(self, world, as_):
        as_("pia").post(f"work-orders/{world.orders['draft'].pk}/submit/")

        found = as_("vera").get("events/", {"via": "api"}).body["results"]

        assert [event["kind"] for event in found] == ["workorder.submitted"]

    @pytest.mark.parametrize("asked", [{"kind": "everything"}, {"via": "window"}, {"subject": "x"}, {"actor": "x"}])
    @pytest.mark.parametrize("path", ["events/", "events/export.csv"])
    def test_question_that_cannot_be_meant_is_400(self, as_, path, asked):
        answer = as_("ada").get(path, asked)

        assert (answer.status_code, list(answer.body["fields"])) == (400, list(asked))


class TestExport:
    """All of it as a table that a spreadsheet opens and does not run."""

    def test_table_is_the_list(self, as_):
        rows = table(as_("sina").get("events/export.csv"))
        listed = as_("sina").get("events/", {"page_size": 100}).body["results"]

        assert list(rows[0]) == list(export.COLUMNS)
        assert [(row["kind"], row["said"], row["subject"]) for row in rows[:100]] == [
            (event["kind"], event["said"], event["subject"]) for event in listed
        ]

    def test_it_passes_the_same_filters(self, world, as_):
        rows = table(as_("sina").get("events/export.csv", {"kind": "workorder.closed", "actor": world.pia.pk}))

        assert {(row["kind"], row["actor"]) for row in rows} == {("workorder.closed", str(world.pia.pk))}

    def test_times_are_on_the_organizations_wall_with_their_offset(self, world, as_):
        Organization.objects.filter(pk=world.north.pk).update(time_zone="Asia/Kolkata")

        moments = [
            datetime.datetime.fromisoformat(row["occurred_at"]) for row in table(as_("sina").get("events/export.csv"))
        ]

        assert {moment.utcoffset() for moment in moments} == {datetime.timedelta(hours=5, minutes=30)}
        assert moments == sorted(moments, reverse=True)

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
    def test_cell_that_begins_like_a_formula_is_text(self, start):
        """`=HYPERLINK(…)` in a title would run on the desk of whoever reads the audit."""
        assert export.harmless(f"{start}1") == f"'{start}1"
        assert export.harmless("a=1") == "a=1"

    def test_title_that_is_a_formula_arrives_as_text(self, world, as_):
        CommentFactory(organization=world.north, subject=world.orders["draft"], member=world.omar, text="=1+1")

        row = table(as_("sina").get("events/export.csv", {"kind": "comment.added"}))[0]

        assert json.loads(row["data"])["text"] == "=1+1"
        assert not any(cell.startswith(export.FORMULA) for cell in row.values())

    def test_pieces_fit_together_even_within_one_moment(self, world, as_, monkeypatch):
        """Many events share a moment: nothing is lost between two pieces, and nothing comes twice."""
        with tenant(world.north):
            now = context.now()
            moments = [now] * 5 + [now - datetime.timedelta(seconds=1)] * 4
            Event.objects.bulk_create(
                Event(
                    kind="workorder.begun",
                    subject_type="workorder",
                    subject_id=world.orders["draft"].pk,
                    subject_version=100 + number,
                    via="job",
                    occurred_at=moment,
                    recorded_at=now,
                )
                for number, moment in enumerate(moments)
            )
            count = Event.objects.filter(kind="workorder.begun").count()
        whole = as_("sina").get("events/export.csv", {"kind": "workorder.begun"}).file
        monkeypatch.setattr(export, "PIECE", 2)

        pieces = as_("sina").get("events/export.csv", {"kind": "workorder.begun"}).file

        assert len(table_of(pieces)) == count
        assert pieces == whole

    def test_a_piece_costs_two_queries_however_many_there_are(self, world, query_counter, monkeypatch):
        monkeypatch.setattr(export, "PIECE", 20)
        with tenant(world.north):
            rows = Event.objects.all()
            pieces = -(-rows.count() // 20)

        with query_counter() as counted:
            text = "".join(export.lines_of(world.north, rows))

        asked = [query for query in counted.captured_queries if "FROM" in query["sql"]]
        assert len(asked) <= 2 * (pieces + 1)
        assert text.count("\r\n") > 20 * (pieces - 1)

    def test_what_happens_meanwhile_is_left_out(self, world, monkeypatch):
        monkeypatch.setattr(export, "PIECE", 5)
        with tenant(world.north):
            count = Event.objects.count()
            pieces = export.lines_of(world.north, Event.objects.all())
        first = next(pieces) + next(pieces)
        CommentFactory(organization=world.north, subject=world.orders["draft"], member=world.omar)

        rest = "".join(pieces)

        assert len(table_of((first + rest).encode())) == count

    def test_file_is_named_after_the_house_and_the_day(self, as_, frozen_clock):
        answer = as_("sina").get("events/export.csv")

        assert answer["Content-Disposition"] == f'attachment; filename="events-north-{context.now():%Y-%m-%d}.csv"'
        assert answer["Cache-Control"] == "private, no-store"

    def test_nothing_of_another_house_is_in_it(self, world, as_):
        text = as_("zoe").get("events/export.csv").file.decode()

        assert str(world.pia.pk) not in text
        assert str(world.zoe.pk) in text

    def test_a_house_where_nothing_happened_gets_the_heading(self):
        empty = OrganizationFactory(slug="empty")
        with tenant(empty):
            rows = Event.objects.all()

        assert "".join(export.lines_of(empty, rows)) == ",".join(export.COLUMNS) + "\r\n"
