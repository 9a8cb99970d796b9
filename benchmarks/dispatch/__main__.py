"""Whole backlogs, packings and shops: seconds, how far from the best, memory, beside rivals in the same run.

`make bench-dispatch` prints the tables, writes build/bench/dispatch.json, and ends with 1 when a reach is missed. A
quick look: `make bench-dispatch QUICK=1`; one table: `ONLY=backlogs` (or plans, packings, shops). What other processes
do meanwhile shows in the load that is printed: on a busy machine compare rows with each other, and the CPU seconds.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.dispatch import known
from dispatch.engine.packing import pack
from dispatch.engine.sequencing import best_by_rules, sequence

RESULT = Path("build/bench/dispatch.json")
QUICK, ONLY = bool(os.environ.get("QUICK")), os.environ.get("ONLY", "")
SIZES = ((1_000, 100), (10_000, 500)) if QUICK else ((1_000, 100), (10_000, 500), (100_000, 2_000))
ROUNDS = {1_000: 5, 10_000: 3, 100_000: 1 if QUICK else 2}
BARE, FIRST, BEST = "bare min-cost flow", "ours, first answer", "ours, proven optimum"
WAYS = {
    "least loaded (heap)": 100_000,
    "greedy": 100_000,
    "greedy + local search": 100_000,
    "scipy, dense": 1_000,
    "scipy, sparse": 1_000 if QUICK else 10_000,
    BARE: 100_000,
    FIRST: 100_000,
    BEST: 100_000,
}
PACKING_SECONDS = 1.0
SHOP_SECONDS = 2.0 if QUICK else 10.0
REACHES = {"flow": 1.5, "first": 3.0, "packing": 1.0, "shop": 3.0, "plan": 0.6}


def main():
    tables = {"backlogs": backlogs, "plans": plans, "packings": packings, "shops": shops}
    print(f"{os.cpu_count()} cores, load {_load()}")
    found, missed = {}, []
    for name, table in tables.items():
        if ONLY in name:
            found[name], late = table()
            missed += late
            print(f"(load {_load()})")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1))
    for one in missed:
        print(f"Missed: {one}", file=sys.stderr)
    return bool(missed)


def backlogs():
    print(
        "\nWhole backlogs of tasks of equal length: CPU and wall seconds, objective, gap to the optimum, fullest person"
    )
    rows, missed = [], []
    for tasks, members in SIZES:
        size = f"{tasks:,} x {members:,}"
        of_size = {way: _asked(way, tasks, members) for way, most in WAYS.items() if tasks <= most}
        optimum = of_size[BEST]["objective"]
        print(f"\n{size} ({of_size[BEST]['arcs']:,} pairs)")
        print(f"{'':<24}{'cpu s':>9}{'wall s':>9}{'objective':>13}{'gap %':>8}{'fullest':>9}{'peak MB':>9}")
        for way, row in of_size.items():
            row |= {"size": size, "way": way, "gap": 100 * (row["objective"] / optimum - 1)}
            rows.append(row)
            print(
                f"{way:<24}{row['cpu']:>9.3f}{row['seconds']:>9.3f}{row['objective']:>13,}{row['gap']:>8.2f}"
                f"{row['most']:>9}{row['megabytes']:>9}"
            )
        ratio = of_size[BEST]["cpu"] / of_size[BARE]["cpu"]
        print(f"proven optimum in {ratio:.2f} x the CPU of bare flow; instance alone {row['of_it_instance']} MB")
        if ratio > REACHES["flow"]:
            missed.append(f"optimum of {size} in {ratio:.2f} x bare flow")
        if of_size[FIRST]["gap"] > REACHES["first"]:
            missed.append(f"first answer of {size} {of_size[FIRST]['gap']:.2f} % off")
        if optimum != of_size[BARE]["objective"]:
            missed.append(f"optimum of {size} is not what bare flow found")
    return rows, missed


def plans():
    print("\nWhole plans from snapshot to rows: who and when, tasks of several lengths, orders of steps, shifts")
    print(f"{'':<18}{'cpu s':>9}{'wall s':>9}{'tardiness before, min':>24}{'after':>12}{'peak MB':>9}  method")
    rows, missed = [], []
    for tasks, members in ((200, 20), *SIZES):
        row = _asked("plan", tasks, members)
        size = row["size"] = f"{tasks:,} x {members:,}"
        rows.append(row)
        print(
            f"{size:<18}{row['cpu']:>9.3f}{row['seconds']:>9.3f}{row['before']:>24,}{row['after']:>12,}"
            f"{row['megabytes']:>9}  {row['method']}"
        )
        if tasks == 10_000 and row["cpu"] > REACHES["plan"]:
            missed.append(f"plan of {size} took {row['cpu']:.2f} s of CPU")
    return rows, missed


def packings():
    print(f"\nTasks of different lengths, {PACKING_SECONDS:g} s each (OR-Library)")
    print(f"{'':<10}{'best known':>12}{'found':>9}{'gap %':>8}{'wall s':>9}  feasible")
    rows = []
    for name, best in known.PACKINGS.items():
        problem = known.packing(name)
        start = time.perf_counter()
        found = pack(problem, seconds=PACKING_SECONDS)
        row = {"name": name, "best": best, "seconds": time.perf_counter() - start, "feasible": found is not None}
        if found:
            tasks = np.arange(problem.cost.shape[1])
            used = np.bincount(found.person, problem.minutes[found.person, tasks], len(problem.room))
            row |= {
                "found": found.cost,
                "gap": 100 * (found.cost / best - 1),
                "feasible": bool((used <= problem.room).all()),
            }
        rows.append(row)
        said = f"{row['found']:>9}{row['gap']:>8.2f}" if found else f"{'-':>9}{'-':>8}"
        print(f"{name:<10}{best:>12}{said}{row['seconds']:>9.2f}  {'yes' if row['feasible'] else 'NO'}")
    mean = statistics.mean(row.get("gap", 100.0) for row in rows)
    print(f"mean gap {mean:.2f} %")
    missed = [f"{row['name']} has no feasible answer" for row in rows if not row["feasible"]]
    return rows, missed + [f"packings {mean:.2f} % off"] * (mean > REACHES["packing"])


def shops():
    print(f"\nFlexible job shops, {SHOP_SECONDS:g} s each (Brandimarte; mk10 against 193, the best that was found)")
    print(
        f"{'':<8}{'best known':>12}{'rules':>8}{'gap %':>8}{'found':>8}{'gap %':>8}{'bound':>8}"
        f"{'cpu s':>8}{'wall s':>8}"
    )
    rows = []
    for name, best in known.SHOPS.items():
        jobs = known.shop(name)
        rules = max(slot.end for slot in best_by_rules(jobs))
        start, begun = time.perf_counter(), time.process_time()
        found = sequence(jobs, seconds=SHOP_SECONDS)
        row = {
            "name": name,
            "best": best,
            "rules": rules,
            "rules_gap": 100 * (rules / best - 1),
            "found": found.end,
            "gap": 100 * (found.end / best - 1),
            "bound": found.bound,
            "cpu": time.process_time() - begun,
            "seconds": time.perf_counter() - start,
        }
        rows.append(row)
        print(
            f"{name:<8}{best:>12}{rules:>8}{row['rules_gap']:>8.1f}{found.end:>8}{row['gap']:>8.1f}{found.bound:>8}"
            f"{row['cpu']:>8.1f}{row['seconds']:>8.1f}"
        )
    mean = statistics.mean(row["gap"] for row in rows)
    print(f"mean gap {mean:.2f} %, of the rules {statistics.mean(row['rules_gap'] for row in rows):.2f} %")
    return rows, [f"shops {mean:.2f} % off"] * (mean > REACHES["shop"])


def _asked(way, tasks, members):
    words = [sys.executable, "-m", "benchmarks.dispatch.ways", way, str(tasks), str(members), str(ROUNDS.get(tasks, 1))]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def _load():
    return "{:.1f} {:.1f} {:.1f}".format(*os.getloadavg())


if __name__ == "__main__":
    sys.exit(main())
