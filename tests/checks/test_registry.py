from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from synterm.checks.base import Check
from synterm.checks.registry import CHECKS, load_check
from synterm.errors import InputError


def test_a_check_is_made_from_its_configuration_alone() -> None:
    config = {"type": "contains", "value": "x", "weight": 2}
    check = load_check(config)
    assert isinstance(check, Check)
    assert (check.weight, config) == (2, {"type": "contains", "value": "x", "weight": 2})


@pytest.mark.parametrize(
    ("config", "message", "hint"),
    [
        ({"type": "lable"}, "type: 'lable' is not a type of check", "did you mean label"),
        ({"type": "not-lable"}, "type: 'lable' is not a type of check", "did you mean label"),
        ({"type": "not-not-label"}, "type: 'not-not-label' is not a type of check", "did you mean label"),
        ({"type": "outcome"}, "type: 'outcome' is not a type of check", ""),
        ({"type": 5}, "type: must be text", ""),
        ({}, "type: is missing", ""),
        ({"contans": "refund"}, "type: is missing", "write {type: contains, …}"),
    ],
)
def test_an_unknown_type_is_refused_with_what_is_near(config: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(InputError) as error:
        load_check(config)
    assert error.value.message == message
    assert hint in (error.value.hint or "")


def test_all_problems_of_a_check_are_named_by_their_fields() -> None:
    with pytest.raises(InputError) as error:
        load_check({"type": "latency", "weight": -1, "limit": 3})
    assert str(error.value) == (
        "check latency: weight: must be at least 0; threshold: is missing; "
        "limit: is not a field here; known: metric, threshold, weight"
    )


def test_a_value_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(InputError, match="not plain JSON"):
        load_check({"type": "equals", "value": {1, 2}})


def test_nothing_but_one_not_turns_a_check_around() -> None:
    assert load_check({"type": "not-contains", "value": "x"}).type == "not-contains"
    assert CHECKS.find("not-contains") is CHECKS.find("not-contains")
    assert "not-contains" not in CHECKS.titles()


def test_making_checks_imports_no_schema_library_until_a_schema_is_used() -> None:
    code = (
        "import sys; from synterm.checks.registry import load_check; load_check({'type': 'is-json'}); "
        "print({'jsonschema', 'referencing'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"
