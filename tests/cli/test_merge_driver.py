"""`synterm merge` as git's merge driver: two branches that both changed the project file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Synterm
from tests.conftest import MakeProject

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
PLACE = "Routing/Ambiguous/borderline"


class Repository:
    """A git repository that holds a project file, and merges it with synterm."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.email", "ann@example.com")
        self.git("config", "user.name", "Ann")
        command = f"{sys.executable} -m synterm merge --quiet --base %O -o %A.merged %A %B && mv %A.merged %A"
        self.git("config", "merge.synterm.driver", command)
        (folder / ".gitattributes").write_text("*.db merge=synterm\n")

    @property
    def project(self) -> Path:
        return self.folder / "project.db"

    def git(self, *words: str, fails: bool = False) -> str:
        root = str(Path(__file__).parents[2])
        done = subprocess.run(
            ["git", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": root, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def commit(self, words: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", words)


@pytest.fixture
def repository(tmp_path: Path, make_project: MakeProject) -> Repository:
    """With a first commit, from which two branches come."""
    made = Repository(tmp_path / "repository")
    shutil.copy(make_project(), made.project)
    made.commit("the project")
    made.git("branch", "theirs")
    return made


def both(repository: Repository, synterm: Synterm, ours: list[str], theirs: list[str]) -> None:
    """Commit an edit on each of the two branches."""
    for branch, words in (("theirs", theirs), ("main", ours)):
        repository.git("checkout", "--quiet", branch)
        assert synterm(words[0], repository.project, *words[1:]).code == 0
        repository.commit(f"{branch} was edited")


def test_two_branches_that_changed_other_things_are_merged(repository: Repository, synterm: Synterm) -> None:
    both(
        repository,
        synterm,
        ["add", "case", PLACE, "--input", "ours", "--expected", "clarify"],
        ["edit", "node", "Routing/Ambiguous", "--description", "theirs"],
    )
    repository.git("merge", "--quiet", "theirs", "--message", "both")
    assert repository.git("status", "--porcelain") == ""
    assert "ours" in synterm("ls", repository.project, "cases").out
    assert "theirs" in synterm("show", repository.project, "node", "Routing/Ambiguous").out


def test_what_both_changed_is_a_conflict_for_git_too(repository: Repository, synterm: Synterm) -> None:
    words = ["edit", "node", "Routing/Ambiguous", "--description"]
    both(repository, synterm, [*words, "ours"], [*words, "theirs"])
    said = repository.git("merge", "theirs", fails=True)
    assert "conflict: behavior Routing/Ambiguous: description" in said
    assert "    ours: ours" in said and "    theirs: theirs" in said and ".merge_file" not in said
    assert "CONFLICT (content): Merge conflict in project.db" in said
    assert "ours" in synterm("show", repository.project, "node", "Routing/Ambiguous").out
    assert not list(repository.folder.glob("*.merged"))


def test_a_file_that_both_made_has_no_base(tmp_path: Path, make_project: MakeProject, synterm: Synterm) -> None:
    repository = Repository(tmp_path / "repository")
    repository.commit("nothing yet")
    repository.git("branch", "theirs")
    source = make_project()
    for branch in ("theirs", "main"):
        repository.git("checkout", "--quiet", branch)
        shutil.copy(source, repository.project)
        assert synterm("add", repository.project, "case", PLACE, "--input", branch, "--expected", "clarify").code == 0
        repository.commit("the project")
    repository.git("merge", "--quiet", "theirs", "--message", "both")
    assert all(name in synterm("ls", repository.project, "cases").out for name in ("theirs", "main"))
