"""What a plan costs from the first read to the undo, at 100 and at 10,000 tasks x 500 members, on PostgreSQL.

`make bench-plans` prints seconds, CPU and statements of each step (`press` is the request that queues the publishing of
a large plan), beside a bare bulk insert of as many rows in the same run, and writes build/bench/plans.json. TASKS and
MEMBERS change the larger size. The database is found as for tests.
The rows are inserted, not made by verbs: ten thousand releases would take minutes.
"""

import datetime
import json
import os
import sys
import time
from pathlib import Path

import django
import psycopg
from django.db import connection, connections

from config.celery import collect_seldom
from tests.support import databases, provision

SIZES = [(100, 20), (int(os.environ.get("TASKS") or 10_000), int(os.environ.get("MEMBERS") or 500))]
RESULT = Path("build/bench/plans.json")
SKILLS, PLACES = 12, 10
STEPS = ("read", "solve", "write", "compute", "press", "publish", "undo", "bare insert")


def main() -> int:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.support.settings", "LOG_LEVEL": "ERROR"}
    django.setup()
    collect_seldom()  # as in the workers, who do all of this
    cluster = databases.Cluster(provision.postgres()).prepare()
    with cluster.database() as urls:
        databases.connect(connections, urls.app)
        found = [measured(urls, *size) for size in SIZES]
        connections.close_all()
    cluster.close()
    return report(found)


def measured(urls, tasks, members):
    """Seconds and statements of each step for one organization of this size."""
    from dispatch.actions import plans  # noqa: PLC0415 - models can be imported only after setup
    from dispatch.actions.plans import computing, handing  # noqa: PLC0415
    from dispatch.models import Plan, PlanItem, PlanPublishing, PlanStep  # noqa: PLC0415
    from dispatch.queries import backlog  # noqa: PLC0415
    from tenants.context import tenant  # noqa: PLC0415

    organization, planner = floor(tasks, members)
    with psycopg.connect(urls.owner, autocommit=True) as line:
        line.execute("ANALYZE")  # what autovacuum does a minute after so many rows have come
    found = {"tasks": tasks, "members": members, "seconds": {}, "cpu": {}, "statements": {}}

    def timed(name, act):
        counted = Counted()
        with connection.execute_wrapper(counted):
            begun, worked = time.perf_counter(), cpu_of_both()
            answer = act()
            took, worked = time.perf_counter() - begun, cpu_of_both() - worked
        found["seconds"][name], found["cpu"][name] = round(took, 3), round(worked, 3)
        found["statements"][name] = counted.statements
        return answer

    def here(act):
        with tenant(organization):
            return act()

    plan = here(lambda: plans.create(by=planner, name="Bench"))
    step = here(lambda: PlanStep.objects.get(plan=plan))
    solving = computing.plan
    reading, writing = backlog.backlog, computing._write

    def solve(*args, **named):
        return timed("solve", lambda: solving(*args, **named))

    computing.plan = solve
    backlog.backlog = lambda department: timed("read", lambda: reading(department))
    computing._write = lambda *args: timed("write", lambda: writing(*args))
    timed("compute", lambda: computing.run(step))
    computing.plan, backlog.backlog, computing._write = solving, reading, writing
    plan = here(lambda: Plan.objects.get(pk=plan.pk))
    if plan.status != "ready":
        raise SystemExit(f"The plan is {plan.status}: {plan.problem}")
    found["moved"] = plan.tasks_moved
    timed("press", lambda: here(lambda: plans.publish(plan, by=planner)))
    queued = here(lambda: PlanPublishing.objects.filter(plan=plan).first())
    if queued:  # a small one is published in the request that asks for it
        timed("publish", lambda: handing.run(queued))
    plan = here(lambda: Plan.objects.get(pk=plan.pk))
    if plan.status != "published":
        raise SystemExit(f"The plan is {plan.status}: {plan.problem}")
    timed("undo", lambda: here(lambda: plans.undo(plan, by=planner)))

    def bare():
        items = list(PlanItem.objects.filter(plan=plan))
        begun, worked = time.perf_counter(), cpu_of_both()
        again = here_plan(planner)
        for item in items:
            item.pk, item.plan = None, again
            item._state.adding = True
            item.id = PlanItem._meta.pk.get_default()
        PlanItem.objects.bulk_create(items, 2000)
        found["seconds"]["bare insert"] = round(time.perf_counter() - begun, 3)
        found["cpu"]["bare insert"] = round(cpu_of_both() - worked, 3)

    def here_plan(by):
        return Plan.objects.create(name="Bare", member=by)

    here(bare)
    found["statements"]["bare insert"] = -(-tasks // 2000)
    return found


class Counted:
    """Counts statements. Django's own log writes each of them out, which costs more than half of what is measured."""

    statements = 0

    def __call__(self, execute, *args):
        self.statements += 1
        return execute(*args)


def cpu_of_both():
    """Seconds that this process and the server's behind its connection have worked: others may load the machine."""
    own = time.process_time()
    try:
        with connection.temporary_connection() as cursor:
            stat = Path(f"/proc/{cursor.connection.info.backend_pid}/stat").read_text()
    except OSError:  # the server is elsewhere
        return own
    used = stat.rpartition(")")[2].split()
    return own + (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def floor(tasks, members):
    """An organization with so many open tasks, a fifth of them in somebody's hands, and members with some skills."""
    from django.utils import timezone  # noqa: PLC0415

    from dispatch.models import Assignment, MemberSkill, Skill  # noqa: PLC0415
    from tenants.context import tenant  # noqa: PLC0415
    from tenants.models import Department, Member, Organization, User  # noqa: PLC0415
    from workorder.models import (  # noqa: PLC0415
        Customer,
        Process,
        WorkOrder,
        WorkOrderProcess,
        WorkOrderTask,
    )

    moment, slug = timezone.now(), f"bench-{tasks}-{os.getpid()}"
    organization = Organization.objects.create(slug=slug, name="Bench")
    users = [User(email=f"m{n}@{slug}.example", name=f"Member {n:03}") for n in range(members + 1)]
    User.objects.bulk_create(users, 500)
    with tenant(organization):
        places = Department.objects.bulk_create(
            Department(code=f"D{n}", name=f"Department {n}") for n in range(min(PLACES, max(1, members // 10)))
        )
        people = Member.objects.bulk_create(
            Member(user=user, role="operator", department=places[n % len(places)])
            for n, user in enumerate(users[:members])
        )
        planner = Member.objects.create(user=users[-1], role="planner")
        skills = Skill.objects.bulk_create(Skill(code=f"S{n}", name=f"Skill {n}") for n in range(SKILLS))
        MemberSkill.objects.bulk_create(
            MemberSkill(member=person, skill=skills[(n * 7 + k * 5) % SKILLS])
            for n, person in enumerate(people)
            for k in range(4)
        )
        catalogue = Process.objects.bulk_create(
            Process(
                code=f"P{n}",
                name=f"Process {n}",
                department=places[n % len(places)],
                required_skill=f"S{n % SKILLS}" if n % 3 else "",
            )
            for n in range(SKILLS * len(places))
        )
        customer = Customer.objects.create(code="C", name="Customer")
        orders = WorkOrder.objects.bulk_create(
            (
                WorkOrder(
                    number=f"WO-{n:06}",
                    customer=customer,
                    title=f"Order {n}",
                    status="released",
                    released_at=moment,
                    priority=("low", "normal", "high", "urgent")[n % 4],
                    due_at=moment + datetime.timedelta(hours=8 + n % 96),
                )
                for n in range(-(-tasks // 2))
            ),
            2000,
        )
        processes = WorkOrderProcess.objects.bulk_create(
            (
                WorkOrderProcess(
                    work_order=orders[n // 2],
                    process=catalogue[(n * 11) % len(catalogue)],
                    department=catalogue[(n * 11) % len(catalogue)].department,
                    sequence=10 * (1 + n % 2),
                    quantity=1,
                    status="ready" if n % 2 == 0 else "waiting",
                )
                for n in range(tasks)
            ),
            2000,
        )
        by_place = {place.pk: [one for one in people if one.department_id == place.pk] for place in places}
        rows = WorkOrderTask.objects.bulk_create(
            (
                WorkOrderTask(
                    work_order=process.work_order,
                    process=process,
                    title=f"Task {n}",
                    quantity=1,
                    max_quantity=1,
                    estimate_minutes=20 + (n * 37) % 100,
                    status=process.status,
                    assigned_department_id=process.department_id,
                )
                for n, process in enumerate(processes)
            ),
            2000,
        )
        given = rows[::5]
        for n, task in enumerate(given):
            there = by_place[task.assigned_department_id]
            task.assigned_member = there[n % len(there)]
        WorkOrderTask.objects.bulk_update(given, ["assigned_member"], 500)
        Assignment.objects.bulk_create(
            (Assignment(task=task, member=task.assigned_member, why="So it was.") for task in given), 2000
        )
    return organization, planner


def report(found) -> int:
    few, many = found
    for one in found:
        print(f"\n{one['tasks']:,} tasks x {one['members']:,} members, {one['moved']:,} moved")
        bare = one["seconds"]["bare insert"]
        for name in [name for name in STEPS if name in one["seconds"]]:
            seconds, cpu, statements = (one[what][name] for what in ("seconds", "cpu", "statements"))
            print(
                f"  {name:<12}{seconds:>8.3f} s{cpu:>8.3f} s CPU{statements:>6} statements"
                f"{seconds / bare:>8.1f} x bare insert"
            )
        whole = {what: sum(one[what][name] for name in ("read", "solve", "write")) for what in ("seconds", "cpu")}
        print(f"  read + solve + write {whole['seconds']:.3f} s, {whole['cpu']:.3f} s CPU")
    print(f"\nCPU load now: {os.getloadavg()[0]:.1f}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1))
    wide = {name for name in ("read",) if few["statements"][name] < many["statements"][name]}
    if wide:
        print(f"The number of statements grows with the rows: {', '.join(sorted(wide))}", file=sys.stderr)
    return 1 if wide else 0


if __name__ == "__main__":
    sys.exit(main())
