"""What the rows of a file mean: the orders they would become, or why not. Reads the catalogue, writes nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Sum

from tenants.errors import Problem
from tenants.models import Organization
from workorder import problems
from workorder.actions import contents
from workorder.formats import cells
from workorder.formats.heading import EITHER, FACTS
from workorder.formats.sheet import Cell, Line
from workorder.models import Customer, OrderImport, Process, Product, RoutingStep

AT_ONCE = 500  # names asked for in one query
COLUMN_OF = {"due": "due_at", "reference": "customer_reference"}
NAME_OF = {column: name for name, column in COLUMN_OF.items()}


@dataclass
class Draft:
    """An order to be: its facts by column, its rows in the form `contents.plan` takes, and their lines in the file."""

    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    processes: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    planned: contents.Plan = field(default_factory=list)


@dataclass(frozen=True)
class Judged:
    """Every order the rows name, and the problems by line; only without any of these are the drafts whole."""

    drafts: list[Draft]
    problems: dict[int, list[Problem]]


def judged(lines: Sequence[Line], organization: Organization) -> Judged:
    """Read all rows of a file against the catalogue: five queries, however many rows there are."""
    book = _Book(lines, organization)
    found: dict[int, list[Problem]] = {}
    groups: dict[str, list[Line]] = {}
    for line in lines:
        key = cells.text(line.cells.get("order", ""))
        groups.setdefault(f"={key}" if key else f"line {line.number}", []).append(line)
    drafts = [_drafted(group, book, found) for group in groups.values()]
    if not found:
        _plan(drafts, found)
    return Judged(drafts, dict(sorted(found.items())))


def edition() -> list[tuple[Any, ...]]:
    """What tells one state of the catalogue from another: every change of it raises a version or a count."""
    tables = (Customer, Product, Process, RoutingStep)
    return [
        tuple(model.objects.aggregate(rows=Count("pk"), versions=Sum("version"), last=Max("updated_at")).values())
        for model in tables
    ]


def lines_of(order_import: OrderImport) -> list[Line]:
    """The rows as they were read when the file was checked."""
    return [Line(number, values) for number, values in order_import.rows.values_list("number", "values")]


class _Book:
    """What the rows name, looked up once; each distinct cell is understood once."""

    def __init__(self, lines: Sequence[Line], organization: Organization) -> None:
        self._zone = organization.zone
        self._understood: dict[tuple[str, Cell], Any] = {}
        named = {name: _texts(lines, name) for name in ("customer", *EITHER)}
        self._products = dict(_by(Product, "code", named["product"]))
        self._processes = dict(_by(Process, "code", named["process"]))
        self._customers = dict(_by(Customer, "code", named["customer"]))
        self._namesakes: dict[str, list[Customer]] = {}
        for name, customer in _by(Customer, "name", named["customer"] - self._customers.keys()):
            self._namesakes.setdefault(name, []).append(customer)
        self._readers: dict[str, Callable[[Cell], Any]] = {
            "customer": self._customer,
            "priority": lambda cell: cells.priority(cell, "priority"),
            "due": lambda cell: cells.moment(cell, "due", self._zone),
            "budget": lambda cell: cells.number(cell, "budget"),
            "quantity": self._quantity,
            "product": lambda cell: _used(self._products, cell, "product"),
            "process": lambda cell: _used(self._processes, cell, "process"),
        }

    def understand(self, name: str, cell: Cell) -> Any:
        """The value of a cell in the column `name`, or a `Problem`."""
        if (name, cell) not in self._understood:
            self._understood[name, cell] = self._read(name, cell)
        return self._understood[name, cell]

    def _read(self, name: str, cell: Cell) -> Any:
        if cell in cells.ERRORS:
            return Problem("formula_error", f"The cell shows {cell}: mend it in the spreadsheet.", name)
        return self._readers.get(name, cells.text)(cell)

    def _customer(self, cell: Cell) -> Customer | Problem:
        typed = cells.text(cell)
        if customer := self._customers.get(typed):
            return customer
        namesakes = self._namesakes.get(typed, [])
        if len(namesakes) > 1:
            return Problem("ambiguous_name", f"Several customers are called “{typed}”: use the code.", "customer")
        if not namesakes:
            return Problem("does_not_exist", f"There is no customer “{typed[:80]}”, neither code nor name.", "customer")
        return namesakes[0]

    @staticmethod
    def _quantity(cell: Cell) -> Any:
        value = cells.number(cell, "quantity")
        found = [] if isinstance(value, Problem) else problems.of_amount(value, "quantity")
        return found[0] if found else value


def _texts(lines: Sequence[Line], name: str) -> set[str]:
    return {cells.text(line.cells[name]) for line in lines if name in line.cells}


def _by(model: Any, column: str, wanted: Iterable[str]) -> Iterator[tuple[str, Any]]:
    names = sorted(wanted)
    for start in range(0, len(names), AT_ONCE):
        for row in model.objects.filter(**{f"{column}__in": names[start : start + AT_ONCE]}):
            yield getattr(row, column), row


def _used(known: dict[str, Any], cell: Cell, name: str) -> Any:
    typed = cells.text(cell)
    row = known.get(typed)
    if row is None:
        return Problem("does_not_exist", f"There is no {name} with the code “{typed[:80]}”.", name)
    return row if row.active else Problem("inactive", f"{row} ({typed}) is no longer in use.", name)


def _drafted(group: Sequence[Line], book: _Book, found: dict[int, list[Problem]]) -> Draft:
    """One order of its rows; what is wrong goes to `found`, to the line it stands in."""
    draft, stated = Draft(), dict.fromkeys(FACTS, group[0].number)
    for line in group:
        wrong = [*_of_shape(line), *_take_facts(draft, stated, line, book), *_take_row(draft, line, book)]
        if wrong:
            found.setdefault(line.number, []).extend(wrong)
        draft.numbers.append(line.number)
    for problem in _of_facts(draft.facts, {problem.field for line in group for problem in found.get(line.number, ())}):
        found.setdefault(stated[problem.field or ""], []).append(problem)
    return draft


def _of_shape(line: Line) -> list[Problem]:
    if not line.beyond:
        return []
    said = "A cell stands" if line.beyond == 1 else f"{line.beyond} cells stand"
    return [Problem("too_many_cells", f"{said} to the right of the last column; a separator in a text needs quotes.")]


def _take_facts(draft: Draft, stated: dict[str, int], line: Line, book: _Book) -> Iterator[Problem]:
    """What the row says of its order, unless another row has said something else."""
    for name in FACTS:
        if name not in line.cells:
            continue
        value = book.understand(name, line.cells[name])
        if isinstance(value, Problem):
            yield value
        elif name not in draft.facts:
            draft.facts[name], stated[name] = value, line.number
        elif draft.facts[name] != value:
            said = f"Line {stated[name]} says something else of the same order."
            yield Problem("disagrees", said, name)


def _take_row(draft: Draft, line: Line, book: _Book) -> Iterator[Problem]:
    """The product or the process of the row, and how much of it."""
    values = {}
    for name in (*EITHER, "quantity", "unit"):
        if name in line.cells:
            values[name] = book.understand(name, line.cells[name])
    yield from (value for value in values.values() if isinstance(value, Problem))
    if len(values.keys() & set(EITHER)) != 1:
        both = "product" in values
        said = "Name a product or a process, not both." if both else "Name a product or a process."
        yield Problem("one_of_two" if both else "required", said, "product")
    if "quantity" not in values:
        yield Problem("required", "Say how much.", "quantity")
    if "unit" in values:
        yield from problems.of_words(values["unit"], "unit", most=12)
    rows, kind = (draft.lines, "product") if "product" in values else (draft.processes, "process")
    if len(rows) >= problems.MAX_ROWS:
        yield Problem("too_many", f"An order has at most {problems.MAX_ROWS} of these; make several orders.", kind)
    rows.append({"unit": "", **values})


def _of_facts(facts: dict[str, Any], known: set[str | None]) -> Iterator[Problem]:
    """What is wrong with an order's facts taken together; not again what a cell has been told already."""
    whole = {"customer": None, "title": ""} | {COLUMN_OF.get(name, name): value for name, value in facts.items()}
    for problem in problems.of_given_order(whole):
        name = NAME_OF.get(problem.field or "", problem.field)
        if name in known:
            continue
        if name == "customer" and whole["customer"] is None:
            yield Problem("required", "Say who it is for: the customer's code or name.", name)
        elif name == "title" and not whole["title"]:
            yield Problem("required", "Say what it is.", name)
        else:
            yield Problem(problem.code, problem.message, name)


def _plan(drafts: Sequence[Draft], found: dict[int, list[Problem]]) -> None:
    """Add the processes of the routings, all of them read at once."""
    routings = contents.routings_of([line for draft in drafts for line in draft.lines])
    for draft in drafts:
        draft.planned = contents.plan_with(routings, draft.lines, draft.processes)
        for problem in problems.of_given_estimate(contents.minutes_of(draft.planned), contents.cost_of(draft.planned)):
            found[draft.numbers[0]] = [Problem(problem.code, problem.message, "quantity")]
