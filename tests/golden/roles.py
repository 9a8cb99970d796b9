"""Who may do what: the tables are in docs/roles.md, and these are they, read out of it.

===>  A NEW ROUTE? ITS LINE GOES INTO docs/roles.md, INTO THE SECTION OF ITS NOUN. NOT HERE.  <===

What stands here is only what is no matter of roles: routes for everybody, and those between two organizations.
"""

import re
from pathlib import Path

WRITTEN = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
ROLES = ("viewer", "operator", "supervisor", "planner", "admin")
CELL = re.compile(r"(2\d\d|302)([*]|!|!404)?|403|404|405")
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def table(text):
    """{route: {role: cell}} of lines `METHOD path  cell cell cell cell cell`."""
    found = {}
    for line in filter(str.strip, text.splitlines()):
        method, path, *cells = line.split()
        assert method in METHODS, f"docs/roles.md: no method in {line!r}"
        assert len(cells) == len(ROLES), f"docs/roles.md: {len(ROLES)} cells are needed in {line!r}"
        assert all(CELL.fullmatch(cell) for cell in cells), f"docs/roles.md: a mark it does not explain in {line!r}"
        assert f"{method} {path}" not in found, f"docs/roles.md: said twice: {line!r}"
        found[f"{method} {path}"] = dict(zip(ROLES, cells, strict=True))
    return found


def blocks(text):
    """The lines of every fenced block called `roles`, as one text."""
    return "\n".join(re.findall(r"^```roles\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def under(routes, prefix):
    return {route: cells for route, cells in routes.items() if route.split()[1].startswith(prefix)}


ROUTES = table(blocks(WRITTEN.read_text()))
API_V1 = under(ROUTES, "/api/v1/")
API_V2 = under(ROUTES, "/api/v2/")
PAGES = {route: cells for route, cells in ROUTES.items() if route not in API_V1 | API_V2}

# Routes for everybody, signed in or not, member or not: what they answer, and why they may.
PUBLIC = {
    "GET /healthz": (200, "a supervisor asks, and learns nothing of anybody"),
    "GET /readyz": (503, "a balancer asks; in a test no relay runs, which is what it says"),
    "GET /sw.js": (200, "a browser fetches it again while nobody is signed in, and it says nothing of anybody"),
    "GET /metrics": (200, "figures without names, kept inside the house by the proxy"),
    "GET /unsubscribe/{token}/": (404, "whoever holds a mail; a token that nobody signed opens nothing"),
    "POST /unsubscribe/{token}/": (404, "the same by one click of a mail program"),
    "GET /api/": (200, "which versions there are"),
    "GET /api/v1/schema/": (200, "how v1 is spoken"),
    "GET /api/v1/docs/": (200, "the same to read"),
    "GET /api/v1/live/schema/": (200, "how the socket is spoken"),
    "GET /api/v2/schema/": (200, "how v2 is spoken"),
    "GET /api/v2/docs/": (200, "the same to read"),
    "POST /api/v1/auth/token/": (400, "where programs say who they are; an empty body is refused"),
    "POST /api/v1/auth/token/refresh/": (400, "the same"),
    "POST /api/v1/auth/token/revoke/": (400, "the same"),
}

# Routes that are about choosing an organization, so the rule for strangers does not fit: {who: status}.
BETWEEN_HOUSES = {
    "GET /organizations/": {"anonymous": 302, "inactive": 200, "suspended": 200, "outsider": 200},
    "POST /organizations/{slug}/": {"anonymous": 302, "inactive": 302, "suspended": 302, "outsider": 404},
}

# An outsider is led on without anything being looked up, so there is nothing to be found out: {line: status}.
LEADS_ON = {
    "GET /notifications/read-all/": 302,
    "GET /settings/notifications/hours/": 302,
    "GET /notifications/chosen/": 302,
    "GET /notifications/{pk}/read/": 302,
    "GET /notifications/{pk}/archive/": 302,
    "GET /notifications/{pk}/unarchive/": 302,
    "GET /dispatch/run/": 302,
    "GET /dispatch/rules/catches/": 302,
}
