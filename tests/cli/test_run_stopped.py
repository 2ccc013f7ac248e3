"""A run that is stopped, killed, or not alone: nothing that was told of is lost, and nothing is sent twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.cli.endpoint import asked, endpoint_project
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Reply, Stub

CASES = 60
ANSWERED = 40
"""So many of the cases get their answers; the others once the test says so."""


class Slow:
    """Answers the first cases at once, and the others when they are let go."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, messages: Messages) -> Reply:
        number = int(messages[-1]["content"].split()[-1])
        return Reply("ok", hold=None if number < ANSWERED else self.go_on)


@pytest.fixture
def slow(stub: Stub) -> Slow:
    """What the stub answers by."""
    answers = Slow()
    stub.reply(answers)
    return answers


@pytest.fixture
def path(make_project: MakeProject, stub: Stub) -> Path:
    """A project with many cases, whose model is the stub."""
    return make_project(endpoint_project(stub, [f"case {number}" for number in range(CASES)]))


def started(path: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "synterm", "run", str(path), "--progress", "json", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told(line: str) -> str | None:
    """The case that a line acknowledges, if it does."""
    event = json.loads(line)
    return event["case_id"] if event["event"] == "judged" else None


def read_until(process: subprocess.Popen[str], count: int) -> set[str]:
    """Wait until so many cases are acknowledged; gives them."""
    assert process.stderr
    cases: set[str] = set()
    while len(cases) < count:
        line = process.stderr.readline()
        assert line, "it ended too soon"
        cases |= {case for case in [told(line)] if case}
    return cases


def messages_of(path: Path, cases: set[str]) -> set[str]:
    """What was sent for these cases."""
    with Project.open(path) as project:
        return {f"please: {case.input['message']}" for case in project.cases.select() if case.id in cases}


def rest(process: subprocess.Popen[str]) -> str:
    """What it says until its end. (`communicate` would leave out what was read ahead with the last line.)"""
    assert process.stderr
    said = process.stderr.read()
    process.communicate(timeout=30)
    return said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_run_that_is_stopped_is_gone_on_with(
    synterm: Synterm, path: Path, stub: Stub, slow: Slow, number: int, code: int
) -> None:
    process = started(path)
    read_until(process, ANSWERED)
    process.send_signal(number)
    said = rest(process)
    assert process.returncode == code
    last = [json.loads(line) for line in said.splitlines()][-1]
    assert last["event"] == "note"
    assert f"{ANSWERED} of {CASES} evaluations recorded" in last["text"]
    slow.go_on.set()
    stub.calls.clear()
    assert synterm("run", path).code == 0
    assert sorted(asked(stub)) == sorted(f"please: case {number}" for number in range(ANSWERED, CASES))


def test_without_the_cache_it_is_gone_on_with_too(synterm: Synterm, path: Path, stub: Stub, slow: Slow) -> None:
    slow.go_on.set()
    assert synterm("run", path).code == 0
    slow.go_on.clear()
    process = started(path, "--no-cache")
    read_until(process, ANSWERED)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    slow.go_on.set()
    stub.calls.clear()
    assert synterm("run", path, "--no-cache").code == 0
    assert len(stub.calls) == CASES - ANSWERED


@pytest.mark.parametrize("after", [1, 17, ANSWERED])
def test_what_was_told_before_a_kill_is_in_the_file(
    synterm: Synterm, path: Path, stub: Stub, slow: Slow, after: int
) -> None:
    process = started(path)
    acknowledged = read_until(process, after)
    process.kill()
    said = rest(process)
    whole, _, _torn = said.rpartition("\n")
    acknowledged |= {case for case in map(told, whole.splitlines()) if case}
    slow.go_on.set()
    stub.calls.clear()
    done = synterm("run", path, "--json", "-")
    assert (done.code, done.json["totals"]["evaluations"]) == (0, CASES)
    assert done.json["totals"]["cached"] >= len(acknowledged)
    again = Counter(asked(stub))
    assert not messages_of(path, acknowledged) & set(again)
    assert again.total() <= CASES - len(acknowledged)
    assert max(again.values()) == 1


def test_two_runs_on_one_file_both_end_and_the_file_holds_the_union(path: Path, stub: Stub, synterm: Synterm) -> None:
    processes = [started(path, "--prompt", "ask@v1"), started(path, "--prompt", "ask@all")]
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0, 0]
    with Project.open(path) as project:
        runs = project.runs.all()
        assert [run.status for run in runs] == ["complete"] * 2
        assert sorted(len(list(project.runs.recorded(run.id))) for run in runs) == [CASES, 2 * CASES]
    assert {f"{start}case {number}" for start in ("", "please: ") for number in range(CASES)} == set(asked(stub))
    stub.calls.clear()
    assert synterm("run", path, "--prompt", "ask@all").code == 0
    assert stub.calls == []
