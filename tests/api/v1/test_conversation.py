"""Comments, files and tags through the API: said once, kept safely, told to whom it concerns."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.context import tenant
from tests.factories import AttachmentFactory, CommentFactory, MemberFactory, TicketFactory, WorkOrderTaskFactory
from workorder.actions import files
from workorder.models import Comment, Tag
from workorder.problems import MAX_FILES

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
STL = b"\x00" * 80 + (1).to_bytes(4, "little") + b"\x00" * 50


@pytest.fixture
def as_(world, api_client):
    return lambda name: api_client.as_(getattr(world, name))


@pytest.fixture
def order(world):
    return world.orders["released"]


def kinds(client, path):
    return [event["kind"] for event in client.get(f"{path}events/").body["results"]]


def brought(client, order, name, content, **more):
    file = SimpleUploadedFile(name, content)
    return client.upload(f"/api/v1/work-orders/{order.pk}/attachments/", {"file": file, **more})


class TestComments:
    """Words about an order, a task or a ticket."""

    @pytest.mark.parametrize("noun", ["work-orders", "tasks", "tickets"])
    def test_comment_is_shown_where_it_was_said(self, world, as_, noun):
        subject = {
            "work-orders": lambda: world.orders["released"],
            "tasks": lambda: WorkOrderTaskFactory(organization=world.north),
            "tickets": lambda: TicketFactory(organization=world.north),
        }[noun]()

        said = as_("omar").post(f"{noun}/{subject.pk}/comments/", {"text": "  The paper is wet. "})

        assert (said.status_code, said["Location"]) == (201, f"http://localhost/api/v1/comments/{said.body['id']}/")
        assert (said.body["text"], said.body["member"], said.body["subject"]) == (
            "The paper is wet.",
            str(world.omar.pk),
            str(subject.pk),
        )
        assert as_("vera").get(f"{noun}/{subject.pk}/comments/").body["results"][0]["id"] == said.body["id"]
        assert "comment.added" in kinds(as_("vera"), f"{noun}/{subject.pk}/")

    def test_same_comment_sent_again_is_said_once(self, world, as_, order):
        """A phone in a cellar sends it until it hears an answer."""
        sent = {"text": "Wet.", "client_id": str(uuid.uuid4())}

        first, again = (as_("omar").post(f"work-orders/{order.pk}/comments/", sent) for _ in range(2))

        assert (first.status_code, again.status_code, again.body) == (201, 200, first.body)
        with tenant(world.north):
            assert Comment.objects.about(order).count() == 1

    @pytest.mark.parametrize(
        ("text", "people"),
        [
            ("@ada look", ["ada"]),
            ("Ask @ADA, or @pia.", ["ada", "pia"]),
            ("@ada@north.example", ["ada"]),
            ("mail ada@north.example", []),
            ("@nobody and @ivan", []),
            ("@zoe of another house", []),
            ("@@ada", []),
        ],
    )
    def test_active_members_are_mentioned_by_their_address(self, world, as_, order, text, people):
        """Ivan has left, and Zoe works elsewhere: nobody learns of them by trying names."""
        said = as_("omar").post(f"work-orders/{order.pk}/comments/", {"text": text})

        assert said.body["mentions"] == sorted(str(getattr(world, name).pk) for name in people)

    def test_handle_of_two_is_text_until_the_whole_address_is_given(self, world, as_, order):
        MemberFactory(organization=world.north, user__email="ada@elsewhere.example")

        short = as_("omar").post(f"work-orders/{order.pk}/comments/", {"text": "@ada"})
        whole = as_("omar").post(f"work-orders/{order.pk}/comments/", {"text": "@ada@north.example"})

        assert (short.body["mentions"], whole.body["mentions"]) == ([], [str(world.ada.pk)])

    def test_edit_is_for_who_said_it_and_names_only_new_people(self, world, as_, order):
        comment = CommentFactory(organization=world.north, subject=order, member=world.omar, text="@ada")

        others = as_("pia").patch(f"comments/{comment.pk}/", {"text": "Dry."})
        own = as_("omar").patch(f"comments/{comment.pk}/", {"text": "@ada @pia", "version": 1})
        told = as_("vera").get("events/", {"subject": comment.pk, "kind": "comment.edited"}).body["results"]

        assert (others.status_code, own.status_code, own.body["version"]) == (403, 200, 2)
        assert told[0]["data"]["mentions"] == [str(world.pia.pk)]

    def test_edit_of_an_older_version_is_stale(self, world, as_, order):
        comment = CommentFactory(organization=world.north, subject=order, member=world.omar)
        as_("omar").patch(f"comments/{comment.pk}/", {"text": "First."})

        late = as_("omar").patch(f"comments/{comment.pk}/", {"text": "Second.", "version": 1})

        assert (late.status_code, late.code) == (409, "stale")

    def test_saying_the_same_again_writes_nothing(self, world, as_, order):
        comment = CommentFactory(organization=world.north, subject=order, member=world.omar, text="Wet.")

        answer = as_("omar").patch(f"comments/{comment.pk}/", {"text": " Wet. "})

        assert (answer.status_code, answer.body["version"]) == (200, 1)

    def test_removed_comment_leaves_its_place_and_no_words(self, world, as_, order):
        """Who removed it is said; what was said is gone, from the row as from the event of its removal."""
        comment = CommentFactory(organization=world.north, subject=order, member=world.omar, text="A secret of @ada.")

        gone = as_("pia").delete(f"comments/{comment.pk}/")
        place = as_("vera").get(f"work-orders/{order.pk}/comments/").body["results"][0]
        again = as_("pia").delete(f"comments/{comment.pk}/")
        late = as_("omar").delete(f"comments/{comment.pk}/")
        edited = as_("omar").patch(f"comments/{comment.pk}/", {"text": "It stays."})

        assert (gone.status_code, again.status_code) == (204, 204)
        assert (place["text"], place["mentions"], place["removed_by"]) == ("", [], str(world.pia.pk))
        assert place["allowed_actions"] == []
        assert [(late.status_code, late.codes), (edited.status_code, edited.codes)] == [(409, ["removed"])] * 2

    @pytest.mark.parametrize("text", ["", "   ", "x" * 5001, "a\x00b", {}, None])
    def test_what_cannot_be_said_is_refused_by_name(self, as_, order, text):
        answer = as_("omar").post(f"work-orders/{order.pk}/comments/", {"text": text})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["text"])

    def test_allowed_actions_differ_by_who_looks(self, world, as_, order):
        CommentFactory(organization=world.north, subject=order, member=world.omar)

        seen = {
            name: as_(name).get(f"work-orders/{order.pk}/comments/").body["results"][0]["allowed_actions"]
            for name in ("vera", "omar", "sina", "pia")
        }

        assert seen == {"vera": [], "omar": ["edit", "remove"], "sina": [], "pia": ["remove"]}


class TestFiles:
    """What people bring: of a known kind, kept outside the web root, handed out to be saved."""

    def test_file_comes_back_as_it_was_and_is_only_ever_saved(self, world, as_, order):
        made = brought(as_("omar"), order, "Zeichnung für „A“.pdf", b"%PDF-1.4 lines")

        answer = as_("vera").get(f"attachments/{made.body['id']}/content/")

        assert (made.status_code, made.body["name"], made.body["size"]) == (201, "Zeichnung für „A“.pdf", 14)
        assert (answer.status_code, answer.file) == (200, b"%PDF-1.4 lines")
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Zeichnung%20f%C3%BCr")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Cache-Control"] == "private, no-store"

    def test_file_lies_in_the_folder_of_its_organization(self, world, as_, order, settings):
        made = brought(as_("omar"), order, "a.txt", b"words")

        digest = made.body["digest"]
        assert (settings.FILES_ROOT / str(world.north.pk) / digest[:2] / digest).read_bytes() == b"words"

    def test_one_byte_too_many_is_refused(self, as_, order, settings):
        settings.ATTACHMENT_MAX_BYTES = 10

        fits, large = (brought(as_("omar"), order, "a.txt", b"x" * size) for size in (10, 11))

        assert (fits.status_code, large.status_code, large.codes) == (201, 400, ["too_large"])

    def test_body_that_says_to_be_larger_is_not_even_read(self, as_, order, settings):
        settings.ATTACHMENT_MAX_BYTES = 10

        answer = brought(as_("omar"), order, "a.txt", b"x" * 1_200_000)

        assert (answer.status_code, answer.code) == (413, "too_large")

    def test_same_file_sent_again_is_kept_once(self, world, as_, order):
        mark = str(uuid.uuid4())

        first, again = (brought(as_("omar"), order, "a.txt", b"words", client_id=mark) for _ in range(2))

        assert (first.status_code, again.status_code, again.body) == (201, 200, first.body)

    def test_there_is_room_for_fifty_and_removing_makes_room(self, world, as_, order):
        made = [AttachmentFactory(organization=world.north, subject=order, member=world.omar) for _ in range(MAX_FILES)]

        full = brought(as_("omar"), order, "a.txt", b"words")
        as_("omar").delete(f"attachments/{made[0].pk}/")
        fits = brought(as_("omar"), order, "a.txt", b"words")

        assert (full.status_code, full.codes, fits.status_code) == (409, ["too_many_files"], 201)

    def test_removed_file_is_described_and_handed_out_no_more(self, world, as_, order):
        file = AttachmentFactory(organization=world.north, subject=order, member=world.omar)

        foreign = as_("sina").delete(f"attachments/{file.pk}/")
        gone = as_("pia").delete(f"attachments/{file.pk}/")
        row = as_("vera").get(f"attachments/{file.pk}/")
        content = as_("vera").get(f"attachments/{file.pk}/content/")

        assert (foreign.status_code, gone.status_code, content.status_code) == (403, 204, 404)
        assert row.body["removed_by"] == str(world.pia.pk)
        assert as_("vera").get(f"work-orders/{order.pk}/attachments/").body["results"] == []
        assert kinds(as_("vera"), f"work-orders/{order.pk}/")[:2] == ["attachment.removed", "attachment.added"]

    @pytest.mark.parametrize("damage", ["missing", "cut off"])
    def test_content_that_is_lost_is_404_in_words_and_a_line_in_the_log(
        self, world, as_, order, settings, caplog, damage
    ):
        """A disc that was swapped must not look like an empty drawing."""
        file = AttachmentFactory(organization=world.north, subject=order, member=world.omar)
        place = settings.FILES_ROOT / str(world.north.pk) / file.digest[:2] / file.digest
        whole = place.read_bytes()
        place.unlink()
        if damage == "cut off":
            place.write_bytes(whole[:-1])

        answer = as_("vera").get(f"attachments/{file.pk}/content/")
        place.write_bytes(whole)  # other tests keep the same content

        assert (answer.status_code, answer.body["detail"]) == (404, "The content of this file is no longer here.")
        assert str(file.pk) in caplog.text

    def test_digest_of_another_house_opens_nothing(self, world, order):
        """The same content is kept once for each organization, so nobody can tell what others have."""
        file = AttachmentFactory(organization=world.north, subject=order, member=world.omar, content=b"%PDF-1.4 north")

        with tenant(world.south), pytest.raises(FileNotFoundError):
            files.open_stored(file.digest)
        with tenant(world.north), files.open_stored(file.digest) as content:
            assert content.read() == b"%PDF-1.4 north"


class TestKindsOfFiles:
    """The name and the content have to agree, and to be of a kind no browser runs."""

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.pdf", b"%PDF-1.7"),
            ("a.PNG", PNG),
            ("a.jpg", b"\xff\xd8\xff\xe0"),
            ("a.gif", b"GIF89a"),
            ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
            ("a.heic", b"\x00\x00\x00\x18ftypheic"),
            ("a.txt", "Maße: 5 < 6".encode()),
            ("a.csv", b"\xff\xfea\x00;\x00"),
            ("a.xlsx", b"PK\x03\x04"),
            ("a.odt", b"PK\x03\x04"),
            ("a.zip", b"PK\x05\x06" + b"\x00" * 18),
            ("a.dxf", b"  0\nSECTION"),
            ("a.step", b"ISO-10303-21;"),
            ("a.stl", b"solid cube"),
            ("a.stl", STL),
        ],
    )
    def test_kinds_of_the_trade_are_kept(self, as_, order, name, content):
        assert brought(as_("omar"), order, name, content).status_code == 201

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("a.svg", b"<svg onload=alert(1)>", "file_kind"),
            ("a.html", b"<p>", "file_kind"),
            ("a.exe", b"MZ", "file_kind"),
            ("noending", b"words", "file_kind"),
            (".pdf.html", b"%PDF-1.4", "file_kind"),
            ("a.png", b"<svg onload=alert(1)>", "file_content"),
            ("a.png", b"%PDF-1.4", "file_content"),
            ("a.pdf", b"<html>%PDF-", "file_content"),
            ("a.txt", b" \n<!DOCTYPE html>", "file_content"),
            ("a.csv", b"\xef\xbb\xbf<script>", "file_content"),
            ("a.txt", b"MZ\x00\x01", "file_content"),
            ("a.stl", STL + b"x", "file_content"),
            ("a.xlsx", b"words", "file_content"),
            ("a.txt", b"", "empty"),
        ],
    )
    def test_others_and_liars_are_refused_with_the_list_of_kinds(self, world, as_, order, name, content, code):
        """The name and the content both have to be of one kind, and of a kind no browser runs."""
        omar, before = as_("omar"), world.fingerprint()

        answer = brought(omar, order, name, content)

        assert (answer.status_code, list(answer.body["fields"]), answer.codes) == (400, ["file"], [code])
        assert "pdf" in answer.body["problems"][0]["message"] or code == "empty"
        assert world.fingerprint() == before

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [("C:\\plans\\a.pdf", "a.pdf"), ("../../etc/a.pdf", "a.pdf"), ("in\u202evoice.pdf", "invoice.pdf")],
    )
    def test_name_is_that_of_the_file_alone(self, as_, order, sent, kept):
        """No folders, and nothing that makes an ending look like another one."""
        assert brought(as_("omar"), order, sent, b"%PDF-1.4").body["name"] == kept


class TestTags:
    """Words orders are sorted by."""

    def test_tags_are_set_as_a_whole_and_history_tells_the_difference(self, world, as_, order):
        as_("sina").put(f"work-orders/{order.pk}/tags/", {"tags": ["Rush", "Blue"]})

        answer = as_("pia").put(f"work-orders/{order.pk}/tags/", {"tags": ["blue", " Big   job "]})
        last = as_("vera").get(f"work-orders/{order.pk}/events/").body["results"][0]

        assert (answer.status_code, answer.body["tags"]) == (200, ["Big job", "Blue"])
        assert (last["kind"], last["data"]) == ("workorder.tagged", {"added": ["Big job"], "removed": ["Rush"]})

    def test_one_word_is_one_tag_however_it_is_spelled(self, world, as_, order):
        as_("pia").put(f"work-orders/{order.pk}/tags/", {"tags": ["Straße"]})
        as_("pia").put(f"work-orders/{world.orders['draft'].pk}/tags/", {"tags": ["STRASSE", "strasse"]})

        counts = [(tag["name"], tag["orders"]) for tag in as_("vera").get("tags/").body["results"]]
        found = as_("vera").get("work-orders/", {"tag": "strasse"}).body["results"]

        assert counts == [("Straße", 2)]
        assert {row["id"] for row in found} == {str(order.pk), str(world.orders["draft"].pk)}
        assert {tuple(row["tags"]) for row in found} == {("Straße",)}

    def test_same_tags_again_write_nothing(self, as_, order):
        first, again = (as_("pia").put(f"work-orders/{order.pk}/tags/", {"tags": ["Rush"]}) for _ in range(2))

        assert first.body["version"] == again.body["version"]

    def test_no_tags_takes_all_away(self, world, as_, order):
        as_("pia").put(f"work-orders/{order.pk}/tags/", {"tags": ["Rush"]})

        assert as_("pia").put(f"work-orders/{order.pk}/tags/", {"tags": []}).body["tags"] == []
        with tenant(world.north):
            assert Tag.objects.in_use().count() == 0

    def test_outdated_version_is_stale(self, as_, order):
        answer = as_("pia").put(f"work-orders/{order.pk}/tags/", {"tags": ["Rush"], "version": 1})

        assert (answer.status_code, answer.code) == (409, "stale")

    @pytest.mark.parametrize(
        "tags", [["x" * 41], ["a,b"], [" "], [f"t{number}" for number in range(21)], "Rush", [None]]
    )
    def test_what_is_no_tag_is_refused_by_name(self, as_, order, tags):
        answer = as_("pia").put(f"work-orders/{order.pk}/tags/", {"tags": tags})

        assert (answer.status_code, {name.partition(".")[0] for name in answer.body["fields"]}) == (400, {"tags"})

    def test_another_house_has_its_own_words(self, world, as_, order):
        assert as_("vera").get("work-orders/", {"tag": "Tag 1"}).body["count"] == 0
        assert [tag["name"] for tag in as_("vera").get("tags/").body["results"]] == []
