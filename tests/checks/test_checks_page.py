"""The documentation of the checks is what their code says, and their examples are what they find."""

from __future__ import annotations

import pytest

from synterm.checks.base import Example
from synterm.checks.judge import judge
from synterm.checks.registry import CHECKS, load_check
from tests.support.docs_script import docs_script


@pytest.mark.parametrize("kind", sorted(CHECKS.built_in))
def test_every_check_finds_what_its_example_says(kind: str) -> None:
    example = vars(CHECKS.find(kind)).get("example")
    assert isinstance(example, Example), f"{kind} has no example of its own"
    check = load_check({"type": kind, **example.fields})
    [result] = judge([check], example.answer(check))[0][-1:]
    assert (result.passed, result.error or result.reason) == (example.passed, example.reason)
    usual = None if example.passed is None else float(example.passed)
    found = None if result.score is None else round(result.score, 3)
    assert found == (usual if example.score is None else example.score)


def test_the_page_says_what_every_field_is_for() -> None:
    field_docs = docs_script("from_code").field_docs
    for check in map(CHECKS.find, CHECKS.built_in):
        assert set(check.model_fields) <= {name for name, text in field_docs(check).items() if text}
