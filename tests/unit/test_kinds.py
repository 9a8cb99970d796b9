"""The table of kinds: complete, subscribed to, and worded."""

import gettext
import re
import types

import pytest
from django.conf import settings
from django.template.loader import get_template

from config.subscriptions import SUBSCRIPTIONS
from notifications.kinds import KINDS, of_event, wording
from notifications.kinds.specs import News, Spec, of_order, of_subject
from notifications.states import CHOICES, Kind, Transport, Wanted
from tenants import words
from tests.golden.telling import TOLD, UNTOLD, UNTOLD_NOUNS
from tests.support.settings import ROOT

TELL = "notifications.subscribers.tell"
IN_THEIR_OWN_WORDS = {Kind.ESCALATED, Kind.ALARM}
DOCUMENT = ROOT / "docs" / "notifications.md"
LOCALES = ROOT / "notifications" / "locale"
NONE = types.SimpleNamespace(NOUN="task", pk="7")


class TestTable:
    def test_every_kind_has_a_spec(self):
        assert set(KINDS) == set(Kind)

    def test_who_is_told_of_what_is_as_it_is_written_down(self):
        assert {kind.value: sorted(spec.makers) for kind, spec in KINDS.items()} == TOLD

    def test_every_event_is_told_or_has_a_reason_why_not(self):
        """Whoever adds a kind of event has to say whom it is news to, or that it is none."""
        told, known = {kind for kinds in TOLD.values() for kind in kinds}, set(words.kinds())
        left = {kind for kind in known if kind.partition(".")[0] not in UNTOLD_NOUNS}

        assert left - told - UNTOLD.keys() == set(), "Say in tests/golden/telling.py whom it is news to, or why not."
        assert UNTOLD.keys() - (left - told) == set(), "It is told, or there is no such kind of event: delete it."
        assert UNTOLD_NOUNS.keys() - {kind.partition(".")[0] for kind in known} == set()

    def test_what_is_told_is_subscribed_to_and_nothing_else(self):
        told = {kind for kinds in TOLD.values() for kind in kinds}

        assert {kind for kind, reactions in SUBSCRIPTIONS.items() if TELL in reactions} == told

    def test_of_event_finds_all_kinds_it_may_be(self):
        assert [spec.kind for spec in of_event("comment.added")] == [Kind.MENTIONED, Kind.COMMENTED]
        assert of_event("skill.created") == ()

    @pytest.mark.parametrize("kind", Kind)
    def test_defaults_speak_of_every_transport_and_offer_what_may_be_chosen(self, kind):
        defaults = KINDS[kind].defaults

        assert set(defaults) == set(Transport)
        assert defaults[Transport.INBOX] == Wanted.NOW
        assert all(wanted in CHOICES[transport] for transport, wanted in defaults.items())


class TestKey:
    """What is joined: the same kind about the same thing, or about tasks of the same order."""

    def news(self, *within):
        return News(to=[], facts={}, url="", subject=NONE, within=within)

    def test_without_a_rule_nothing_is_joined(self):
        assert Spec(Kind.ORDER_SUBMITTED).key(self.news()) == ""

    def test_the_kind_is_part_of_it(self):
        keys = {Spec(kind, coalesce=of_subject).key(self.news()) for kind in (Kind.COMMENTED, Kind.ORDER_HELD)}

        assert keys == {"commented:7", "order_held:7"}

    def test_tasks_are_joined_by_their_order(self):
        order = types.SimpleNamespace(NOUN="workorder", pk="9")

        assert Spec(Kind.TASK_ASSIGNED, coalesce=of_order).key(self.news(order)) == "task_assigned:9"
        assert Spec(Kind.TASK_ASSIGNED, coalesce=of_order).key(self.news()) == ""


class TestWording:
    def words(self, kind, language="en", **facts):
        return wording.words(KINDS[kind], facts, language=language)

    def test_a_title_is_one_line_of_at_most_two_hundred_characters(self):
        said = self.words(Kind.TASK_ASSIGNED, task="Fold\r\nBcc: all@evil.example " + "x" * 300, number="WO-1")

        assert "\n" not in said.title
        assert len(said.title) == 200
        assert said.title.startswith("Fold Bcc: all@evil.example x")

    def test_words_of_people_are_left_as_they_are(self):
        """It is plain text: whoever puts it into HTML escapes it."""
        said = self.words(Kind.ORDER_SUBMITTED, number="WO-1", order="<b>A & B</b>", by="Ömer")

        assert said.content == "Ömer submitted “<b>A & B</b>”."

    def test_lines_add_up_until_nobody_would_read_them(self):
        before = ""
        for number in range(30):
            facts = {"by": "Sina", "text": str(number), "thing": "WO-1"}
            before = wording.words(
                KINDS[Kind.COMMENTED], facts, language="en", occasions=number + 1, before=before
            ).content

        assert before.splitlines() == [f"Sina: {number}" for number in range(wording.MOST_LINES)]


def entries_of(po):
    """{msgid: [translations]} of a catalogue as translators edit it."""
    found = {}
    for block in po.read_text().split("\n\n"):
        texts = {
            name: "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', lines))
            .encode()
            .decode("unicode_escape")
            .encode("latin-1")
            .decode()
            for name, lines in re.findall(r'^(msg\w+(?:\[\d\])?) ((?:"(?:[^"\\]|\\.)*"\n?)+)', block, re.MULTILINE)
        }
        if texts.get("msgid"):
            found[texts["msgid"]] = [text for name, text in texts.items() if name.startswith("msgstr")]
    return found


def words_of_templates():
    """What the templates of kinds ask translators for."""
    found = set()
    for path in sorted((ROOT / "notifications/templates/notifications/kinds").glob("*")):
        text = path.read_text()
        blocks = re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text)
        for block in blocks:
            found.add(re.sub(r"{{ (\w+) }}", r"%(\1)s", block.partition("{% plural %}")[0]))
        found |= set(re.findall(r'{% translate "([^"]+)" %}', text))
    return found


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
class TestCatalogues:
    """What is committed is what translators wrote, and nothing the kinds say is left in English."""

    def test_every_text_is_translated(self, language):
        entries = entries_of(LOCALES / language / "LC_MESSAGES" / "django.po")

        assert [msgid for msgid, texts in entries.items() if not all(texts)] == []

    def test_every_word_of_the_kinds_is_in_it(self, language):
        entries = entries_of(LOCALES / language / "LC_MESSAGES" / "django.po")

        assert words_of_templates() - entries.keys() == set()

    def test_the_compiled_catalogue_is_that_of_the_text(self, language):
        """Nobody needs gettext to run Workfloor; whoever edits the text needs `msgfmt` once."""
        folder = LOCALES / language / "LC_MESSAGES"
        with (folder / "django.mo").open("rb") as compiled:
            catalogue = gettext.GNUTranslations(compiled)._catalog
        found = {}
        for key, text in catalogue.items():
            msgid = key[0] if isinstance(key, tuple) else key
            found.setdefault(msgid, []).append(text)
        found.pop("")

        assert found == entries_of(folder / "django.po")


def test_every_kind_that_is_made_has_a_template():
    for kind, spec in KINDS.items():
        if kind not in IN_THEIR_OWN_WORDS:
            assert get_template(f"{spec.template}.txt")
        assert (ROOT / "notifications/templates" / f"{spec.template}.html").exists() == spec.has_html


def test_the_table_in_the_documentation_is_the_one_that_holds():
    row = re.compile(r"^\| `(\w+)` \| (.*?) \| .*? \| (\w+) \| (\w+) \| (\w+) \| (.*?) \|$", re.MULTILINE)
    rows = row.findall(DOCUMENT.read_text())
    joined = {None: "–", of_subject: "by thing", of_order: "by order"}

    assert [(kind, re.findall(r"`([\w.]+)`", events), *rest) for kind, events, *rest in rows] == [
        (
            kind.value,
            list(spec.makers),
            spec.level.value,
            spec.defaults[Transport.EMAIL].value,
            spec.defaults[Transport.PUSH].value,
            joined[spec.coalesce],
        )
        for kind, spec in KINDS.items()
    ]
