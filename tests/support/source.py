"""The product's source as data, for guards: what a linter cannot be taught, a test can."""

import ast
import functools
from pathlib import Path

from tests.support.settings import ROOT

APPS = ("config", "notifications", "reports", "dispatch", "workorder", "tenants")


@functools.cache
def app_files():
    """Modules we wrote, migrations aside: those Django writes."""
    return sorted(p for app in APPS for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts)


@functools.cache
def suite_files():
    return sorted((ROOT / "tests").rglob("*.py"))


@functools.cache
def tree(path):
    return ast.parse(path.read_text(), filename=str(path))


def name_of(path):
    return str(path.relative_to(ROOT))


def nodes(files):
    """(file name, node) of every node in the files."""
    for path in files:
        name = name_of(path)
        for node in ast.walk(tree(path)):
            yield name, node


def places(files, condition):
    """Names of the files in which a node meets the condition."""
    return {name for name, node in nodes(files) if condition(node)}


def lines_of(path: Path):
    return len(path.read_text().splitlines())


def length(node):
    return node.end_lineno - node.lineno + 1


def called(node):
    """The last word of what a call calls: `update` for `rows.filter(...).update(...)`."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def constants(node):
    return {child.value for child in ast.walk(node) if isinstance(child, ast.Constant)}
