"""Project files that the first release made."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.evaluation import CheckResult
from synterm.core.ids import content_id
from synterm.errors import ProjectError
from synterm.storage import connect
from synterm.storage.connect import APPLICATION_ID
from synterm.storage.migrations import SCHEMA_VERSION, migrations
from synterm.storage.project import Project
from tests.storage.conftest import Files, Start

KEY = "ab" * 32
CONTENT = {"input": {"message": "hello"}, "expected": "greet"}
CONTENT_ID = content_id("case", CONTENT)
RUN = {"variants": [{"prompt": "router", "version": "v2", "body": "body", "model": "stub"}], "cases": 2}
CHECKS: list[dict[str, Any]] = [
    {"type": "label", "passed": True, "score": 1.0, "reason": "ü", "error": None, "label": "a", "expected_label": "a"},
    {"type": "cost", "passed": None, "score": None, "reason": "", "error": "?", "label": None, "expected_label": None},
]

Make = Callable[..., None]


@pytest.fixture
def first(path: Path) -> Make:
    """Makes a file of version 1 that holds a run; ``first(change)`` with one more statement."""

    def make(*changes: str) -> None:
        db = connect.connect(path, create=True)
        migrations.apply(db, stop_before="0002_engine")
        statements: list[tuple[str, Sequence[Any]]] = [
            (f"PRAGMA application_id = {APPLICATION_ID}", ()),
            ("PRAGMA user_version = 1", ()),
            ("INSERT INTO meta VALUES ('name', 'the first'), ('id', 'x')", ()),
            ("INSERT INTO nodes VALUES ('f', NULL, 'feature', 'f', '', 0, '[]', '[]', '')", ()),
            ("INSERT INTO nodes VALUES ('b', 'f', 'behavior', 'b', '', 0, '[]', '[]', '')", ()),
            ("INSERT INTO nodes VALUES ('s', 'b', 'scenario', 's', '', 0, '[]', '[]', '')", ()),
            ("INSERT INTO contents VALUES (?, ?, ?)", (CONTENT_ID, json.dumps(CONTENT["input"]), '"greet"')),
            ("INSERT INTO cases VALUES (1, 'c1', 's', ?, '[]', 'dev', 'accepted', '{}', 'c0', '')", (CONTENT_ID,)),
            (
                "INSERT INTO responses VALUES (7, ?, 'body', ?, 'openai/stub', 'complete', 'a', 'stop', 12, 3, 0.5, "
                "412.5, NULL, NULL, ?, '2026-01-31')",
                (bytes.fromhex(KEY), CONTENT_ID, b"raw"),
            ),
            ("INSERT INTO runs VALUES ('r1', '2026', NULL, 'complete', 'me', NULL, ?, '{}')", (json.dumps(RUN),)),
            (_EVALUATION, ("r1", "c1", CONTENT_ID, 0, 7, 1, 1.0, "a", json.dumps(CHECKS), "complete", None, 1)),
            (_EVALUATION, ("r1", "c1", CONTENT_ID, 1, 7, 1, 1.0, "a", json.dumps(CHECKS), "complete", None, 0)),
            (_EVALUATION, ("r1", "gone", CONTENT_ID, 0, None, None, None, None, "[]", "timed out", "no answer", 0)),
        ]
        for sql, values in [*statements, *((change, ()) for change in changes)]:
            db.conn.execute(sql, values)
        db.conn.close()

    return make


_EVALUATION = (
    "INSERT INTO evaluations (run_id, case_id, content_id, body_id, model_name, repeat, response_pk, passed, score, "
    "label, checks, outcome, error, cached) VALUES (?, ?, ?, 'body', 'stub', ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def test_a_file_of_the_first_version_keeps_its_answers_and_evaluations(first: Make, path: Path) -> None:
    first()
    Project.open(path).close()
    with Project.open(path) as project:
        assert project.name == "the first"
        assert project.responses.lookup([KEY]) == {
            KEY: Completion(Outcome.COMPLETE, "a", "stop", Usage(12, 3), 0.5, 412.5, cached=True, attempts=1, stored=7)
        }
        assert (project.responses.raw(7), [run.id for run in project.runs.all()]) == (b"raw", ["r1"])
        once, again, failed = project.runs.recorded("r1")
    assert (once.case_id, once.root_id, once.scenario_id, once.repeat, again.repeat) == ("c1", "c0", "s", 0, 1)
    assert (once.prompt, once.version, once.body_id, once.model_name) == ("router", "v2", "body", "stub")
    assert (once.input, once.expected, once.text, once.cost_usd) == ({"message": "hello"}, "greet", "a", 0.5)
    assert once.checks == again.checks == tuple(CheckResult(**check) for check in CHECKS)
    assert (once.passed, once.score, once.label, once.cached, again.cached) == (True, 1.0, "a", True, False)
    assert (failed.case_id, failed.root_id, failed.scenario_id, failed.checks) == ("gone", "gone", "", ())
    assert (failed.passed, failed.outcome, failed.error, failed.hint) == (None, Outcome.TIMED_OUT, "no answer", None)


def test_a_file_is_brought_up_to_date_once_and_whole(first: Make, path: Path, start: Start) -> None:
    first()
    processes = [start("open_when_told", path) for _ in range(4)]
    for process in processes:
        assert process.stdin
        process.stdin.write("now\n")
        process.stdin.flush()
    assert [process.stdout and process.stdout.readline() for process in processes] == ["closed\n"] * 4
    for process in processes:
        process.communicate()
    db = connect.connect(path, read_only=True)
    assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'first%'").fetchone() == (0,)
    assert db.execute("SELECT (SELECT count(*) FROM grades), count(*) FROM evaluations").fetchone() == (2, 3)
    db.close()


@pytest.mark.parametrize("config", ["", "[]", '{"variants": ["x", {}, 3]}', '{"variants": 3}'])
def test_a_run_that_does_not_say_what_it_compared_keeps_its_evaluations(first: Make, path: Path, config: str) -> None:
    first(f"UPDATE runs SET config = '{config}'")
    with Project.open(path) as project:
        assert [(done.prompt, done.model_name) for done in project.runs.recorded("r1")] == [("", "stub")] * 3


@pytest.mark.parametrize("change", ["checks = 'x'", "checks = '3'", "content_id = 'x'"])
def test_a_damaged_evaluation_leaves_the_file_as_it_was(first: Make, path: Path, files: Files, change: str) -> None:
    first(f"UPDATE evaluations SET {change} WHERE pk = 1")
    with pytest.raises(ProjectError, match="a run in the file is damaged") as refusal:
        Project.open(path)
    assert (refusal.value.where, bool(refusal.value.hint)) == (str(path), True)
    db = connect.connect(path)
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM evaluations WHERE run_id = 'r1'").fetchone() == (3,)
    db.execute("PRAGMA journal_mode = DELETE")
    db.conn.close()
    assert files() == [path.name]


def test_a_file_of_the_first_version_that_is_read_only_is_refused_in_words(
    first: Make, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first()
    before = path.read_bytes()
    monkeypatch.setattr(connect, "may_write", lambda place: place != path)  # pyright: ignore[reportUnknownLambdaType]
    with pytest.raises(ProjectError, match=r"an older synterm .*read-only") as refusal:
        Project.open(path)
    assert refusal.value.where == str(path)
    assert refusal.value.hint and "copy" in refusal.value.hint
    assert path.read_bytes() == before
