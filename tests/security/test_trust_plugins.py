"""A plugin's check runs for no project that its user does not trust: its code is not even loaded."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from synterm import Guard
from synterm.checks.registry import CHECKS, load_check
from synterm.core.tree import Node
from synterm.errors import RestrictedError
from synterm.evaluate.checklist import Checklist
from synterm.plugins import withhold
from synterm.storage.project import Project
from synterm.storage.trust import VARIABLE
from tests.cli.conftest import Synterm, synterm
from tests.conftest import SMALL, MakeProject

__all__ = ["synterm"]

MODULE = "someones_runner"
CODE = """
from synterm.checks.base import Answer, Check
from synterm.core.evaluation import CheckResult

class Runner(Check):
    "Runs what the project says."
    type = "run-code"
    code: str = ""
    def judge(self, answer: Answer) -> CheckResult:
        return self.verdict(True, "it ran")
"""


@pytest.fixture(autouse=True)
def plugin(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installed package with the check ``run-code``."""
    folder = tmp_path_factory.mktemp("plugin")
    info = folder / "someones_runner-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: someones-runner\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{CHECKS.group}]\nrun-code = {MODULE}:Runner\n")
    (folder / f"{MODULE}.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(folder))
    CHECKS.look_again()
    yield
    sys.modules.pop(MODULE, None)
    CHECKS.look_again()


@pytest.fixture
def strange(make_project: MakeProject) -> Iterator[Path]:
    """A project that came back from somebody else with the plugin's check."""
    path = make_project()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE nodes SET checks = ? WHERE name = 'Ambiguous'", ('[{"type": "run-code", "code": "x"}]',))
    db.close()
    yield path
    withhold(str(path), ())


def test_it_is_not_loaded_before_its_user_trusts_the_project(strange: Path, synterm: Synterm) -> None:
    for words in (["ls", strange], ["show", strange, "behavior", "Ambiguous"], ["dump", strange], ["run", strange]):
        synterm(*words)
    with Project.open(strange) as project:
        assert project.trust.why() == ["run the check run-code of a plugin"]
        tree = project.nodes.tree()
        scenario = project.nodes.find("borderline").id
        for kind in ("run-code", "not-run-code"):
            check = load_check({"type": kind, "code": "x"})
            assert check.type == kind
        assert [check.type for check in Checklist(tree).of(scenario)] == ["label", "run-code"]
        assert MODULE not in sys.modules
        project.trust.grant()
        project.nodes.tree()
        load_check({"type": "run-code", "code": "x"})
        assert MODULE in sys.modules
    assert synterm("run", strange, "--model", "rules").code == 0


def test_it_abstains_and_says_why(strange: Path) -> None:
    with Project.open(strange) as project:
        project.nodes.tree()
    found = load_check({"type": "run-code", "code": "x"}).judge(None)  # type: ignore[arg-type] - it looks at nothing
    assert found.passed is None
    assert "restricted" in (found.error or "")


def test_a_guard_does_not_start_with_it(strange: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RestrictedError, match="run-code"):
        Guard(strange, "Out of scope")
    assert MODULE not in sys.modules
    with Project.open(strange) as project:
        monkeypatch.setenv(VARIABLE, project.trust.capabilities.digest)
    with Guard(strange, "Ambiguous") as guard:
        assert guard.check("clarify").allowed


def test_its_users_own_word_stays_trusted_and_that_of_a_file_does_not(
    make_project: MakeProject, synterm: Synterm
) -> None:
    path = make_project()
    assert synterm("edit", path, "behavior", "Ambiguous", "--check", '{"type": "run-code"}').code == 0
    with Project.open(path) as project:
        assert not project.trust.restricted
        project.trust.follow_edits()
        node = Node(level="feature", name="Of a file", checks=({"type": "assert-set", "assert": [{"type": "other"}]},))
        project.nodes.put(node, by_user=False).result()
        assert project.trust.restricted
        assert project.trust.why() == ["new: run the check other of a plugin"]


def test_a_text_that_names_it_makes_a_restricted_project(tmp_path: Path, synterm: Synterm) -> None:
    text = tmp_path / "theirs.yaml"
    text.write_text(SMALL.replace("checks: [{type: label,", "checks: [{type: run-code, code: x}, {type: label,"))
    done = synterm("new", tmp_path / "theirs.db", "--from", text)
    assert done.code == 0
    assert "restricted: it asks for 1 thing" in done.err
