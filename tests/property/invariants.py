"""What holds of every order, process and task at any time, counted anew from what was written down about them.

`found` is {noun: [rows]} of some orders with all they consist of, `reported` is {task id: [reports]}.
"""

import collections
from decimal import Decimal

from tenants.models import Event
from tests.golden.events import WRITTEN_BY
from tests.golden.states import ENDED, GRIDS, INITIAL
from workorder.models import Downtime, steps_of


def reports_add_up(found, reported):
    """Sums are those of the rows, and never more than the task may hold."""
    for task in found:
        rows = reported[task.pk]
        assert task.completed_quantity == sum(row.good for row in rows)
        assert task.defect_quantity == sum(row.defect for row in rows)
        assert task.rework_quantity == sum(row.rework for row in rows)
        assert task.actual_minutes == sum(row.minutes for row in rows)
        assert 0 <= task.completed_quantity + task.defect_quantity == task.reported_quantity <= task.max_quantity


def turns_are_kept(found):
    """Nothing of a step has begun before every process of the earlier ones has ended."""
    for order in found["workorder"]:
        may_begin = True
        for step in steps_of(process for process in found["process"] if process.work_order_id == order.pk):
            here = {process.pk for process in step}
            begun = [task for task in found["task"] if task.process_id in here and task.started_at]
            assert may_begin or not begun
            assert may_begin or all(process.status in ("waiting", "skipped", "cancelled") for process in step)
            may_begin = may_begin and all(process.status in ENDED["process"] for process in step)


def statuses_agree(found):
    """A process is what its tasks are, an order what its processes are, and a downtime lasts while its task rests."""
    standing = set(Downtime.objects.filter(ended_at=None).values_list("task_id", flat=True))
    assert standing & {task.pk for task in found["task"]} == {t.pk for t in found["task"] if t.status == "paused"}
    for process in found["process"]:
        own = [task for task in found["task"] if task.process_id == process.pk]
        ended = process.status in ENDED["process"]
        assert not own or ended == all(task.status in ENDED["task"] for task in own)
        assert sum(task.quantity for task in own if task.status != "cancelled") <= process.quantity
    for order in found["workorder"]:
        own = [process for process in found["process"] if process.work_order_id == order.pk]
        done = all(process.status in ENDED["process"] for process in own)
        assert order.status not in ("released", "in_progress") or not done
        assert order.status not in ("completed", "closed", "cancelled") or done


def progress_is_a_recount(found, reported):
    """Counted from the reports: what was skipped or given up weighs nothing, what is completed weighs all."""
    for order in found["workorder"]:
        own = [process for process in found["process"] if process.work_order_id == order.pk]
        weighed = [process for process in own if process.status not in ("skipped", "cancelled")]
        made = Decimal(0)
        for process in weighed:
            rows = [row for task in found["task"] if task.process_id == process.pk for row in reported[task.pk]]
            pieces = sum((row.good + row.defect for row in rows), Decimal(0))
            made += process.quantity if process.status == "completed" else min(pieces, process.quantity)
        whole = sum((process.quantity for process in weighed), Decimal(0))
        nothing_left = Decimal(100 if order.status in ("completed", "closed") else 0)
        expected = (100 * made / whole).quantize(Decimal("0.01")) if whole else nothing_left
        assert order.status == "cancelled" or order.progress == expected


def histories_replay(rows):
    """One event for each version, none left out; and whoever reads the events alone arrives at the status."""
    told = collections.defaultdict(list)
    for event in Event.objects.filter(subject_id__in=[row.pk for row in rows]).order_by("subject_version"):
        told[event.subject_id].append(event)
    for row in rows:
        history = [event for event in told[row.pk] if event.subject_type == row.NOUN]
        first = 1 if row.NOUN != "process" else 2  # a process is told of with its order, and by itself once it moves
        assert [event.subject_version for event in history] == list(range(first, row.version + 1))
        assert replayed(row.NOUN, [event.kind for event in history]) == row.status


def replayed(noun, kinds):
    """The status the golden table gives after these events."""
    verbs = {kind: verb for (of, verb), kind in WRITTEN_BY.items() if of == noun}
    status, held_from = INITIAL[noun], ""
    for kind in kinds:
        verb = verbs.get(kind)
        cell = GRIDS[noun].get((status, verb), "+")
        assert cell not in ("-", "="), f"{kind} in {status}"
        if verb == "resume" and noun == "workorder":
            status, held_from = held_from, ""
        elif cell != "+":
            held_from = status if verb == "hold" else held_from
            status = cell
    return status
