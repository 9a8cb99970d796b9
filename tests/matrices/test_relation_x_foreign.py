"""Every relation a client may write, with an id of south: refused exactly as an id that does not exist.

Roles, foreign ids in addresses and query counts are all green on an API whose relations take anybody's rows.
"""

import re

import pytest

from tenants.context import tenant
from tenants.models import Department, Member
from tests.factories import (
    AssignmentFactory,
    BusinessCalendarFactory,
    OperatorFactory,
    ReasonCodeFactory,
    SkillFactory,
    TagFactory,
)
from tests.matrices.test_bad_input import FORMS
from tests.matrices.test_route_x_foreign import NOBODY, said
from tests.support.clients import Door
from tests.support.html import Page
from tests.support.payloads import body, key_of, knock, named, speaker_of
from tests.support.registry import relations, routes, shape_of
from workorder.models import Customer, Process, Product, WorkOrderTask

ENOUGH = 15
CELLS = [(line, path) for line, path, _ in relations()]
TARGETS = {(line, path): model for line, path, model in relations()}
VERBS_OF_MANY = {"POST /api/v1/assignments/swap/"}  # no id in the address, and nothing of its own is made
EXCLUSIVE = {"tasks/{pk}/assign/"}  # exactly one relation is to be named
WHO = {("POST /api/v1/deputies/", ("member",)): "bea"}  # only who decides something has a deputy
# Where not any row of the organization will do: it is made for this, or belongs to the thing itself.
FITTING = {
    ("POST /api/v1/tasks/{pk}/report/", ("reason",)): lambda world: ReasonCodeFactory(organization=world.north),
    ("POST /api/v1/tasks/{pk}/pause/", ("code",)): lambda world: ReasonCodeFactory(
        organization=world.north, kind="downtime"
    ),
    ("POST /api/v1/escalation-policies/", ("calendar",)): lambda world: BusinessCalendarFactory(
        organization=world.north
    ),
    ("PATCH /api/v1/escalation-policies/{pk}/", ("calendar",)): lambda world: BusinessCalendarFactory(
        organization=world.north
    ),
    ("POST /api/v1/dispatch/rules/", ("if_tag",)): lambda world: TagFactory(organization=world.north),
    ("PATCH /api/v1/dispatch/rules/{pk}/", ("if_tag",)): lambda world: TagFactory(organization=world.north),
    ("POST /api/v1/skills/", ("implies",)): lambda world: SkillFactory(organization=world.north),
    ("PATCH /api/v1/skills/{pk}/", ("implies",)): lambda world: SkillFactory(organization=world.north),
    ("POST /api/v1/assignments/{pk}/reassign/", ("member",)): lambda world: neighbour(world),
    ("POST /api/v1/assignments/swap/", ("first",)): lambda world: what_a_neighbour_has(world),
    ("POST /api/v1/assignments/swap/", ("second",)): lambda world: what_a_neighbour_has(world),
    ("POST /api/v1/tasks/{pk}/merge/", ("parts", 0, "task")): lambda world: split_off(world),
}
IS_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PAGES = [
    ("POST /work-orders/new/", "customer", Customer),
    ("POST /work-orders/new/", "lines-0-product", Product),
    ("POST /work-orders/new/", "processes-0-process", Process),
    ("POST /work-orders/{pk}/edit/", "customer", Customer),
    ("POST /work-orders/{pk}/edit/", "lines-0-product", Product),
    ("POST /tasks/{pk}/assign/", "department", Department),
    ("POST /dispatch/rules/new/", "if_customer", Customer),
    ("POST /dispatch/rules/new/", "department", Department),
    ("POST /settings/deputies/", "member", Member),
    ("POST /settings/deputies/", "deputy", Member),
]


def told(part):
    return ".".join(map(str, part)) if isinstance(part, tuple) else str(part)


def with_id(route, sent, path, pk):
    """The body with `pk` at `path`; a row is filled with what else it needs."""
    if len(path) == 1:
        return {**({} if key_of(route) in EXCLUSIVE else sent), path[0]: str(pk)}
    name, _, inner = path
    others = shape_of(route)().fields[name].child.fields
    row = {field: "1" for field, kind in others.items() if kind.required and field != inner}
    return {**sent, name: [{**row, inner: str(pk)}]}


def split_off(world):
    """What was split off the task of the route a moment ago."""
    with tenant(world.north):
        return WorkOrderTask.objects.exclude(split_from=None).order_by("pk").last()


def neighbour(world):
    """Somebody else in Assembly."""
    return OperatorFactory(organization=world.north, department=world.assembly)


def what_a_neighbour_has(world):
    return AssignmentFactory(organization=world.north, member=neighbour(world), task__department=world.assembly)


def own_id(world, line, path):
    if (line, path) in FITTING:
        return FITTING[line, path](world).pk
    chosen = {Department: world.welding, Member: world.omar}
    model, who = TARGETS[line, path], WHO.get((line, path))
    return (getattr(world, who) if who else chosen.get(model) or world.one(model, world.north)).pk


class TestRelationXForeign:
    """The API."""

    def test_there_are_enough_of_them(self):
        assert len(CELLS) > ENOUGH

    @pytest.mark.parametrize(("line", "path"), CELLS, ids=told)
    def test_foreign_id_is_refused_as_an_unknown_one(self, world, api_client, line, path):
        route, client = routes()[line], api_client.as_(world.ada)
        pk, sent = named(route, world, world.ada), body(route, world)
        foreign = world.one(TARGETS[line, path]).pk
        before = world.fingerprint()

        missing = knock(route, client, pk, with_id(route, sent, path, NOBODY))
        theirs = knock(route, client, pk, with_id(route, sent, path, foreign))

        assert (theirs.status_code, theirs.codes) == (400, ["does_not_exist"])
        assert said(theirs, foreign) == said(missing, NOBODY)
        assert world.fingerprint() == before

    @pytest.mark.parametrize(("line", "path"), CELLS, ids=told)
    def test_own_id_is_accepted(self, world, api_client, line, path):
        """The twin: the body was good, so it was the id that was refused."""
        route = routes()[line]
        pk, sent = named(route, world, world.ada), body(route, world)

        answer = knock(route, api_client.as_(world.ada), pk, with_id(route, sent, path, own_id(world, line, path)))

        makes = line == f"POST {route.path}" and not route.has_id and line not in VERBS_OF_MANY
        assert answer.status_code == (201 if makes else 200), answer.text


class TestPageXForeign:
    """A page's select shows own rows only; what a form sends is looked up among the same."""

    @pytest.mark.parametrize(("line", "field", "model"), PAGES, ids=[f"{line} {field}" for line, field, _ in PAGES])
    def test_foreign_id_is_an_invalid_choice(self, world, line, field, model):
        route, browser = routes()[line], Door(host="north.localhost").sign_in(world.ada)
        pk, sent = named(route, world, world.ada), body(route, world)
        rows = {"processes-0-quantity": "1"} if field.startswith("processes") else {}
        foreign = world.one(model).pk
        before = world.fingerprint()

        answer = knock(route, browser, pk, {**sent, **rows, field: str(foreign)})

        assert answer.status_code == 422
        assert world.fingerprint() == before

    @pytest.mark.parametrize("line", FORMS)
    def test_every_select_of_a_form_refuses_a_foreign_id(self, world, line):
        """Found on the page itself, so that a field added to a form is asked about from that day."""
        route = routes()[line]
        speaker = speaker_of(line, world)
        browser = Door(host="north.localhost").sign_in(speaker)
        pk, sent = named(route, world, speaker), body(route, world)
        offered = selects(browser, route.at(pk))
        before = world.fingerprint()

        found = {
            name: knock(route, browser, pk, {**sent, name: str(world.south_order.pk)}).status_code for name in offered
        }

        assert found == dict.fromkeys(offered, 422)
        assert world.fingerprint() == before

    def test_selects_are_found(self, world):
        """The control: the forms whose relations are known by name are seen to have them."""
        browser = Door(host="north.localhost").sign_in(world.ada)

        found = selects(browser, "/work-orders/new/")

        assert {"customer", "lines-0-product"} <= set(found)


def selects(browser, address):
    """Names of the controls of the form sent to `address` that offer ids: on its own page, or where that leads."""
    page = Page(browser.get(address, follow=True).content)
    controls = page.all(f'form[action="{address}"] select[name]')
    return [
        control["name"] for control in controls if any(IS_ID.fullmatch(o.get("value", "")) for o in control("option"))
    ]
