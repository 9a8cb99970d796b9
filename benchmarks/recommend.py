"""What it costs to say who could take a task, of 500 people in its department, beside a bare query of the same 500.

`make bench-recommend` prints milliseconds and statements and writes build/bench/recommend.json. MEMBERS changes the
size, ROUNDS how often each is asked. Everybody has skills, a shift, open work, a history and was asked before; the rows
are inserted, not made by verbs.
"""

import datetime
import json
import os
import random
import statistics
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

SIZES = (50, int(os.environ.get("MEMBERS") or 500))
ROUNDS = int(os.environ.get("ROUNDS") or 25)
OPEN, DONE = 8, 8  # tasks of each member
PROMISED = 100  # milliseconds at 500 members
RESULT = Path("build/bench/recommend.json")
ASKED = ("bare query", "recommend", "through the API")


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"WORKFLOOR_HOME": home, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        django.setup()
        from benchmarks.floor import Floor  # noqa: PLC0415 - models can be imported only from here on

        floor = Floor()
        floor.grow_to(1)
        return report([measured(floor, members) for members in SIZES])


def measured(floor, members):
    """Milliseconds, the median of the rounds, and statements of each way to ask."""
    from dispatch import queries  # noqa: PLC0415
    from tenants.context import tenant  # noqa: PLC0415
    from tenants.models import Member  # noqa: PLC0415
    from workorder.models import WorkOrderTask  # noqa: PLC0415

    with tenant(floor.organization):
        crowd(floor, members)
        task = WorkOrderTask.objects.get(title="The task")

    def bare():
        with tenant(floor.organization):
            return len(Member.objects.filter(department=floor.department).select_related("user"))

    def recommend():
        with tenant(floor.organization):
            return len(queries.weigh(task).decision.candidates)

    client = Client(headers={"host": "bench.localhost"})
    client.force_login(floor.planner.user)

    def through_the_api():
        answer = client.get(f"/api/v1/tasks/{task.pk}/candidates/")
        assert answer.status_code == 200, answer.content
        return len(answer.json()["candidates"])

    found = {"members": members, "ms": {}, "statements": {}, "candidates": recommend()}
    for name, ask in zip(ASKED, (bare, recommend, through_the_api), strict=True):
        ask()
        with CaptureQueriesContext(connection) as counted:
            ask()
        found["statements"][name] = len(counted)
        found["ms"][name] = round(statistics.median(timed(ask) for _ in range(ROUNDS)), 1)
    return found


def timed(ask):
    """Of this process's own time: the database is in it, and what else the machine does is not."""
    begun = time.process_time()
    ask()
    return 1000 * (time.process_time() - begun)


def crowd(floor, members):
    """So many people in the department, with all a decision can look at, and one task that waits."""
    from dispatch.models import (  # noqa: PLC0415
        Absence,
        Assignment,
        AssignmentRule,
        Attendance,
        DispatchPolicy,
        MemberShift,
        MemberSkill,
        Shift,
        Skill,
    )
    from tenants import context  # noqa: PLC0415
    from tenants.models import Member, User  # noqa: PLC0415
    from workorder.models import Process, WorkOrderTask  # noqa: PLC0415

    pick, now = random.Random(members), context.now()
    first = WorkOrderTask.objects.exclude(title="The task").order_by("created_at").first()
    have = Member.objects.filter(department=floor.department).count()
    users = [User(email=f"{n}@crowd.example", name=f"Person {n:03}") for n in range(have, members)]
    User.objects.bulk_create(users)
    people = Member.objects.bulk_create(
        Member(user=user, role="operator", department=floor.department) for user in users
    )
    skills = [Skill.objects.get_or_create(code=code, defaults={"name": code})[0] for code in ("PRESS", "CUT", "FOLD")]
    Process.objects.filter(code="PRINT").update(required_skill="PRESS")
    rule, _ = AssignmentRule.objects.get_or_create(name="By history", defaults={"strategy": "fastest"})
    DispatchPolicy.objects.get_or_create(defaults={"time_clock": True, "open_minutes": Decimal(100_000)})
    hours = {"starts": datetime.time(0), "ends": datetime.time(0), "saturday": True, "sunday": True}
    shift, _ = Shift.objects.get_or_create(name="All day", defaults=hours)
    MemberSkill.objects.bulk_create(
        MemberSkill(member=one, skill=skill, level=pick.randint(1, 5)) for one in people for skill in skills
    )
    since = datetime.date(2024, 1, 1)
    MemberShift.objects.bulk_create(MemberShift(member=one, shift=shift, since=since) for one in people)
    punched = now - datetime.timedelta(hours=3)
    Attendance.objects.bulk_create(
        Attendance(member=one, punch="in", at=punched, method="page", recorded_by=one, recorded_at=punched)
        for one in people[: len(people) * 9 // 10]
    )
    Absence.objects.bulk_create(
        Absence(member=one, starts_at=now + datetime.timedelta(days=1), ends_at=now + datetime.timedelta(days=2))
        for one in people[::10]
    )
    tasks = [_task(first, pick, one, now, done=number >= OPEN) for one in people for number in range(OPEN + DONE)]
    WorkOrderTask.objects.bulk_create(tasks, batch_size=500)
    Assignment.objects.bulk_create(
        (Assignment(task=task, member_id=task.assigned_member_id, rule=rule, why="") for task in tasks[::4]),
        batch_size=500,
    )
    if not WorkOrderTask.objects.filter(title="The task").exists():
        first.pk, first.title, first.assigned_member, first.status = None, "The task", None, "ready"
        first._state.adding = True
        WorkOrderTask.objects.bulk_create([first])


def _task(like, pick, member, now, *, done):
    from workorder.models import WorkOrderTask  # noqa: PLC0415

    minutes = Decimal(pick.randint(10, 240))
    ended = {"status": "completed", "started_at": now, "completed_at": now, "actual_minutes": minutes + 5}
    return WorkOrderTask(
        work_order_id=like.work_order_id,
        process_id=like.process_id,
        title="Other work",
        quantity=100,
        max_quantity=100,
        estimate_minutes=minutes,
        assigned_department_id=member.department_id,
        assigned_member=member,
        **(ended if done else {"status": "ready"}),
    )


def report(found) -> int:
    print(f"{'members':>8}{'could':>8}" + "".join(f"{name:>18}" for name in ASKED) + f"{'ratio':>9}{'statements':>12}")
    for row in found:
        ratio = row["ms"]["recommend"] / row["ms"]["bare query"]
        times = "".join(f"{row['ms'][name]:>15.1f} ms" for name in ASKED)
        print(f"{row['members']:>8}{row['candidates']:>8}{times}{ratio:>8.1f}x{row['statements']['recommend']:>12}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1))
    few, many = found[0]["statements"], found[-1]["statements"]
    if few != many:
        print("The number of statements grows with the people.", file=sys.stderr)
        return 1
    if found[-1]["ms"]["recommend"] > PROMISED:
        print(f"More than the {PROMISED} ms that are promised.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
