"""The documentation of the checks is what their code says, and their examples are what they find."""

from __future__ import annotations

import importlib.util
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from synterm.checks.base import Check, Example
from synterm.checks.judge import judge
from synterm.checks.registry import BUILT_IN, load_check

DOCS = Path(__file__).parents[2] / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("checks_page", DOCS / "checks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_class(kind: str) -> type[Check]:
    module, _, name = BUILT_IN[kind].partition(":")
    found = getattr(import_module(module), name)
    assert issubclass(found, Check)
    return found


@pytest.mark.parametrize("kind", sorted(BUILT_IN))
def test_every_check_finds_what_its_example_says(kind: str) -> None:
    example = vars(check_class(kind)).get("example")
    assert isinstance(example, Example), f"{kind} has no example of its own"
    check = load_check({"type": kind, **example.fields})
    [result] = judge([check], example.answer(check))[0][-1:]
    assert (result.passed, result.error or result.reason) == (example.passed, example.reason)
    usual = None if example.passed is None else float(example.passed)
    found = None if result.score is None else round(result.score, 3)
    assert found == (usual if example.score is None else example.score)


def test_the_page_is_what_the_checks_say() -> None:
    page = generator().page()
    assert (DOCS / "checks.md").read_text(encoding="utf-8") == page, "make it anew: python docs/checks.py"


def test_the_page_says_what_every_field_is_for() -> None:
    said = generator()
    for kind in BUILT_IN:
        check = check_class(kind)
        assert set(check.model_fields) <= {name for name, text in said._field_docs(check).items() if text}
