"""Commands that only read leave the project file as it is, byte by byte: git would take it for changed."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Synterm
from tests.conftest import MakeProject

READING = (
    "ls {} tree",
    "ls {} cases",
    "ls {} runs",
    "ls {} trends",
    "ls {} gates",
    "show {} prompt router",
    "history {}",
    "history {} last",
    "compare {} last last",
    "report {} -o {folder}/report.html",
    "run {} --dry-run",
    "run {} --dry-run --baseline main",
    "baseline {} ls",
    "baseline {} show main",
    "models {}",
    "init-ci {} -o -",
    "review {} --calibration",
    "review {} --export {folder}/verdicts.jsonl --open",
    "dump {} -o {folder}/dump.yaml",
    "diff {} {}",
)


@pytest.fixture
def project(synterm: Synterm, make_project: MakeProject) -> Path:
    """A project with a run that is pinned as main."""
    path = make_project()
    subprocess.run(["git", "-C", path.parent, "init", "-q"], check=True)
    assert synterm("run", path, "--quiet").code == 0
    assert synterm("baseline", path, "set", "main").code == 0
    return path


@pytest.mark.parametrize("words", READING)
def test_reading_leaves_the_file_as_it_is(words: str, project: Path, synterm: Synterm, tmp_path: Path) -> None:
    before = hashlib.sha256(project.read_bytes()).digest(), sorted(project.parent.iterdir())
    outside = tmp_path / "outside"
    outside.mkdir()
    beside = sorted(project.parent.iterdir())
    done = synterm(*words.replace("{folder}", str(outside)).replace("{}", str(project)).split())
    assert done.code == 0, done.err
    assert (hashlib.sha256(project.read_bytes()).digest(), sorted(project.parent.iterdir())) == (before[0], beside)
