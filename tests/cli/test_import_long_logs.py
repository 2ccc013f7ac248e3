"""Logs that are long, stopped on the way, placed, hostile, or compressed, through `synterm import --as production`."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject

AS = ("--as", "production")


@pytest.fixture(autouse=True)
def own_places(own_state: Path, own_config: Path) -> None:
    """No key and no settings of the person who runs the tests."""


def rows(count: int, first: int = 0) -> Iterator[dict[str, Any]]:
    """Rows of a table: one in three is off every topic of the small project."""
    said = ("what's the capital of peru", "book a room", "how do plants make sugar from sunlight and water")
    for number in range(first, first + count):
        yield {
            "message": f"{said[number % 3]} {number}",
            "answer": "schedule",
            "timestamp": 1_790_000_000 + number,
            "id": f"r{number}",
        }


def lines(path: Path, found: Iterator[dict[str, Any]]) -> Path:
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in found))
    return path


def test_a_log_that_was_stopped_goes_on(make_project: MakeProject, synterm: Synterm, tmp_path: Path) -> None:
    path = make_project(SMALL)
    log = lines(tmp_path / "log.jsonl", rows(30_000))
    command = [sys.executable, "-m", "synterm", "import", str(path), str(log), *AS, "--no-placing"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    _wait_for_calls(path, 2000)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "the same command goes on" in said
    with Project.open(path) as project:
        there, _ = project.traffic.count()
        (before,) = project.traffic.logs()
    assert 2000 <= there < 30_000
    report = synterm("import", path, log, *AS, "--no-placing", "--json", "-").json
    assert (report["kept"], report["duplicates"]) == (30_000 - there, there)
    with Project.open(path) as project:
        (after,) = project.traffic.logs()
        assert project.traffic.count() == (30_000, 30_000.0)
    assert after.id == before.id == report["log_id"]
    assert (after.read, after.kept, after.duplicates) == (30_000, 30_000, 0)


def test_what_is_covered_is_placed_and_what_is_not_is_kept_whole(
    make_project: MakeProject, synterm: Synterm, tmp_path: Path
) -> None:
    pytest.importorskip("wordllama")
    path = make_project(SMALL)
    log = lines(tmp_path / "log.jsonl", rows(600))
    report = synterm("import", path, log, *AS, "--json", "-").json
    assert report["placed"] + report["uncovered"] == pytest.approx(1)
    assert report["uncovered"] == pytest.approx(1 / 3, abs=0.05)
    synterm("import", path, "--undo")
    rules = ("--sample", "uncovered=1", "--sample", "behavior Routing/*=0.2")
    sampled = synterm("import", path, log, *AS, *rules, "--json", "-").json
    assert sampled["rows"] == sampled["kept"] + sampled["left_out"] == 600
    assert sampled["uncovered"] == pytest.approx(1 / 3, abs=0.1)
    with Project.open(path) as project:
        calls = [call for page in project.traffic.pages() for call in page]
        (log_entry,) = project.traffic.logs()
    assert {call.weight for call in calls if call.placing == "uncovered"} == {1.0}
    assert {call.weight for call in calls if call.placing == "placed"} == {5.0}
    assert log_entry.placed_by
    synterm("import", path, "--undo")
    least = synterm("import", path, log, *AS, *rules, "--keep", "60", "--json", "-").json
    assert least["kept"] == 60
    assert least["uncovered"] == pytest.approx(1 / 3, abs=0.2)


def test_without_places_rules_that_ask_for_them_are_refused(
    make_project: MakeProject, synterm: Synterm, tmp_path: Path
) -> None:
    path = make_project(SMALL)
    log = lines(tmp_path / "log.jsonl", rows(3))
    done = synterm("import", path, log, *AS, "--sample", "uncovered=1", "--no-placing")
    assert (done.code, "needs places" in done.err) == (2, True)
    unknown = synterm("import", path, log, *AS, "--sample", "behavior Nothing=1")
    assert (unknown.code, "nothing in the tree matches 'Nothing'" in unknown.err) == (2, True)


def test_a_compressed_log_is_read_and_comes_through_stdin_too(
    make_project: MakeProject, synterm: Synterm, synterm_process: Synterm, tmp_path: Path
) -> None:
    path = make_project(SMALL)
    packed = tmp_path / "log.jsonl.gz"
    packed.write_bytes(gzip.compress(lines(tmp_path / "log.jsonl", rows(50)).read_bytes()))
    read = synterm("import", path, packed, *AS, "--no-placing", "--dry-run")
    assert (read.code, "50 calls would be kept" in read.err) == (0, True)
    call: Any = synterm_process
    done = call("import", path, "-", *AS, "--no-placing", given=gzip.decompress(packed.read_bytes()))
    assert done.code == 0, done.err
    assert "kept 50 calls" in done.err


def test_a_table_in_parquet_keeps_its_times(make_project: MakeProject, synterm: Synterm, tmp_path: Path) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = make_project(SMALL)
    when = [datetime(2026, 5, 1, 10, minute, tzinfo=UTC) for minute in range(3)]
    columns = {"message": ["a room", "a desk", "hi"], "answer": ["schedule"] * 3, "created_at": when}
    parquet.write_table(pyarrow.table(columns), tmp_path / "log.parquet")
    done = synterm("import", path, tmp_path / "log.parquet", *AS, "--no-placing")
    assert done.code == 0, done.err
    with Project.open(path) as project:
        served = [call.served for call in project.traffic.page()]
    assert served == [f"2026-05-01T10:0{minute}:00.000Z" for minute in range(3)]


def test_hostile_rows_harm_nobody(make_project: MakeProject, synterm: Synterm, tmp_path: Path) -> None:
    path = make_project(SMALL)
    odd: list[Any] = [
        {"message": "\x1b[2J\x07\u202e evil", "answer": "\x00\x1b]0;x\x07"},
        {"message": {"deep": {"er": ["joe@acme.com", 4111111111111111]}}, "answer": ["a", {"b": "joe@acme.com"}]},
        {"message": "x" * 1_000_000, "answer": "4111 1111 1111 1111 " * 20_000},
        {"message": "hi", "answer": "yes", "timestamp": 1e400},
        {"message": "hi", "answer": "yes", "timestamp": "99999999999999999999"},
        {"message": "hi", "answer": "yes", "timestamp": -5},
        {"message": "hi", "answer": "yes", "latency_ms": "NaN", "cost": -3, "prompt_tokens": "many"},
        {"message": "hi", "answer": "yes", "tags": {"a": 1}, "id": {"b": 2}, "model": ["x"], "error": {"code": 5}},
        {"message": None, "answer": "nobody asked"},
    ]
    first = {"message": "plain", "answer": "yes", "timestamp": 1_790_000_000}
    names = {"latency_ms": 1, "cost": 0.1, "prompt_tokens": 3, "tags": "a", "id": "x", "model": "m", "error": ""}
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in [{**first, **names}, *odd]))
    done = synterm("import", path, log, *AS, "--no-placing")
    assert done.code == 2
    assert "\x1b" not in done.err
    for line in (5, 6, 7, 10):
        assert f"log.jsonl line {line}: " in done.err, line
    with Project.open(path) as project:
        calls = [call for page in project.traffic.pages() for call in page]
    assert len(calls) == 6
    assert not any("acme" in str(call) or "4111" in str(call) for call in calls)


@pytest.mark.parametrize("words", [(), ("--sample", "0.5"), ("--keep", "3")])
def test_a_file_with_nothing_but_wrong_rows_keeps_nothing(
    make_project: MakeProject, synterm: Synterm, tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = make_project(SMALL)
    log = tmp_path / "log.jsonl"
    log.write_text('{"message": "", "answer": ""}\n' * 5)
    done = synterm("import", path, log, *AS, *words, "--json", "-")
    assert (done.code, done.json["kept"], done.json["wrong"]["count"], done.json["log_id"]) == (2, 0, 5, None)


def _wait_for_calls(path: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        db = connect(path, read_only=True)
        try:
            if db.conn.execute("SELECT count(*) FROM traffic").fetchone()[0] >= count:
                return
        finally:
            db.conn.close()
        time.sleep(0.02)
    raise AssertionError("no calls came")
