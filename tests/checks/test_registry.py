from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import synterm
from synterm.checks.base import Check
from synterm.checks.registry import BUILT_IN, GROUP, check_types, load_check
from synterm.errors import InputError

ROOT = Path(synterm.__file__).parent.parent


def test_the_built_in_checks_are_those_of_the_entry_points() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"][GROUP] == BUILT_IN


def test_every_type_says_what_it_is_and_has_its_own_name() -> None:
    types = check_types()
    assert types.keys() >= BUILT_IN.keys()
    assert all(summary.endswith(".") for summary in types.values())
    assert load_check({"type": "contains", "value": "x"}).type == "contains"


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
        ({"contans": "refund"}, "type: is missing", "write {type: contains, value: …}"),
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


def plugin(folder: Path, entries: str, code: str) -> None:
    info = folder / "someones_checks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: someones-checks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{entries}\n")
    (folder / "someones_checks.py").write_text(code)


def in_fresh_python(folder: Path, code: str) -> str:
    paths = os.pathsep.join((str(folder), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


SHOUTS = """
from synterm.checks.base import Check
class Shouts(Check):
    "The answer shouts."
    type = "shouts"
    def judge(self, answer):
        return self.verdict(answer.text.isupper(), "loud or not")
"""


def test_an_installed_plugin_brings_a_check_that_can_be_negated(tmp_path: Path) -> None:
    plugin(tmp_path, "shouts = someones_checks:Shouts", SHOUTS)
    code = (
        "from synterm.checks.registry import *; "
        "print(check_types()['shouts'], load_check({'type': 'shouts'}).type, load_check({'type': 'not-shouts'}).type)"
    )
    assert in_fresh_python(tmp_path, code) == "The answer shouts. shouts not-shouts"


def test_a_plugin_can_not_take_the_place_of_a_built_in_check(tmp_path: Path) -> None:
    plugin(tmp_path, "label = someones_checks:Shouts", SHOUTS)
    code = (
        "from synterm.checks.registry import *; check_types(); "
        "print(type(load_check({'type': 'label', 'labels': ['a', 'b']})).__module__)"
    )
    assert in_fresh_python(tmp_path, code) == "synterm.checks.label"


@pytest.mark.parametrize(
    ("code", "said"),
    [("1 / 0", "can't be loaded from someones_checks:Shouts: division by zero"), ("Shouts = 5", "is not a check")],
)
def test_a_broken_plugin_is_named_and_spoils_nothing_else(tmp_path: Path, code: str, said: str) -> None:
    plugin(tmp_path, "shouts = someones_checks:Shouts", code)
    program = (
        "from synterm.checks.registry import *\n"
        "from synterm.errors import InputError\n"
        "load_check({'type': 'contains', 'value': 'x'})\n"
        "try: load_check({'type': 'shouts'})\n"
        "except InputError as error: print(error)\n"
        "print(check_types()['shouts'])"
    )
    assert [said in line for line in in_fresh_python(tmp_path, program).splitlines()] == [True, True]


def test_making_checks_imports_no_schema_library_until_a_schema_is_used(tmp_path: Path) -> None:
    code = (
        "import sys; from synterm.checks.registry import *; check_types(); load_check({'type': 'is-json'}); "
        "heavy = 'jsonschema referencing litellm textual rapidfuzz sqlglot tiktoken'.split(); "
        "print(sorted({*heavy} & {*sys.modules}))"
    )
    assert in_fresh_python(tmp_path, code) == "[]"
