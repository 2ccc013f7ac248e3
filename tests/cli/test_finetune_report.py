"""``synterm finetune`` without an act, on real project files."""

from __future__ import annotations

import json

import pytest

from synterm.cli.main import main
from synterm.core.training import TrainingReport
from tests.conftest import SMALL, MakeProject
from tests.support.recording import record_run

TRAINED = SMALL.replace("expected: schedule}", "expected: schedule, split: train}")


def test_it_tells_what_would_be_learnt(make_project: MakeProject, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_project(TRAINED)
    record_run(path, "--split", "train", "--fail-on", "")
    capsys.readouterr()
    assert main(["finetune", str(path)]) == 0
    out, err = capsys.readouterr()
    assert "small router: 1 example of 1 lineage, of 1 case, asked as router@v2" in err
    assert f"next: synterm export {path}" in err
    head, row = out.splitlines()
    assert head.split("\t")[:4] == ["behavior", "cases", "examples", "lineages"]
    assert row.split("\t") == ["Routing/Ambiguous", "1", "1", "1", "1", "expected 1", "1", "schedule 1"]


def test_without_train_cases_it_says_how_to_get_some(
    make_project: MakeProject, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["finetune", str(make_project())]) == 2
    assert "--set-aside 0.4" in capsys.readouterr().err


def test_evaluation_cases_are_listed_as_refused(make_project: MakeProject, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finetune", str(make_project()), "--split", "dev", "--split", "holdout", "--rows", "2"]) == 2
    out, err = capsys.readouterr()
    assert "refused, split: 5 examples: in a split that models are evaluated on" in out
    assert "peru again" not in out
    assert "3 more rows refused" in out
    assert "--set-aside 0.4" in err


def test_as_json_it_is_the_contract(make_project: MakeProject, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finetune", str(make_project(TRAINED)), "--json", "-", "--quiet"]) == 0
    report = TrainingReport.model_validate(json.loads(capsys.readouterr().out))
    assert report.cases == 1
    assert report.examples == report.roots == {"train": 1, "validation": 0}
    assert report.splits == {"dev": 3, "holdout": 1, "train": 1}
    assert main(["schema", "training"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "TrainingReport"


def test_what_is_not_there_is_said(make_project: MakeProject, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(make_project(TRAINED))
    assert main(["finetune", path, "--behavior", "Rooting*"]) == 2
    assert main(["finetune", path, "--model", "rulez"]) == 2
    assert main(["finetune", path, "--prompt", "rooter"]) == 2
    err = capsys.readouterr().err
    assert err.count("did you mean") + err.count("known:") >= 3
