"""The log of a guard, brought in as traffic and as cases."""

from __future__ import annotations

import json
from pathlib import Path

from synterm import Guard
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.guarded import DESK


def test_it_is_brought_in_as_traffic_and_again_adds_nothing(
    make_project: MakeProject, tmp_path: Path, synterm: Synterm
) -> None:
    project, path = make_project(DESK), tmp_path / "verdicts.jsonl"
    with Guard(project, behavior="Routing", log=path) as guard:
        held = guard.check("no idea", input="do it", expected="clarify")
        guard.check("schedule", input={"message": "when do we meet?"})
        guard.check("schedule")  # nobody said what was asked
    done = synterm("import", project, path, "--as", "production")
    assert "nobody told the guard what was asked" in done.err
    with Project.open(project) as opened:
        calls = sorted(opened.traffic.page(), key=lambda call: call.output)
        assert [(call.output, call.input) for call in calls] == [
            ("no idea", {"message": "do it"}),
            ("schedule", {"message": "when do we meet?"}),
        ]
        assert calls[0].expected == "clarify"
        assert calls[0].detail
        assert calls[0].detail["guard"]["id"] == held.id
        assert calls[0].detail["guard"]["allowed"] is False
    again = synterm("import", project, path, "--as", "production")
    assert "nothing" in again.err or "2 " in again.err
    with Project.open(project) as opened:
        assert len(opened.traffic.page()) == 2


def test_it_is_brought_in_as_cases(make_project: MakeProject, tmp_path: Path, synterm: Synterm) -> None:
    project, path = make_project(DESK), tmp_path / "verdicts.jsonl"
    with Guard(project, behavior="Routing", log=path) as guard:
        guard.check("no idea", input="do it now", expected="clarify")
    done = synterm("import", project, path, "--into", "Desk/Routing/vague")
    assert done.code == 0, done.err
    with Project.open(project) as opened:
        case = [*opened.cases.select()][-1]
        assert (case.input, case.expected) == ({"message": "do it now"}, "clarify")
        assert case.origin.detail["guard"]["allowed"] is False


def test_lines_of_other_kinds_are_told_apart(make_project: MakeProject, tmp_path: Path, synterm: Synterm) -> None:
    path = tmp_path / "mixed.jsonl"
    good = {"synterm": "guard-log/1", "id": "1", "at": "2026-01-31T09:30:00Z", "input": "hi", "output": "Hello!"}
    odd = [{"synterm": "guard-log/9"}, {**good, "output": 7}, {**good, "at": "some day"}]
    path.write_text("\n".join(json.dumps(line) for line in [good, *odd]))
    done = synterm("import", make_project(DESK), path, "--as", "production", "--json", "-")
    assert "its synterm is not guard-log/1" in done.err
    assert "its output is no text" in done.err
    assert "is no time" in done.err
