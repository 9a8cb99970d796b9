"""Hypothesis: sequences nobody would think of. What they are judged by asserts as a test does, so it is told as one."""

import pytest

pytest.register_assert_rewrite("tests.property.floor", "tests.property.invariants")
