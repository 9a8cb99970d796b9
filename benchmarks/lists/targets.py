"""Who is asked for what: the two rivals' servers and the product's, and the addresses of each."""

import base64
import functools
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from benchmarks.lists import knock
from benchmarks.lists.knock import request
from benchmarks.lists.seed import YEAR, House
from benchmarks.lists.servers import Postgres, Server
from tests.support import provision

BEFORE = f"before=WO-{YEAR + 1}"
PAGE = 50
UNTIL_TIME_IS_UP = 10**9
MOST_CREATED = 100  # creates make the tables grow, so a slot of them ends here


@dataclass(frozen=True)
class Target:
    name: str
    server: Server
    knock: knock.Knock
    most: int = UNTIL_TIME_IS_UP

    @property
    def repeated(self):
        """What the client's process runs."""
        return functools.partial(knock.repeated, self.knock)


class Stage:
    """All servers, started at once."""

    def __init__(self, cluster, many, few, house: House, small: House, access: str):
        home = provision.temporary("workfloor-bench-")
        for name in ("many", "few"):
            (home / name).mkdir()
        self.postgres = Postgres(cluster.admin)
        rivals = {"BENCH_DATABASE_URL": as_admin(cluster, many), "BENCH_ORGANIZATION": house.organization}
        ours = {"WORKFLOOR_HOME": home, "REDIS_URL": ""}
        self.bare = Server("bare", "benchmarks.lists.rivals.bare:application", home, **rivals)
        django = "benchmarks.lists.rivals.wsgi:application"
        self.django = Server("django", django, home, **rivals)
        self.drf = Server("drf", django, home, **rivals, BENCH_MIDDLEWARE=1)
        product = "config.wsgi:application"
        multi = "PROMETHEUS_MULTIPROC_DIR"  # as deployed: /metrics answers for all workers
        self.product = Server("product", product, home, **ours, DATABASE_URL=many.app, **{multi: home / "many"})
        self.small = Server("small", product, home, **ours, DATABASE_URL=few.app, **{multi: home / "few"})
        self.targets = list(self._targets(house, small, access))

    def wait(self):
        for target in self.targets:
            target.server.wait_for(target.knock)
        self._compare()

    def close(self):
        for server in (self.bare, self.django, self.drf, self.product, self.small):
            server.stop()

    def _targets(self, house, small, access):
        key, last = f"Token {house.token}", house.last // PAGE - 3
        body = orjson.dumps(new_order(house))
        bare, rival = (
            functools.partial(request, port=self.bare.port),
            functools.partial(request, port=self.drf.port, token=key),
        )
        ours = functools.partial(request, port=self.product.port, token=key)
        yield Target("bare WSGI list", self.bare, bare("GET", f"/?{BEFORE}"))
        yield Target("Django list", self.django, request("GET", f"/bare/?{BEFORE}", port=self.django.port))
        yield Target("DRF list", self.drf, rival("GET", "/work-orders/"))
        yield Target("v1 list", self.product, ours("GET", "/api/v1/work-orders/"))
        jwt = request("GET", "/api/v1/work-orders/", port=self.product.port, token=f"Bearer {access}")
        yield Target("v1 list, JWT", self.product, jwt)
        few = request("GET", "/api/v1/work-orders/", port=self.small.port, token=f"Token {small.token}")
        yield Target("v1 list, few rows", self.small, few)
        yield Target("v1 deep page", self.product, ours("GET", f"/api/v1/work-orders/?page={last}"))
        yield Target(
            "v1 filtered list", self.product, ours("GET", "/api/v1/work-orders/?status=in_progress&priority=high")
        )
        yield Target("v2 list", self.product, ours("GET", "/api/v2/work-orders/"))
        yield Target("v2 deep page", self.product, ours("GET", f"/api/v2/work-orders/?cursor={cursor(3 * PAGE)}"))
        yield Target("DRF detail", self.drf, rival("GET", f"/work-orders/{house.order}/"))
        yield Target("v1 detail", self.product, ours("GET", f"/api/v1/work-orders/{house.order}/"))
        made = {"body": body, "status": 201}
        yield Target("DRF create", self.drf, rival("POST", "/work-orders/", **made), MOST_CREATED)
        yield Target("v1 create", self.product, ours("POST", "/api/v1/work-orders/", **made), MOST_CREATED)

    def _compare(self):
        """All answer the same rows, or the figures would compare apples and pears."""
        lists = [self._said(name)["results"] for name in ("bare WSGI list", "Django list", "DRF list", "v1 list")]
        details = [self._said(name) for name in ("DRF detail", "v1 detail")]
        for rows in lists:
            for row in rows:
                del row["allowed_actions"]
        for row in details:
            del row["allowed_actions"]
        if any(rows != lists[0] for rows in lists) or len(lists[0]) != PAGE or details[0] != details[1]:
            shown = "\n".join(str(sorted(row)) for row in (*(rows[0] for rows in lists), *details))
            raise SystemExit(f"The answers differ; rivals/fields.py says what the product answered:\n{shown}")

    def _said(self, name):
        return orjson.loads(knock.answer(next(target.knock for target in self.targets if target.name == name)))


def new_order(house: House) -> dict:
    """Three lines and five processes."""
    return {
        "customer": house.customer,
        "title": "A new order",
        "due_at": f"{YEAR + 1}-01-01T00:00:00Z",
        "products": [{"product": product, "quantity": "10.000"} for product in house.products],
        "processes": [{"process": process, "quantity": "10.000"} for process in house.processes],
    }


def cursor(number: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([f"WO-{YEAR}-{number:06d}"])).decode().rstrip("=")


def as_admin(cluster, urls) -> str:
    """The database as somebody sees it whom no policy stops: the rivals know of none."""
    return urlsplit(cluster.admin)._replace(path=f"/{urls.name}").geturl()
