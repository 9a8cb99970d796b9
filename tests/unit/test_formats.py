"""Files as people and attackers make them: read where they can be meant, refused with a sentence where they cannot."""

import datetime
import io
import zipfile
import zoneinfo
from decimal import Decimal

import openpyxl
import pytest

from tenants.errors import Invalid, Problem
from tests.support.reasons import codes
from workorder import formats
from workorder.formats import cells

HEADING = "customer,title,product,quantity"
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def csv(*rows, heading=HEADING):
    return "\n".join([heading, *rows]).encode()


def book(*rows, title="Orders"):
    """A workbook of one sheet, as a spreadsheet would save it."""
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    return saved(made)


def saved(made):
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def packed(**parts):
    """A zip archive of these parts; a name says `xl__workbook` for `xl/workbook.xml`."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return held.getvalue()


def refusal_of(data):
    with pytest.raises(Invalid) as refused:
        formats.read(data)
    assert {problem.field for problem in refused.value.problems} == {"file"}
    return codes(refused)


NO_CSV = {
    "nothing": (lambda: b"", "empty"),
    "blanks": (lambda: b" \n\t\n", "empty"),
    "only a heading": (lambda: HEADING.encode(), "no_rows"),
    "NUL": (lambda: csv("ACME,a\x00b,POST,1"), "not_text"),
    "UTF-16": (lambda: f"{HEADING}\nACME,a,POST,1".encode("utf-16"), "not_text"),
    "no encoding at all": (lambda: b"customer,title\n\x81\x8d\x8f", "bad_encoding"),
    "open quotes": (lambda: csv('ACME,"never closed,POST,1'), "unreadable"),
    "an endless cell": (lambda: csv("ACME," + "x" * 200_000 + ",POST,1"), "unreadable"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\x00\x00", "not_text"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unknown_format"),
    "5,001 rows": (lambda: csv(*["ACME,Posters,POST,1"] * 5001), "too_many_rows"),
    "too many columns": (lambda: HEADING.encode() + b"," * 30 + b"x\n", "too_many_columns"),
    "5 MB and a byte": (lambda: b"x" * 5_000_001, "too_large"),
}
NO_BOOK = {
    "nothing": (lambda: book(), "empty"),
    "only a heading": (lambda: book(HEADING.split(",")), "no_rows"),
    "5,001 rows": (lambda: book(HEADING.split(","), *[["ACME", "Posters", "POST", 1]] * 5001), "too_many_rows"),
    "too many columns": (lambda: book([f"c{n}" for n in range(25)]), "too_many_columns"),
    "a letter": (lambda: packed(word__document="<w/>"), "unknown_format"),
    "broken XML": (lambda: packed(xl__workbook="<broken"), "unreadable"),
    "no archive": (lambda: b"PK\x03\x04" + bytes(100), "unreadable"),
}


class TestDelimited:
    """Every spreadsheet has its own idea of CSV."""

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_the_heading_says_what_separates_the_cells(self, delimiter):
        text = f"{HEADING}\nACME,Posters,POST,12\n".replace(",", delimiter)

        sheet = formats.read(text.encode())

        assert sheet.columns == ("customer", "title", "product", "quantity")
        assert sheet.lines[0].cells == {"customer": "ACME", "title": "Posters", "product": "POST", "quantity": "12"}

    def test_a_separator_in_quotes_separates_nothing(self):
        sheet = formats.read(csv('ACME,"Posters, large ""A0""",POST,12'))

        assert sheet.lines[0].cells["title"] == 'Posters, large "A0"'

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_umlauts_survive_each_usual_encoding(self, encoding):
        sheet = formats.read(f"{HEADING}\nACME,Größe für Zürich,POST,12\n".encode(encoding))

        assert sheet.lines[0].cells["title"] == "Größe für Zürich"

    def test_rows_are_known_by_their_line_in_the_file(self):
        """Blank lines and cells of several lines move what comes after them."""
        sheet = formats.read(csv("", 'ACME,"Two\nlines",POST,1', ",,,", "ACME,Three,POST,1"))

        assert [(line.number, line.cells["title"]) for line in sheet.lines] == [(3, "Two\nlines"), (6, "Three")]

    def test_cells_beyond_the_heading_are_counted(self):
        sheet = formats.read(csv("ACME,Posters,POST,12,what,is,this"))

        assert sheet.lines[0].beyond == 3

    @pytest.mark.parametrize("name", NO_CSV)
    def test_what_cannot_be_read_is_refused_as_a_whole(self, name):
        make, code = NO_CSV[name]

        assert refusal_of(make()) == [code]

    def test_five_thousand_rows_are_read(self):
        """The limit is what it says, not one less."""
        assert len(formats.read(csv(*["ACME,Posters,POST,1"] * 5000)).lines) == 5000


class TestHeading:
    """What a column is called differs; that one is missing must not be found out row by row."""

    def test_case_order_and_other_names_do_not_matter(self):
        sheet = formats.read(csv("12,ACME,POST,Posters", heading="QTY, Customer_Code ,Article,Subject:"))

        assert sheet.columns == ("quantity", "customer", "product", "title")

    def test_everything_wrong_with_it_is_said_at_once(self):
        found = refusal_of(csv("1,2,3,4,5", heading="customer,Client,colour,,quantity"))

        assert found == ["unknown_column", "unknown_column", "duplicate_column", "missing_column", "missing_column"]

    def test_the_template_is_a_file_we_can_read(self):
        sheet = formats.read(formats.template().encode())

        assert sheet.columns == tuple(column.name for column in formats.COLUMNS)
        assert len(sheet.lines) == 1


class TestWorkbook:
    """Values, never formulas; the first sheet that can be seen."""

    def test_cells_keep_what_they_are(self):
        day = datetime.datetime(2030, 1, 31)
        data = book(HEADING.split(",") + ["due", "order"], ["ACME", "Posters", 4711, 0.1 + 0.2, day, True])

        cells_read = formats.read(data).lines[0].cells

        assert cells_read == {
            "customer": "ACME",
            "title": "Posters",
            "product": 4711,
            "quantity": 0.3,
            "due": "2030-01-31",
            "order": "true",
        }

    def test_hidden_sheets_are_passed_over(self):
        made = openpyxl.Workbook()
        made.active.append(["secrets"])
        made.active.sheet_state = "hidden"
        shown = made.create_sheet("Orders")
        for row in (HEADING.split(","), ["ACME", "Posters", "POST", 1]):
            shown.append(row)

        assert len(formats.read(saved(made)).lines) == 1

    def test_a_formula_nobody_counted_is_no_empty_cell(self):
        """Its value is not in the file: read as empty, a quantity or a due date would silently be missing."""
        assert refusal_of(book(HEADING.split(","), ["ACME", "Posters", "POST", "=6*7"])) == ["formula"]

    @pytest.mark.parametrize("name", NO_BOOK)
    def test_what_cannot_be_read_is_refused_as_a_whole(self, name):
        make, code = NO_BOOK[name]

        assert refusal_of(make()) == [code]

    def test_a_bomb_is_refused_before_it_is_unpacked(self):
        """Forty megabytes of nothing come as forty kilobytes."""
        bomb = packed(xl__workbook="<x/>", xl__worksheets__sheet1=b"\x00" * 40_000_000)

        assert len(bomb) < 100_000
        assert refusal_of(bomb) == ["too_large"]

    def test_an_entity_that_explodes_is_refused(self):
        """A few lines of XML may stand for gigabytes."""
        laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><workbook>&b;</workbook>'

        assert refusal_of(packed(xl__workbook=laughs, xl__worksheets__sheet1="<x/>")) == ["unreadable"]

    def test_a_row_far_below_is_not_walked_to(self):
        made = openpyxl.Workbook()
        made.active.append(HEADING.split(","))
        made.active.cell(row=1_000_000, column=1, value="ACME")

        assert refusal_of(saved(made)) == ["too_many_rows"]


class TestNumbers:
    """1.234 is a thousand in Hamburg and a little more than one in Boston."""

    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ("12", "12"),
            ("12.5", "12.5"),
            ("12,5", "12.5"),
            ("0.125", "0.125"),
            (21, "21"),
            (1.234, "1.234"),
            (" 7 ", "7"),
        ],
    )
    def test_what_can_be_meant_in_one_way_is_read(self, cell, value):
        assert cells.number(cell, "quantity") == Decimal(value)

    @pytest.mark.parametrize("cell", ["1,234", "1.234", "1,234.5", "1.234,5", "1 234", "1'234", "12,345,678"])
    def test_what_can_be_meant_in_two_ways_is_refused(self, cell):
        found = cells.number(cell, "quantity")

        assert isinstance(found, Problem)
        assert (found.code, found.field) == ("ambiguous_number", "quantity")

    @pytest.mark.parametrize("cell", ["", "ten", "NaN", "Infinity", "1e5", "--1", "1..2", "٣", "=1+1", "9" * 50])
    def test_what_is_no_number_is_refused(self, cell):
        assert cells.number(cell, "quantity").code == "not_a_number"


class TestMoments:
    """A day in the organization's own calendar, to its last minute; slashes only where they can be told apart."""

    @pytest.mark.parametrize(
        ("cell", "said"),
        [
            ("2030-01-31", "2030-01-31T23:59:00+01:00"),
            ("2030-07-31", "2030-07-31T23:59:00+02:00"),
            ("31.01.2030", "2030-01-31T23:59:00+01:00"),
            ("1.2.2030 7:05", "2030-02-01T07:05:00+01:00"),
            ("2030-01-31 14:30", "2030-01-31T14:30:00+01:00"),
            ("2030-01-31T14:30:00Z", "2030-01-31T14:30:00+00:00"),
            ("2030-01-31T14:30+05:30", "2030-01-31T14:30:00+05:30"),
            ("12/31/2030", "2030-12-31T23:59:00+01:00"),
            ("31/12/2030", "2030-12-31T23:59:00+01:00"),
            ("5/5/2030", "2030-05-05T23:59:00+02:00"),
        ],
    )
    def test_dates_are_read(self, cell, said):
        assert cells.moment(cell, "due", BERLIN) == datetime.datetime.fromisoformat(said)

    def test_a_date_that_could_be_two_is_refused(self):
        assert cells.moment("3/4/2030", "due", BERLIN).code == "ambiguous_date"

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("tomorrow", "not_a_date"),
            ("31.01.30", "not_a_date"),
            ("2030-02-30", "not_a_date"),
            ("2030-01-31 25:00", "not_a_date"),
            ("2030-01-31T10:00+99:00", "not_a_date"),
            (47514, "not_a_date"),
            ("0001-01-01", "out_of_range"),
            ("9999-12-31", "out_of_range"),
        ],
    )
    def test_what_is_no_date_is_refused(self, cell, code):
        assert cells.moment(cell, "due", BERLIN).code == code
