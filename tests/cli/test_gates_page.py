"""What docs/gates.md shows is what works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from synterm.core.gate import KINDS, Gate
from synterm.formats.gate_text import make_gate, read_gate
from synterm.formats.safe_yaml import load_yaml
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject

PAGE = (Path(__file__).parents[2] / "docs" / "gates.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\{.*?\})` \|\s*(?:`(.*?)`)?\s*\|", PAGE, re.MULTILINE)


def test_the_example_runs_and_says_what_the_page_says(
    synterm: Synterm, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "122")
    [project] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    [shown] = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    done = synterm("run", make_project(project))
    assert done.code == 1
    said = " ".join(done.out.split())
    table, _, lines = shown.partition("\n\n")
    assert " ".join(lines.split()) in said
    for row in table.splitlines()[1:]:
        name, mark = re.split(r"(?=[✓✗?] )", row)
        assert f"{name.split('  ')[0].strip()} " in said
        assert " ".join(mark.split()) in said


def test_every_kind_is_explained_and_both_forms_say_the_same() -> None:
    gates = [make_gate(dict(load_yaml(form, name="page").data)) for form, _ in ROWS]  # pyright: ignore[reportArgumentType]
    assert {gate.kind for gate in gates} == set(KINDS)
    for gate, (_, short) in zip(gates, ROWS, strict=True):
        if short:
            assert read_gate(short, "page") == gate
    assert {name for name in Gate.model_fields if name not in PAGE} == set()
