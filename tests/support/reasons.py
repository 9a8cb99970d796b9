"""Reads what a refusal gave as its reasons."""


def codes(refusal):
    """The codes of a `pytest.raises(...)`, in their order."""
    return [problem.code for problem in refusal.value.problems]


def named(refusal):
    """The same as (field, code)."""
    return [(problem.field, problem.code) for problem in refusal.value.problems]
