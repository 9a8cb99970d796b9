"""Who may do what: one line per route, one exact status per role. Decided by people, not read from the code.

`200*`  in the own department only (a supervisor's, or where the operator works); elsewhere 403
`200!`  what is in their own hands only; anything else 403, or what stands after it (`200!404`: not there for them)
"""


def table(text):
    """{route: {role: cell}} of lines `METHOD path  cell cell cell cell cell`."""
    found = {}
    for line in text.strip().splitlines():
        method, path, *cells = line.split()
        assert len(cells) == len(ROLES), line
        assert f"{method} {path}" not in found, line
        found[f"{method} {path}"] = dict(zip(ROLES, cells, strict=True))
    return found


ROLES = ("viewer", "operator", "supervisor", "planner", "admin")

API_V1 = table(
    """
GET     /api/v1/                                   200  200   200   200  200
GET     /api/v1/me/                                200  200   200   200  200
GET     /api/v1/members/                           200  200   200   200  200
GET     /api/v1/members/{pk}/                      200  200   200   200  200
GET     /api/v1/departments/                       200  200   200   200  200
POST    /api/v1/departments/                       403  403   403   403  201
GET     /api/v1/departments/{pk}/                  200  200   200   200  200
PATCH   /api/v1/departments/{pk}/                  403  403   403   403  200
GET     /api/v1/events/                            200  200   200   200  200
GET     /api/v1/events/{pk}/                       200  200   200   200  200

GET     /api/v1/customers/                         200  200   200   200  200
POST    /api/v1/customers/                         403  403   403   201  201
GET     /api/v1/customers/{pk}/                    200  200   200   200  200
PATCH   /api/v1/customers/{pk}/                    403  403   403   200  200
DELETE  /api/v1/customers/{pk}/                    403  403   403   204  204
GET     /api/v1/products/                          200  200   200   200  200
POST    /api/v1/products/                          403  403   403   201  201
GET     /api/v1/products/{pk}/                     200  200   200   200  200
PATCH   /api/v1/products/{pk}/                     403  403   403   200  200
DELETE  /api/v1/products/{pk}/                     403  403   403   204  204
GET     /api/v1/processes/                         200  200   200   200  200
POST    /api/v1/processes/                         403  403   403   201  201
GET     /api/v1/processes/{pk}/                    200  200   200   200  200
PATCH   /api/v1/processes/{pk}/                    403  403   403   200  200
DELETE  /api/v1/processes/{pk}/                    403  403   403   204  204

GET     /api/v1/work-orders/                       200  200   200   200  200
POST    /api/v1/work-orders/                       403  403   403   201  201
GET     /api/v1/work-orders/{pk}/                  200  200   200   200  200
PATCH   /api/v1/work-orders/{pk}/                  403  403   403   200  200
GET     /api/v1/work-orders/{pk}/processes/        200  200   200   200  200
GET     /api/v1/work-orders/{pk}/tasks/            200  200   200   200  200
GET     /api/v1/work-orders/{pk}/events/           200  200   200   200  200
POST    /api/v1/work-orders/{pk}/submit/           403  403   403   200  200
POST    /api/v1/work-orders/{pk}/approve/          403  403   403   200  200
POST    /api/v1/work-orders/{pk}/reject/           403  403   403   200  200
POST    /api/v1/work-orders/{pk}/revise/           403  403   403   200  200
POST    /api/v1/work-orders/{pk}/release/          403  403   403   200  200
POST    /api/v1/work-orders/{pk}/hold/             403  403   403   200  200
POST    /api/v1/work-orders/{pk}/resume/           403  403   403   200  200
POST    /api/v1/work-orders/{pk}/cancel/           403  403   403   200  200
POST    /api/v1/work-orders/{pk}/close/            403  403   403   200  200
POST    /api/v1/work-orders/{pk}/reopen/           403  403   403   403  200
GET     /api/v1/work-order-processes/              200  200   200   200  200
GET     /api/v1/work-order-processes/{pk}/         200  200   200   200  200
POST    /api/v1/work-order-processes/{pk}/skip/    403  403   200*  200  200

GET     /api/v1/tasks/                             200  200   200   200  200
GET     /api/v1/tasks/{pk}/                        200  200   200   200  200
POST    /api/v1/tasks/{pk}/start/                  403  200!  200*  200  200
POST    /api/v1/tasks/{pk}/pause/                  403  200!  200*  200  200
POST    /api/v1/tasks/{pk}/resume/                 403  200!  200*  200  200
POST    /api/v1/tasks/{pk}/report/                 403  200!  200*  200  200
POST    /api/v1/tasks/{pk}/complete/               403  200!  200*  200  200
POST    /api/v1/tasks/{pk}/cancel/                 403  403   200*  200  200
POST    /api/v1/tasks/{pk}/assign/                 403  403   200*  200  200
POST    /api/v1/tasks/{pk}/claim/                  403  200*  200*  403  403

GET     /api/v1/dispatch/preview/                  200  200   200   200  200
POST    /api/v1/dispatch/run/                      403  403   403   200  200
GET     /api/v1/dispatch/load/                     200  200   200   200  200
GET     /api/v1/dispatch/rules/                    200  200   200   200  200
POST    /api/v1/dispatch/rules/                    403  403   403   201  201
GET     /api/v1/dispatch/rules/{pk}/               200  200   200   200  200
PATCH   /api/v1/dispatch/rules/{pk}/               403  403   403   200  200
DELETE  /api/v1/dispatch/rules/{pk}/               403  403   403   204  204
GET     /api/v1/assignments/                       200  200   200   200  200
GET     /api/v1/assignments/{pk}/                  200  200   200   200  200
POST    /api/v1/assignments/{pk}/accept/           403  200!  200!  403  403
POST    /api/v1/assignments/{pk}/decline/          403  200!  200!  403  403
POST    /api/v1/assignments/{pk}/withdraw/         403  403   200*  200  200

GET     /api/v1/notifications/                     200     200     200     200     200
GET     /api/v1/notifications/{pk}/                200!404 200!404 200!404 200!404 200!404
POST    /api/v1/notifications/{pk}/read/           200!404 200!404 200!404 200!404 200!404
POST    /api/v1/notifications/read-all/            200     200     200     200     200
GET     /api/v1/notifications/unread-count/        200     200     200     200     200
""".replace("\n\n", "\n")
)

API_V2 = table("""
GET     /api/v2/me/                                200  200   200   200  200
GET     /api/v2/work-orders/                       200  200   200   200  200
GET     /api/v2/work-orders/{pk}/                  200  200   200   200  200
""")

# A form without scripts: 302 leads on after it was done. Opened as a page, a verb's address leads to its thing.
PAGES = table(
    """
GET     /                                          200  200   200   200  200
GET     /organizations/                            200  200   200   200  200
POST    /organizations/{slug}/                     302  302   302   302  302
GET     /work-orders/                              200  200   200   200  200
GET     /work-orders/new/                          403  403   403   200  200
POST    /work-orders/new/                          403  403   403   302  302
GET     /work-orders/{pk}/                         200  200   200   200  200
GET     /work-orders/{pk}/edit/                    403  403   403   200  200
POST    /work-orders/{pk}/edit/                    403  403   403   302  302
GET     /work-orders/{pk}/submit/                  302  302   302   302  302
POST    /work-orders/{pk}/submit/                  403  403   403   302  302
GET     /work-orders/{pk}/approve/                 302  302   302   302  302
POST    /work-orders/{pk}/approve/                 403  403   403   302  302
GET     /work-orders/{pk}/reject/                  302  302   302   302  302
POST    /work-orders/{pk}/reject/                  403  403   403   302  302
GET     /work-orders/{pk}/revise/                  302  302   302   302  302
POST    /work-orders/{pk}/revise/                  403  403   403   302  302
GET     /work-orders/{pk}/release/                 302  302   302   302  302
POST    /work-orders/{pk}/release/                 403  403   403   302  302
GET     /work-orders/{pk}/hold/                    302  302   302   302  302
POST    /work-orders/{pk}/hold/                    403  403   403   302  302
GET     /work-orders/{pk}/resume/                  302  302   302   302  302
POST    /work-orders/{pk}/resume/                  403  403   403   302  302
GET     /work-orders/{pk}/cancel/                  302  302   302   302  302
POST    /work-orders/{pk}/cancel/                  403  403   403   302  302
GET     /work-orders/{pk}/close/                   302  302   302   302  302
POST    /work-orders/{pk}/close/                   403  403   403   302  302
GET     /work-orders/{pk}/reopen/                  302  302   302   302  302
POST    /work-orders/{pk}/reopen/                  403  403   403   403  302
GET     /processes/{pk}/skip/                      302  302   302   302  302
POST    /processes/{pk}/skip/                      403  403   302*  302  302

GET     /tasks/                                    200  200   200   200  200
GET     /tasks/{pk}/                               200  200   200   200  200
GET     /tasks/{pk}/start/                         302  302   302   302  302
POST    /tasks/{pk}/start/                         403  302!  302*  302  302
GET     /tasks/{pk}/pause/                         302  302   302   302  302
POST    /tasks/{pk}/pause/                         403  302!  302*  302  302
GET     /tasks/{pk}/resume/                        302  302   302   302  302
POST    /tasks/{pk}/resume/                        403  302!  302*  302  302
GET     /tasks/{pk}/report/                        302  302   302   302  302
POST    /tasks/{pk}/report/                        403  302!  302*  302  302
GET     /tasks/{pk}/complete/                      302  302   302   302  302
POST    /tasks/{pk}/complete/                      403  302!  302*  302  302
GET     /tasks/{pk}/cancel/                        302  302   302   302  302
POST    /tasks/{pk}/cancel/                        403  403   302*  302  302
GET     /tasks/{pk}/assign/                        302  302   302   302  302
POST    /tasks/{pk}/assign/                        403  403   302*  302  302
GET     /tasks/{pk}/claim/                         302  302   302   302  302
POST    /tasks/{pk}/claim/                         403  302*  302*  403  403

GET     /notifications/                            200     200     200     200     200
GET     /notifications/counter/                    200     200     200     200     200
GET     /notifications/read-all/                   302     302     302     302     302
POST    /notifications/read-all/                   302     302     302     302     302
GET     /notifications/{pk}/read/                  302     302     302     302     302
POST    /notifications/{pk}/read/                  302!404 302!404 302!404 302!404 302!404
""".replace("\n\n", "\n")
)

ROUTES = API_V1 | API_V2 | PAGES

# Routes for everybody, signed in or not, member or not: what they answer, and why they may.
PUBLIC = {
    "GET /healthz": (200, "a supervisor asks, and learns nothing of anybody"),
    "GET /readyz": (503, "a balancer asks; in a test no relay runs, which is what it says"),
    "GET /metrics": (200, "figures without names, kept inside the house by the proxy"),
    "GET /api/": (200, "which versions there are"),
    "GET /api/v1/schema/": (200, "how v1 is spoken"),
    "GET /api/v1/docs/": (200, "the same to read"),
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
LEADS_ON = {"GET /notifications/read-all/": 302, "GET /notifications/{pk}/read/": 302}
