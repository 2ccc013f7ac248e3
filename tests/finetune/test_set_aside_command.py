"""`synterm finetune --set-aside` on the command line: what it says, what it warns of, and its way back."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from synterm.cli.main import main
from synterm.core.setting_aside import SetAside
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.finetune.guarded import empty_project, put
from tests.finetune.test_set_aside import fill, splits, told_apart
from tests.support.recording import record_run


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    made = empty_project(make_project)
    with Project.open(made) as project:
        fill(project)
    return made


def aside(capsys: pytest.CaptureFixture[str], path: Path, *options: str, share: str = "0.4") -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["finetune", str(path), "--set-aside", share, *options])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_it_says_what_moved_of_each_behavior(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = aside(capsys, path)
    assert code == 0
    first, *rows = out.splitlines()
    assert re.fullmatch(r"moved 16 lineages \(\d+ cases\) from dev to train: 16 of 40 lineages in train", first)
    assert re.search(r"Routing/One +8 moved \(\d+ cases\): 8 of 20 lineages in train, 12 in dev", rows[0])
    assert rows[1].endswith("Routing/Two  8 moved: 8 of 20 lineages in train, 12 in dev")
    _, out, _ = aside(capsys, path)
    assert out.startswith("nothing was moved: 16 of 40 lineages in train, 40% were asked for")
    assert "to undo" not in out


def test_the_command_that_it_tells_brings_all_of_it_back(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Project.open(path) as project:
        before = splits(project)
    _, out, _ = aside(capsys, path)
    [command] = re.findall(r"to undo: synterm (.*)", out)
    assert main(shlex.split(command)) == 0
    with Project.open(path) as project:
        assert splits(project) == before


def test_only_what_is_asked_for_moves(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = aside(capsys, path, "--behavior", "Two", share="1")
    assert "Routing/One" not in out
    assert "! Routing/Two keeps 0 lineages to iterate on: fewer than 10 say little" in out
    code, _, err = aside(capsys, path, "--where", "split:dev")
    assert (code, "a query can't ask for a split as well" in err) == (2, True)


def test_it_says_which_baselines_lose_cases(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_run(path)
    assert main(["baseline", str(path), "set", "main"]) == 0
    _, out, _ = aside(capsys, path)
    with Project.open(path) as project:
        moved = len(project.cases.keys(CaseFilter(split="train")))
    assert f"! baseline main has verdicts on {moved} cases that moved" in out


def test_what_stays_is_told_with_its_reason(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Project.open(path) as project:
        put(project, f"{told_apart(31)}!", "holdout")
        put(project, f"{told_apart(32)}?", "dev", scenario="first")
    _, out, _ = aside(capsys, path, "--behavior", "Two", share="1")
    assert "1 lineage can't move: nearly the same stands in holdout" in out
    assert "1 lineage can't move: nearly the same stands in dev, among cases that were not asked for" in out
    assert "2 lineages short of 100%" in out


def test_as_json_it_is_what_the_schema_says(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = aside(capsys, path, "--json", "-", "--quiet")
    assert (code, err) == (0, "")
    found = SetAside.model_validate_json(out)
    assert (found.moved, len(found.case_ids) >= 16) == (16, True)
    capsys.readouterr()
    assert main(["schema", "set_aside"]) == 0
    assert set(json.loads(capsys.readouterr().out)["properties"]) == set(json.loads(out))


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--near", "0", "must be from 0.5 to 1"), ("--validation", "1", "must be less than 1")],
)
def test_numbers_that_say_nothing_are_refused(
    path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, said: str
) -> None:
    code, _, err = aside(capsys, path, option, value)
    assert (code, said in err) == (2, True)
