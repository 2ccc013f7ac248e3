"""``synterm compare`` on real project files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject
from tests.support.recording import record_run


def nine(word: str) -> str:
    return "\n".join(f'              - {{input: "{word} {number}", expected: a}}' for number in range(9))


BOTH_WAYS = """\
synterm: 1
name: both ways
models:
  - name: rules
    model: scripted/rules
    params:
      rules:
        - {match: "one hello", in: user, answer: a}
        - {match: "two peru", in: user, answer: a}
      default: b
prompts:
  - name: router
    versions:
      - messages: [{role: user, content: "one {{ message }}"}]
      - messages: [{role: user, content: "two {{ message }}"}]
tree:
  - feature: Routing
    checks: [{type: label, labels: [a, b]}]
    behaviors:
      - behavior: Greets
        scenarios:
          - scenario: hello
            cases:
HELLO
      - behavior: Declines
        scenarios:
          - scenario: peru
            cases:
PERU
""".replace("HELLO", nine("hello")).replace("PERU", nine("peru"))
"""Version 2 answers one behavior rightly where version 1 answers the other."""


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    """A project with a run of both versions."""
    return record_run(make_project(BOTH_WAYS), "--prompt", "router@all")


def test_better_here_while_worse_there_is_said_in_plain_words(synterm: Synterm, path: Path) -> None:
    done = synterm("compare", path, "@v1", "@v2", "--list", "1", "--fail-on", "regression")
    assert done.code == 1
    assert "router@v1 · rules → router@v2 · rules  no difference found" in done.out
    assert "50 % → 50 %   ▲ 9 fixed   ▼ 9 broken   of 18 cases" in done.out
    assert "Better on Routing/Declines while worse on Routing/Greets." in done.out
    assert "▼ Broken  1 of 9\n  hello 0\n    a → b  expected a" in done.out
    assert "exit 1: worse: router@v2 · rules: Routing/Greets" in done.err


def test_without_fail_on_what_got_worse_is_no_failure(synterm: Synterm, path: Path) -> None:
    assert synterm("compare", path, "@v1", "@v2").code == 0


def test_too_little_is_not_enough(synterm: Synterm, make_project: MakeProject) -> None:
    path = record_run(make_project(SMALL), "--prompt", "router@all")
    done = synterm("compare", path, "@v1", "@v2", "--fail-on", "regression,insufficient")
    assert done.code == 4
    assert "not enough evidence" in done.out
    assert "about 7 more independent cases like these would tell" in done.out


def test_the_document_fits_its_schema(synterm: Synterm, path: Path, tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    done = synterm("compare", path, "@v1", "@v2", "--json", "-")
    Draft202012Validator(synterm("schema", "compare").json).validate(done.json)
    assert done.json["schema"] == "synterm.compare/1"
    assert "▲ 9 fixed" in done.err
    [one] = done.json["comparisons"]
    assert (one["whole"]["passes"]["fixed"], len(one["fixed"])) == (9, 9)
    file = tmp_path / "verdict.json"
    synterm("compare", path, "@v1", "@v2", "--json", file)
    assert json.loads(file.read_text(encoding="utf-8")) == done.json


def test_what_is_not_compared_is_named(synterm: Synterm, path: Path) -> None:
    record_run(path, "--prompt", "router@v2", "--behavior", "Greets")
    done = synterm("compare", path, "last-1", "last")
    assert "Not compared: 9 cases (9 only before)" in done.out
    assert "only before  peru 0" in done.out


def test_changed_checks_are_told(synterm: Synterm, path: Path) -> None:
    synterm("edit", path, "node", "Routing", "--check", '{"type": "starts-with", "value": "a"}')
    record_run(path, "--prompt", "router@all")
    done = synterm("compare", path, "last-1", "last")
    assert "the checks changed in between: Routing/" in done.out


def test_with_another_file(synterm: Synterm, path: Path, make_project: MakeProject) -> None:
    other = record_run(make_project(BOTH_WAYS, name="other.db"), "--prompt", "router@v1")
    done = synterm("compare", path, other, "@v2", "--by", "scenario")
    assert "18 cases" in done.out and "Routing/Greets/hello" in done.out


def test_text_from_a_project_is_shown_as_text(synterm: Synterm, make_project: MakeProject) -> None:
    hostile = BOTH_WAYS.replace("hello 0", "hello [/red]\\e[31m")
    path = record_run(make_project(hostile), "--prompt", "router@all")
    done = synterm("compare", path, "@v1", "@v2")
    assert "hello [/red]␛[31m" in done.out and "\x1b" not in done.out


def test_errors_help(synterm: Synterm, path: Path) -> None:
    done = synterm("compare", path, "router@v7", "last")
    assert done.code == 2
    assert done.err == "synterm: no complete run has router@v7\nhint: did you mean router@v2 or router@v1?\n"
    done = synterm("compare", path, "last", "last", "--fail-on", "regresion")
    assert done.code == 2 and "did you mean regression?" in done.err


def test_nothing_is_written(synterm: Synterm, path: Path) -> None:
    with Project.look(path) as project:
        before = project.runs.all()
    synterm("compare", path, "@v1", "@v2")
    with Project.look(path) as project:
        assert project.runs.all() == before
