"""Dispatch rules. With no condition named they catch every task."""

import factory

from dispatch.models import AssignmentRule
from tests.factories.base import BaseFactory


class AssignmentRuleFactory(BaseFactory):
    class Meta:
        model = AssignmentRule

    name = factory.Sequence(lambda n: f"Rule {n + 1}")
    rank = factory.Sequence(lambda n: n + 1)
