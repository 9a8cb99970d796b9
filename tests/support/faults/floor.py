"""Two organizations and who works in them: `python -m tests.support.faults.floor north south`, on DATABASE_URL.

Prints {slug: {"planners": [secret], "approver": secret, "customer": id, "process": id}}: the secrets are API tokens.
A process of its own, so that the test may be connected to another database or to none.
"""

import json
import sys

import django

django.setup()

from tenants.actions.tokens import make_api_token  # noqa: E402 - models can be imported only after setup
from tenants.context import tenant  # noqa: E402
from tenants.models import Department, Member, Organization, User  # noqa: E402
from tenants.states import Role  # noqa: E402
from workorder.models import Customer, Process  # noqa: E402

PLANNERS = 2


def made(slug):
    """One organization: who submits, who approves, who does the work, and for whom."""
    house = Organization.objects.create(slug=slug, name=slug.title())
    with tenant(house):
        place = Department.objects.create(code="ASM", name="Assembly")
        approver, *planners = [
            _member(slug, f"approver{n}" if not n else f"planner{n}", n) for n in range(PLANNERS + 1)
        ]
        _member(slug, "operator", None, department=place)
        return {
            "approver": _secret(approver),
            "planners": [_secret(planner) for planner in planners],
            "customer": str(Customer.objects.create(code="C", name="Customer").pk),
            "process": str(Process.objects.create(code="P", name="Assembling", department=place).pk),
        }


def _member(slug, local, number, **more):
    user = User.objects.create(email=f"{local}@{slug}.example", name=f"{local} of {slug}")
    role = {None: Role.OPERATOR, 0: Role.ADMIN}.get(number, Role.PLANNER)
    return Member.objects.create(user=user, role=role, **more)


def _secret(member):
    return make_api_token(member=member, name="faults", by=None)[1]


if __name__ == "__main__":
    sys.stdout.write(json.dumps({slug: made(slug) for slug in sys.argv[1:]}))
