"""docs/roles.md is the golden table: written for people, and read by the matrices as it stands."""

import re

import pytest

from tests.golden.roles import CELL, ROLES, ROUTES, WRITTEN, blocks, table

TEXT = WRITTEN.read_text()


class TestDocument:
    def test_every_mark_that_is_used_is_explained(self):
        """A reader must not need the tests to understand a cell."""
        explained = set(re.findall(r"`([\d*!]+)`", TEXT.split("```roles")[0]))
        used = {re.sub(r"^(2\d\d|302)(?=[*!])", "200", cell) for row in ROUTES.values() for cell in row.values()}

        assert used - explained == set()

    def test_every_section_with_a_table_says_in_words_who(self):
        """The table says what, the sentence why."""
        sections = [part for part in TEXT.split("\n## ")[1:] if "```roles" in part]
        silent = [part.splitlines()[0] for part in sections if len(part.split("```roles")[0].split()) < 12]

        assert silent == []

    def test_no_line_stands_outside_of_a_table(self):
        """A line in a block of another name would be read by people only."""
        lines = re.findall(r"^(?:GET|POST|PUT|PATCH|DELETE) +/\S* .*$", TEXT, re.MULTILINE)

        assert len(lines) == len(ROUTES)

    def test_columns_are_the_roles_the_text_names(self):
        assert f"**{', '.join(ROLES)}**" in TEXT


class TestReading:
    """A slip of the pen fails where it was made, not as a missing route."""

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("GET /x/ 200 200 200 200", "5 cells"),
            ("GET /x/ 200 200 200 200 2000", "a mark"),
            ("GOT /x/ 200 200 200 200 200", "no method"),
            ("GET /x/ 200 200 200 200 200\nGET /x/ 403 403 403 403 403", "said twice"),
        ],
    )
    def test_line_that_cannot_be_meant_is_refused(self, line, said):
        with pytest.raises(AssertionError, match=said):
            table(line)

    def test_other_blocks_are_not_tables(self):
        assert blocks("```text\nGET /x/ 200\n```\n```roles\nGET /y/ 1\n```\n") == "GET /y/ 1\n"

    def test_marks_are_few(self):
        assert [bool(CELL.fullmatch(cell)) for cell in ("200", "200*", "302!", "200!404", "404*", "20", "500")] == [
            True,
            True,
            True,
            True,
            False,
            False,
            False,
        ]
