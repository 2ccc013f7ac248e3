"""What docs/text-form.md shows is what works."""

from __future__ import annotations

import re
from pathlib import Path

from synterm.cli.main import main
from synterm.storage.project import Project
from tests.support.docs_script import DOCS, docs_script


def test_a_project_is_made_of_the_example(tmp_path: Path) -> None:
    [text] = re.findall(r"^```yaml\n(.*?)^```", (DOCS / "text-form.md").read_text(encoding="utf-8"), re.M | re.S)
    (tmp_path / "project.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "more.jsonl").write_text('{"input": "you owe me 20 euros", "expected": "refund"}\n', encoding="utf-8")
    path = tmp_path / "support.db"
    assert main(["new", str(path), "--from", str(tmp_path / "project.yaml")]) == 0
    with Project.open(path) as project:
        assert [case.expected for case in project.cases.select()] == ["refund", "other", "refund"]


def test_the_page_says_what_every_field_is_for() -> None:
    rows = [line for line in docs_script("text_form").page().splitlines() if line.startswith("| `")]
    assert not [row for row in rows if row.endswith("|  |")]
