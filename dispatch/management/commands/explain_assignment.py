"""Says in plain words why somebody has a task, decides it again, and says whether today's answer would differ."""

import uuid
from decimal import Decimal

from django.core.management.base import BaseCommand, CommandError

from dispatch import queries
from dispatch.actions.plans import replaying
from dispatch.engine.decisions import long
from dispatch.models import Assignment
from tenants.context import tenant
from tenants.models import Organization

INDENT = "  "


class Command(BaseCommand):
    help = "Why an assignment was made, whether it comes out the same again, and what would be decided now."

    def add_arguments(self, parser):
        parser.add_argument("id", help="the assignment's")
        parser.add_argument("--organization", metavar="SLUG", help="where to look; everywhere if it is left out")

    def handle(self, *, id, organization, **options):  # noqa: A002 - the name of the argument
        try:
            pk = uuid.UUID(id)
        except ValueError as error:
            raise CommandError(f"{id} is no id.") from error
        houses = Organization.objects.order_by("slug")
        for house in houses.filter(slug=organization) if organization else houses:
            with tenant(house):
                assignment = Assignment.objects.select_related("member__user", "task__work_order").filter(pk=pk).first()
                if assignment:
                    self.stdout.write("\n".join(told(queries.explain(assignment))))
                    return
        raise CommandError(f"There is no assignment {id}{f' in {organization}' if organization else ''}.")


def told(explanation):
    """Lines of text."""
    assignment, record = explanation.assignment, explanation.as_dict()
    task = assignment.task
    state = assignment.get_status_display().lower()
    yield f"{task.title} of {task.work_order.number}: {state}, {assignment.member.name}"
    yield ""
    yield "Why"
    yield f"{INDENT}{assignment.why}"
    if explanation.how == "rules":
        yield from _weighed(record)
    yield ""
    yield "Decided again"
    yield f"{INDENT}{replaying.replay(assignment) if explanation.how == 'plan' else explanation.replay_said}"
    if assignment.input_hash:
        yield f"{INDENT}Input: {assignment.input_hash}"
    yield ""
    yield "Decided today"
    yield f"{INDENT}{explanation.today_said}"
    for change in explanation.changes:
        yield f"{INDENT}- {change}"


def _weighed(record):
    rule = record["rule"]
    strategy = queries.strategy_of(record)
    asked = f"{rule['name']} (rank {rule['rank']}, version {rule['version']})" if rule else "none matches"
    yield f"{INDENT}Rule: {asked}"
    yield f"{INDENT}Strategy: {strategy.lower()}"
    yield ""
    yield f"Who could ({record['could']})"
    for place, candidate in enumerate([record["candidates"][0], *record["next"]], start=1):
        yield f"{INDENT}{place}. {candidate['name']}: {_parts(candidate['parts'])}"
    if record["refusals"]:
        yield ""
        yield f"Who could not ({sum(record['refusals'].values())} reasons)"
        for code, count in record["refusals"].items():
            yield f"{INDENT}{code}: {count}"
        for refused in record["refused"]:
            yield f"{INDENT}{refused['name']}: {', '.join(reason['message'] for reason in refused['reasons'])}"


def _parts(parts):
    said = [f"{float(parts['load_minutes']):.0f} min of open work"]
    if parts["room_minutes"]:
        said[0] += f" of {float(parts['room_minutes']):.0f}"
    said.append(f"takes {100 * float(parts['pace']):.0f} % of the estimate")
    if parts["level"]:
        said.append(f"level {parts['level']}")
    if parts["kept"]:
        said.append("did the process before")
    waited = parts["waited_minutes"]
    said.append("never asked by a rule" if waited is None else f"asked {long(Decimal(waited))} ago")
    return ", ".join(said)
