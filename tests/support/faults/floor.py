"""Two organizations and who works in them: `python -m tests.support.faults.floor north south`, on DATABASE_URL.

Prints {slug: {"planners": [secret], "approver": secret, "members": {secret: id}, "customer": id, "process": id}}: the
secrets are API tokens.
With `--receiver http://…` each has an endpoint there, under its slug, and prints its "webhook": the secret that signs.
A process of its own, so that the test may be connected to another database or to none.
"""

import argparse
import json
import sys

import django

django.setup()

from notifications.actions import webhooks  # noqa: E402 - models can be imported only after setup
from tenants.actions.tokens import make_api_token  # noqa: E402
from tenants.context import tenant  # noqa: E402
from tenants.models import Department, Member, Organization, User  # noqa: E402
from tenants.states import Role  # noqa: E402
from tests.support.faults.receiving import KINDS  # noqa: E402
from workorder.models import Customer, Process  # noqa: E402

PLANNERS = 2


def made(slug, receiver=""):
    """One organization: who submits, who approves, who does the work, and for whom."""
    house = Organization.objects.create(slug=slug, name=slug.title())
    with tenant(house):
        place = Department.objects.create(code="ASM", name="Assembly")
        approver, *planners = [
            _member(slug, f"approver{n}" if not n else f"planner{n}", n) for n in range(PLANNERS + 1)
        ]
        _member(slug, "operator", None, department=place)
        secrets = {_secret(member): str(member.pk) for member in (approver, *planners)}
        known = {"webhook": _endpoint(f"{receiver}/{slug}")} if receiver else {}
        return known | {
            "approver": next(iter(secrets)),
            "planners": list(secrets)[1:],
            "members": secrets,
            "customer": str(Customer.objects.create(code="C", name="Customer").pk),
            "process": str(Process.objects.create(code="P", name="Assembling", department=place).pk),
        }


def _member(slug, local, number, **more):
    user = User.objects.create(email=f"{local}@{slug}.example", name=f"{local} of {slug}")
    role = {None: Role.OPERATOR, 0: Role.ADMIN}.get(number, Role.PLANNER)
    return Member.objects.create(user=user, role=role, **more)


def _secret(member):
    return make_api_token(member=member, name="faults", by=None)[1]


def _endpoint(url):
    return webhooks.create(by=None, name="Receiver", url=url, kinds=list(KINDS))[1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("slugs", nargs="+")
    parser.add_argument("--receiver", default="")
    asked = parser.parse_args()
    sys.stdout.write(json.dumps({slug: made(slug, asked.receiver) for slug in asked.slugs}))
