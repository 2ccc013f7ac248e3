"""Figures from recorded runs are those that the runs themselves reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.cli.main import main
from synterm.evaluate.recount import recount
from synterm.evaluate.report import build_report
from synterm.evaluate.tally import Tally
from synterm.reports.leaderboard import Standing, standings, with_front
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.recording import record_run

BOTH = ("--prompt", "router@v1", "--prompt", "router@v2", "--split", "all")


def test_a_recorded_run_counts_as_its_report_said(make_project: MakeProject, tmp_path: Path) -> None:
    path, told = make_project(), tmp_path / "report.json"
    main(["run", str(path), *BOTH, "--repeat", "2", "--quiet", "--json", str(told)])
    report: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    with Project.look(path) as project:
        [run] = project.runs.page()
        counted = recount(project, run, ["schedule", "summarize", "clarify", "out_of_scope"])
        again = build_report(counted.result, run_id=run.id, project=project.name)
    found = again.model_dump(mode="json", by_alias=True)
    assert (found["variants"], found["behaviors"]) == (report["variants"], report["behaviors"])
    names = ("cases", "evaluations", "passed", "failed", "errors", "not_made")
    assert {name: found["totals"][name] for name in names} == {name: report["totals"][name] for name in names}


def test_the_leaderboard_holds_all_against_the_reference(make_project: MakeProject) -> None:
    path = record_run(make_project(), *BOTH)
    with Project.look(path) as project:
        [run] = project.runs.page()
        first, second = standings(recount(project, run))
    assert (first.tally.passed, second.tally.passed) == (1, 4)
    assert first.change is None
    assert second.change is not None
    assert (len(second.change.fixed), len(second.change.broken)) == (3, 0)
    assert second.stability is None
    assert second.cost == 0.0


def standing(name: str, passed: int, cost: float | None = None, p50: float | None = None) -> Standing:
    return Standing(name, (name, "m"), Tally(passed, 100 - passed), cost=cost, p50=p50)


FIGURES = st.tuples(st.integers(0, 100), st.integers(0, 9), st.integers(0, 9))


@given(st.lists(FIGURES, min_size=2, max_size=12))
def test_nothing_on_the_front_is_beaten_and_all_else_is(figures: list[tuple[int, int, int]]) -> None:
    found = with_front([standing(str(n), passed, cost, time) for n, (passed, cost, time) in enumerate(figures)])
    for each, (passed, cost, time) in zip(found, figures, strict=True):
        beaten = any(
            other != (passed, cost, time) and other[0] >= passed and other[1] <= cost and other[2] <= time
            for other in figures
        )
        assert bool(each.front) is not beaten


def test_a_figure_that_some_lack_does_not_decide() -> None:
    best, worse = with_front([standing("a", 90), standing("b", 80, cost=0.0)])
    assert (best.front, worse.front) == ("best quality", "")
    [alone] = with_front([standing("a", 90)])
    assert alone.front == ""


@pytest.mark.parametrize("config", [{}, {"variants": [1, {}], "cases": "many"}])
def test_a_run_without_evaluations_counts_as_none(make_project: MakeProject, config: dict[str, Any]) -> None:
    with Project.open(make_project()) as project:
        run_id = project.runs.start(config, who="", git_commit=None).result()
        counted = recount(project, project.runs.get(run_id))
        assert (counted.result.made, standings(counted)) == (0, [])
