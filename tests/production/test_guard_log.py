"""The log of verdicts: whole lines, masked, bounded, and never in the way."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from synterm import Guard
from synterm.errors import UsageError
from synterm.production import guard_log
from synterm.production.guard_file import KEPT
from synterm.production.guard_log import GuardLog
from tests.conftest import MakeProject
from tests.support.guarded import DESK

PRIVATE = "Ticket #7: jane.roe@corp-mail.com pays with 4111 1111 1111 1111, key AKIAQ7TZ5XWPL2MNB3KD"
SECRETS = ("jane.roe", "4111 1111", "AKIAQ7TZ5XWPL2MNB3KD")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_verdict_is_a_line(make_project: MakeProject, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    with Guard(make_project(DESK), behavior="Routing", log=path) as guard:
        good = guard.check("schedule", input={"message": "when do we meet?"}, expected="schedule")
        bad = guard.check("no idea", input="do it")
        guard.check("clarify")
    first, second, third = lines(path)
    assert first == {
        "synterm": "guard-log/1",
        "id": good.id,
        "at": first["at"],
        "project": "help desk",
        "behavior": "Desk/Routing",
        "checks_id": good.checks_id,
        "input": {"message": "when do we meet?"},
        "output": "schedule",
        "expected": "schedule",
        "allowed": True,
        "passed": True,
        "reason": "",
        "checks": [first["checks"][0]],
        "took_ms": good.took_ms,
        "masked": {},
    }
    assert first["checks"][0]["label"] == "schedule"
    assert (second["id"], second["allowed"], second["input"]) == (bad.id, False, "do it")
    assert second["reason"] == "no label in the answer"
    assert third["input"] is None


@pytest.mark.skipif(os.name == "nt", reason="rights of a Unix")
def test_only_its_owner_can_read_it_and_what_is_there_stays(make_project: MakeProject, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    for _ in range(2):
        with Guard(make_project(DESK, f"{_}.db"), behavior="Routing", log=path) as guard:
            guard.check("schedule")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(lines(path)) == 2


def test_personal_data_and_keys_are_masked_unless_that_is_switched_off(
    make_project: MakeProject, tmp_path: Path
) -> None:
    project, masked, open_ = make_project(DESK), tmp_path / "masked.jsonl", tmp_path / "open.jsonl"
    with Guard(project, behavior="Replies", log=masked) as guard:
        guard.check(PRIVATE, input={"message": PRIVATE, "more": [PRIVATE]})
    with Guard(project, behavior="Replies", log=GuardLog(open_, masked=False)) as guard:
        guard.check(PRIVATE, input=PRIVATE)
    text = masked.read_text()
    assert not [secret for secret in SECRETS if secret in text]
    [line] = lines(masked)
    assert line["output"] == "Ticket #7: [e-mail] pays with [card], key [secret]"
    assert line["masked"] == {"e-mail": 3, "card": 3, "secret": 3}
    assert lines(open_)[0]["output"] == PRIVATE


def test_a_file_that_can_not_be_written_is_said_at_once(make_project: MakeProject, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the log can't be written: No such file or directory"):
        Guard(make_project(DESK), behavior="Routing", log=tmp_path / "no folder" / "verdicts.jsonl")
    with pytest.raises(UsageError, match="the log can't be written"):
        Guard(make_project(DESK, "b.db"), behavior="Routing", log=tmp_path)


def test_values_that_json_lacks_are_written_as_text(make_project: MakeProject, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    odd = {"when": tmp_path, "half": "\ud83d", "many": [{"a": {1: "b"}}]}
    with Guard(make_project(DESK), behavior="Routing", log=GuardLog(path, masked=False)) as guard:
        guard.check("schedule \ud83d", input=odd)
    [line] = lines(path)
    assert line["input"] == {"when": str(tmp_path), "half": "\ud83d", "many": [{"a": {"1": "b"}}]}


def test_all_that_was_added_is_there_after_a_flush(make_project: MakeProject, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    with Guard(make_project(DESK), behavior="Routing", log=path) as guard:
        for _ in range(50):
            guard.check("schedule")
        assert guard.log
        assert guard.log.flush()
        assert len(lines(path)) == 50 == guard.log.written


def test_a_program_that_ends_without_closing_has_its_lines(make_project: MakeProject, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    code = f"""
from synterm import Guard
guard = Guard({str(make_project(DESK))!r}, behavior="Routing", log={str(path)!r})
for _ in range(100): guard.check("schedule")
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert len(lines(path)) == 100


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_costs_lines_and_no_verdict(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Routing", log="/dev/full") as guard:
        assert all(guard.check("schedule").allowed for _ in range(3))
        assert guard.log
        assert guard.log.flush()
        assert guard.log.dropped == 3
        assert guard.log.problem == "No space left on device"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_who_reads_slowly_costs_lines_and_no_verdict(
    make_project: MakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_log, "_MOST_WAITING", 20)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="can't be written"):
        GuardLog(pipe)  # nobody reads it
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    long = "schedule " * 2000
    with Guard(make_project(DESK), behavior="Routing", log=pipe, budget_ms=60_000) as guard:
        verdicts = [guard.check(long) for _ in range(60)]
        assert all(verdict.allowed for verdict in verdicts)
        assert guard.log
        assert guard.log.dropped > 0
        os.set_blocking(reading, True)
        read: list[bytes] = []
        reader = threading.Thread(target=_drain, args=(reading, read), daemon=True)
        reader.start()
        assert guard.log.flush()
        assert guard.log.written + guard.log.dropped == 60
        written = guard.log.written
    reader.join(20)
    found = [json.loads(line) for line in b"".join(read).splitlines()]
    assert len(found) == written
    assert [line["id"] for line in found] == [verdict.id for verdict in verdicts][: len(found)]


def _drain(file: int, into: list[bytes]) -> None:
    while data := os.read(file, 1 << 16):
        into.append(data)
    os.close(file)


def test_a_log_that_gets_large_is_put_aside_and_only_some_are_kept(make_project: MakeProject, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    log = GuardLog(path, most_bytes=2000)
    with Guard(make_project(DESK), behavior="Routing", log=log) as guard:
        ids = [guard.check("schedule").id for _ in range(60)]
    there = sorted(file.name for file in tmp_path.glob("verdicts.jsonl*"))
    assert there == ["verdicts.jsonl", *(f"verdicts.jsonl.{number}" for number in range(1, KEPT + 1))]
    newest_first = [path, *(tmp_path / f"verdicts.jsonl.{number}" for number in range(1, KEPT + 1))]
    kept = [line["id"] for file in reversed(newest_first) for line in lines(file)]
    assert kept == ids[-len(kept) :]
    assert all(file.stat().st_size <= 2000 for file in newest_first)


@pytest.mark.skipif(os.name == "nt", reason="an open file can't be renamed there")
def test_logrotate_may_take_the_file_away(make_project: MakeProject, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    with Guard(make_project(DESK), behavior="Routing", log=path) as guard:
        assert guard.log
        guard.check("schedule")
        guard.log.flush()
        path.rename(tmp_path / "old.jsonl")
        second = guard.check("clarify")
        guard.log.flush()
    assert [line["id"] for line in lines(path)] == [second.id]
    assert len(lines(tmp_path / "old.jsonl")) == 1


def test_several_processes_write_whole_lines_into_one_file(make_project: MakeProject, tmp_path: Path) -> None:
    path, project = tmp_path / "verdicts.jsonl", make_project(DESK)
    code = f"""
from synterm import Guard
from synterm.production.guard_log import GuardLog
with Guard({str(project)!r}, behavior="Routing", log=GuardLog({str(path)!r}, most_bytes=60_000)) as guard:
    for _ in range(150): guard.check("schedule", input="x" * 300)
"""
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    files = sorted(tmp_path.glob("verdicts.jsonl*"))
    found = [line["id"] for file in files for line in lines(file)]
    assert len(files) > 1
    if len(files) <= KEPT:
        assert len(found) == len(set(found)) == 450
