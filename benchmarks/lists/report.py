"""The table, the file, and whether every reach was reached."""

import json
import sys
from pathlib import Path

RESULT = Path("build/bench/lists.json")

# Figure -> what it may be at most.
REACHES = {
    "list_vs_bare": 1.6,
    "list_vs_drf": 0.3,
    "detail_vs_drf": 1.2,
    "create_vs_drf": 2.0,
    "deep_vs_first_v1": 4.0,
    "deep_vs_first": 1.2,
    "growth_1k_100k": 1.2,
}
STATEMENTS = {"list": 3, "list of 100": 3, "deep page": 3, "filtered list": 3, "v2 list": 3, "v2 deep page": 3} | {
    "detail": 4,
    "create": 14,
}


def report(measured, sql, *, rows, rounds, few) -> int:
    cpu = {name: server + postgres for name, (server, postgres, _) in measured.items()}
    print(f"\n{rows:,} orders, 2 workers, CPU ms per request, median of {rounds} rounds")
    print(f"{'':<20}{'server':>9}{'PostgreSQL':>12}{'sum':>9}{'x Django':>10}{'x DRF':>8}{'req/s':>8}")
    for name, (server, postgres, speed) in measured.items():
        rival = f"DRF {name.split()[-1]}" if "create" in name or "detail" in name else "DRF list"
        ratios = [f"{cpu[name] / cpu[base]:.2f}" if base in cpu else "" for base in ("Django list", rival)]
        print(f"{name:<20}{server:>9.2f}{postgres:>12.2f}{cpu[name]:>9.2f}{ratios[0]:>10}{ratios[1]:>8}{speed:>8.0f}")
    figures = {
        name: round(cpu[ours] / cpu[theirs], 3)
        for name, ours, theirs in (
            ("list_vs_bare", "v1 list", "Django list"),
            ("list_vs_drf", "v1 list", "DRF list"),
            ("detail_vs_drf", "v1 detail", "DRF detail"),
            ("create_vs_drf", "v1 create", "DRF create"),
            ("deep_vs_first", "v2 deep page", "v2 list"),
            ("deep_vs_first_v1", "v1 deep page", "v1 list"),
            ("growth_1k_100k", "v1 list", "v1 list, few rows"),
        )
        if ours in cpu and theirs in cpu
    }
    missed = [f"{name}: {value} (at most {REACHES[name]})" for name, value in figures.items() if value > REACHES[name]]
    missed += [f"sql of {name}: {n} (at most {STATEMENTS[name]})" for name, n in sql.items() if n > STATEMENTS[name]]
    print("\n" + "   ".join(f"{name} {value}" for name, value in figures.items()))
    print("statements beyond signing in: " + ", ".join(f"{name} {count}" for name, count in sql.items()))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    kept = {
        name: dict(zip(("server_ms", "postgres_ms", "per_second"), found, strict=True))
        for name, found in measured.items()
    }
    RESULT.write_text(json.dumps(figures | {"sql": sql, "rows": rows, "few_rows": few, "targets": kept}, indent=1))
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0
