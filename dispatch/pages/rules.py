"""What the pages of rules show: the list in the order of asking, the editor, and what a rule would catch."""

from dataclasses import dataclass

from django.urls import reverse

from dispatch import queries
from dispatch.actions import rules
from dispatch.forms.rules import RuleForm
from dispatch.models import AssignmentRule
from dispatch.states import Strategy
from tenants.errors import Problem
from tenants.pages import page
from tenants.states import Role

APART = 10
NAMES = ("if_process", "if_department", "if_customer", "if_product", "if_tag", "department")


WHOM = {
    Strategy.LEAST_LOADED: "whoever has the least open work gets it",
    Strategy.FASTEST: "whoever is the fastest at it gets it",
    Strategy.ROUND_ROBIN: "they take turns",
    Strategy.MOST_SKILLED: "the most skilled gets it",
    Strategy.KEEP_WITH: "it stays with who did the process before",
    Strategy.QUEUE_ONLY: "it waits until somebody claims it",
}


@dataclass(frozen=True)
class Line:
    """A rule of the list, what it asks in words, and what about it is hardly meant."""

    rule: AssignmentRule
    conditions: list[str]
    warnings: list[Problem]
    is_first: bool
    is_last: bool

    @property
    def whom(self) -> str:
        return WHOM[self.rule.strategy]


def may_edit(member):
    return member.is_at_least(Role.PLANNER)


def show_rules(request, *, status=200, **values):
    rows = list(AssignmentRule.objects.select_related(*NAMES).order_by("rank", "name", "id"))
    warned = queries.warnings_of(rows)
    last = len(rows) - 1
    lines = [Line(row, in_words(row), warned[row.pk], number == 0, number == last) for number, row in enumerate(rows)]
    values |= {"lines": lines, "may_edit": may_edit(request.member)}
    return page(request, "dispatch/rules.html", part="dispatch/_rules.html", status=status, **values)


def show_rule(request, rule, form, *, status=200, **values):
    """The editor of a rule, or of a new one."""
    address = reverse("dispatch:rule_edit", args=[rule.pk]) if rule else reverse("dispatch:rule_new")
    asked = reverse("dispatch:rule_catches", args=[rule.pk]) if rule else reverse("dispatch:rule_new_catches")
    values |= {"rule": rule, "form": form, "address": address, "asked": asked}
    if rule:
        values["warnings"] = queries.warnings_of([rule])[rule.pk]
    return page(request, "dispatch/rule.html", part="dispatch/_rule.html", status=status, **values)


def show_catches(request, rule, form):
    """What the rule, as it stands in the form, would catch now. Without HTMX it is shown below the form."""
    values = catches_of(rule, form)
    status = 422 if "unready" in values else 200
    if request.htmx:
        return page(request, "dispatch/_catches.html", status=status, **values)
    return show_rule(request, rule, form, status=status, **values)


def catches_of(rule, form):
    said = form.said()
    meant, against = rules.draft(rule, **said)
    if against:
        form.take([problem for problem in against if problem.field not in form.errors])
    if wrong := [name for name in form.errors if not (name == "name" and form.has_error("name", "required"))]:
        return {"unready": sorted(form[name].label for name in wrong if name in form.fields)}
    return {"catch": queries.catch_of(meant), "hints": queries.warnings_of([meant])[meant.pk]}


def new_form(data=None):
    last = AssignmentRule.objects.order_by("-rank").values_list("rank", flat=True).first()
    return RuleForm(data, initial={"rank": (last or 0) + APART})


def in_words(rule):
    """What a rule asks, one condition each; nothing where it takes everything."""
    found = []
    if rule.if_process:
        found.append(f"the process is {rule.if_process}")
    if rule.if_department:
        found.append(f"it is in {rule.if_department}")
    if rule.if_customer:
        found.append(f"it is for {rule.if_customer}")
    if rule.if_product:
        found.append(f"the product is {rule.if_product}")
    if rule.if_priority:
        found.append(f"it is {rule.get_if_priority_display().lower()}")
    if rule.if_tag:
        found.append(f"its order is tagged {rule.if_tag}")
    low, high = rule.if_quantity_from, rule.if_quantity_to
    if low is not None and high is not None:
        found.append(f"it is for {low.normalize():f} to {high.normalize():f}")
    elif low is not None:
        found.append(f"it is for {low.normalize():f} or more")
    elif high is not None:
        found.append(f"it is for {high.normalize():f} at most")
    return found
