"""`make bench-sockets`: a thousand sockets on one process, ours beside channel-layer groups, asked in turns.

First one broadcast a second: how late does it reach everybody? Then back to back, a few on their way at a time: how
many deliveries a second? Prints a table, writes build/bench/sockets.json, and ends with 1 when a reach is missed:
p95 at most half of the better rival's, deliveries at least three times as many. SOCKETS, SECONDS and ROUNDS change the
sizes; LAYERS=groups,pubsub chooses the rivals.
"""

import json
import os
import statistics
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import django
from django.db import connection, connections

SOCKETS = int(os.environ.get("SOCKETS") or 1000)
SECONDS = int(os.environ.get("SECONDS") or 10)
ROUNDS = int(os.environ.get("ROUNDS") or 2)
LAYERS = (os.environ.get("LAYERS") or "groups,pubsub").split(",")
PER_MEMBER = 10
ON_THEIR_WAY = 4
PATIENCE = 120
WARM_UP = 10**9  # the number of a broadcast that is not counted
RESULT = Path("build/bench/sockets.json")
P95_AT_MOST, DELIVERIES_AT_LEAST = 0.5, 3.0


def main() -> int:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.support.settings", "LOG_LEVEL": "ERROR"}
    django.setup()
    from benchmarks.sockets import servers  # noqa: PLC0415 - models can be imported only after setup
    from tests.support import databases, provision  # noqa: PLC0415

    cluster, redis_url = databases.Cluster(provision.postgres()).prepare(), provision.valkey().url
    home, rounds, look = provision.temporary("workfloor-bench-"), {}, {}
    try:
        with cluster.database() as urls:
            databases.connect(connections, urls.app)
            django.conf.settings.REDIS_URL = redis_url
            house, secrets = crowd_of(SOCKETS)
            makers = [lambda: servers.Ours(home, urls, redis_url, house, secrets)]
            makers += [lambda layer=layer: servers.Groups(home, layer, redis_url, SOCKETS) for layer in LAYERS]
            for _ in range(ROUNDS):
                for make in makers:
                    server = make()
                    try:
                        print(f"{server.name} …", file=sys.stderr)
                        rounds.setdefault(server.name, []).append(measured(server, servers.frame))
                    except (ConnectionError, TimeoutError):
                        print(server.log.read_text()[-3000:], file=sys.stderr)
                        raise
                    finally:
                        server.stop()
            look = looked(house)
            connections.close_all()
    finally:
        cluster.close()
    return report(rounds, look)


def crowd_of(count):
    """A house with a token for every ten sockets: a member has no more."""
    from tenants.actions import tokens  # noqa: PLC0415
    from tenants.context import tenant  # noqa: PLC0415
    from tenants.models import Member, Organization, User  # noqa: PLC0415

    house = Organization.objects.create(slug="bench", name="Bench")
    secrets = []
    with tenant(house):
        for number in range(-(-count // PER_MEMBER)):
            user = User.objects.create(email=f"m{number}@bench.example", name=f"Member {number}")
            member = Member.objects.create(user=user, role="operator")
            secrets += [tokens.make_api_token(member=member, name="bench", by=member)[1]] * PER_MEMBER
    return house, secrets[:count]


def measured(server, frame):
    """{"open": seconds, "latencies": of every delivery, "deliveries": a second}"""
    context = get_context("spawn")
    here, there = context.Pipe()
    from benchmarks.sockets.crowd import attend  # noqa: PLC0415

    process = context.Process(target=attend, args=(there, server.port, server.authorizations), daemon=True)
    process.start()
    try:
        _, opened, _ = heard(here)
        server.broadcast(frame(WARM_UP))
        heard(here)
        latencies = []
        for number in range(SECONDS):
            begun = time.monotonic()
            server.broadcast(frame(number))
            latencies += [moment - begun for moment in heard(here)[2]]
            time.sleep(max(0.0, begun + 1 - time.monotonic()))
        return {"open": opened, "latencies": latencies, "deliveries": flood(server, frame, here)}
    finally:
        if process.is_alive():
            here.send("stop")
        process.join(10)
        process.kill()


def flood(server, frame, here):
    """Deliveries a second, with a few broadcasts on their way at any moment."""
    number, waiting, done, begun = SECONDS, 0, 0, time.monotonic()
    while time.monotonic() < begun + SECONDS:
        while waiting < ON_THEIR_WAY:
            server.broadcast(frame(number))
            number, waiting = number + 1, waiting + 1
        heard(here)
        waiting, done = waiting - 1, done + 1
    seconds = time.monotonic() - begun
    while waiting:
        heard(here)
        waiting -= 1
    return done * len(server.authorizations) / seconds


def heard(here):
    if not here.poll(PATIENCE):
        raise TimeoutError(f"Nothing came for {PATIENCE} s.")
    what, number, moments = here.recv()
    if what == "lost":
        raise ConnectionError(f"A socket was closed with {number}.")
    return what, number, moments


def looked(house):
    """What one look at all the sockets costs: {"statements": …, "ms": …}."""
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from notifications.consumers import watching  # noqa: PLC0415
    from tenants.context import tenant  # noqa: PLC0415
    from tenants.models import ApiToken  # noqa: PLC0415
    from tenants.queries import Pass  # noqa: PLC0415

    with tenant(house):
        passes = [Pass(house.pk, token.member_id, token_id=token.pk) for token in ApiToken.objects.all()]
    times = []
    for _ in range(20):
        with CaptureQueriesContext(connection) as found:
            begun = time.perf_counter()
            watching.look(house.pk, passes, 0)
            times.append(time.perf_counter() - begun)
    return {"statements": len(found), "ms": 1000 * statistics.median(times)}


def report(rounds, look):
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    figures = {}
    print(f"\n{SOCKETS} sockets on one process, {ROUNDS} rounds of {SECONDS} broadcasts, then {SECONDS} s back to back")
    print(f"{'':<24}{'p50 ms':>9}{'p95 ms':>9}{'deliveries/s':>15}{'opened/s':>10}")
    for name, found in rounds.items():
        latencies = sorted(latency for one in found for latency in one["latencies"])
        figures[name] = {
            "p50_ms": 1000 * latencies[len(latencies) // 2],
            "p95_ms": 1000 * latencies[int(len(latencies) * 0.95)],
            "deliveries_per_second": statistics.median(one["deliveries"] for one in found),
            "opened_per_second": SOCKETS / statistics.median(one["open"] for one in found),
        }
        print(f"{name:<24}" + "{:>9.1f}{:>9.1f}{:>15,.0f}{:>10.0f}".format(*figures[name].values()))
    ours, rivals = figures.pop("workfloor"), list(figures.values())
    p95 = ours["p95_ms"] / min(rival["p95_ms"] for rival in rivals)
    more = ours["deliveries_per_second"] / max(rival["deliveries_per_second"] for rival in rivals)
    is_reached = p95 <= P95_AT_MOST and more >= DELIVERIES_AT_LEAST
    print(f"p95 {p95:.2f} x the better rival's (at most {P95_AT_MOST}); {more:.1f} x its deliveries (at least 3)")
    print(f"one look at all of them: {look['statements']} statements, {look['ms']:.1f} ms, every 4 s")
    sizes = {"sockets": SOCKETS, "seconds": SECONDS, "rounds": ROUNDS}
    told = {**sizes, "workfloor": ours, **figures, "p95_ratio": p95, "deliveries_ratio": more, "look": look}
    RESULT.write_text(json.dumps(told | {"is_reached": is_reached}, indent=1))
    return 0 if is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
