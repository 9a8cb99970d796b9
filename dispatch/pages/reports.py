"""What the pages about load and fairness show: bars for the eye, and the same figures as a table."""

import csv
import datetime
import io

from django.http import HttpResponse

from dispatch.forms import DaysFilter
from dispatch.pages.charts import BAR, chart_of, highest
from dispatch.queries.fairness import fairness
from dispatch.queries.workloads import load_by_day, today
from tenants.models import Department
from tenants.pages import page
from tenants.pages.export import harmless
from tenants.states import Role
from workorder.templatetags.floor import duration

DAY = datetime.timedelta(days=1)
LOOKS_AHEAD, LOOKS_BACK = 13, 27  # days beside today, when nothing else is asked for
HEADING = (
    "member",
    "department",
    "assigned_minutes",
    "share_percent",
    "worked_minutes",
    "night_minutes",
    "late_minutes",
    "offers",
    "declined",
)


def show_load(request):
    day = today()
    asked = DaysFilter(request.GET, usual=(day, day + DAY * LOOKS_AHEAD), today=day)
    places = asked.chosen()
    loads = load_by_day(places, asked.begins_on, asked.ends_on)
    top = highest(load for rows in loads.values() for load in rows)
    sections = [
        {"place": place, "rows": [{"load": load, "chart": chart_of(load, top, _said)} for load in loads[place.pk]]}
        for place in places
        if place.pk in loads
    ]
    days = [asked.begins_on + DAY * number for number in range((asked.ends_on - asked.begins_on).days + 1)]
    values = {"filter": asked, "sections": sections, "days": days, "today": day, "bar": BAR}
    return page(request, "dispatch/load.html", part="dispatch/_load.html", **values)


def _said(day):
    over = ", overloaded" if day.is_over else ""
    return f"{day.day:%a} {day.day.day} {day.day:%b}: {duration(day.minutes)} of {duration(day.room)}{over}"


def show_fairness(request):
    asked = fairness_filter(request)
    found = fairness(asked.chosen(), asked.begins_on, asked.ends_on)
    most = max((share.assigned for share in found.shares), default=0) or 1
    values = {
        "filter": asked,
        "found": found,
        "bars": [{"share": share, "percent": round(100 * share.assigned / most, 1)} for share in found.shares],
        "has_work": any(share.offers or share.worked for share in found.shares),
    }
    return page(request, "dispatch/fairness.html", part="dispatch/_fairness.html", **values)


def fairness_filter(request):
    """The last four weeks, unless others are asked for; a supervisor looks at the own department."""
    day, member = today(), request.member
    places = None if member.is_at_least(Role.PLANNER) else Department.objects.filter(pk=member.department_id)
    return DaysFilter(request.GET, usual=(day - DAY * LOOKS_BACK, day), today=day, places=places)


def fairness_csv(request):
    """One line per member, and per rule a column with how many tasks it gave them."""
    asked = fairness_filter(request)
    found = fairness(asked.chosen(), asked.begins_on, asked.ends_on)
    rules, text = [rule.name for rule in found.rules], io.StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(name) for name in (*HEADING, *(f"rule: {name}" for name in rules))])
    for share in found.shares:
        figures = (share.assigned, share.percent, share.worked, share.night, share.late)
        said = [f"{figure:.2f}" for figure in figures] + [share.offers, share.declined]
        gave = [share.by_rule.get(name, 0) for name in rules]
        row = [share.member.name, share.member.department, *said, *gave]
        writer.writerow([harmless(cell) for cell in row])
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="fairness-{asked.begins_on}-{asked.ends_on}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer
