"""A cluster that is started for the run: what comes of it is what a run here gives, and nothing of it stays."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synterm.storage.project import Project
from tests.cli.endpoint import endpoint_project
from tests.conftest import MakeProject
from tests.ray.clusters import Begin, Run, eventually, local_run
from tests.support.http_stub import Messages, Reply, Stub

CASES = [f"case {number}" for number in range(60)]


def by_number(messages: Messages, hold: threading.Event | None = None) -> Reply:
    """Every third answer fails its check."""
    text = messages[-1]["content"]
    return Reply(f"{text} is {'wrong' if int(text.split()[-1]) % 3 == 0 else 'ok'}", hold=hold)


@pytest.fixture
def path(make_project: MakeProject, stub: Stub) -> Path:
    """A project of 60 cases, 40 of which pass."""
    return make_project(endpoint_project(stub, CASES))


def said(report: Any) -> list[Any]:
    """What a report's evaluations come to, without what two runs differ in."""
    kept = ("case_id", "outcome", "passed", "score", "text")
    return sorted([one[name] for name in kept if name in one] for one in report["evaluations"])


def recorded(path: Path) -> list[Any]:
    """The same of what the project file holds of its last run."""
    with Project.open(path) as project:
        run = project.runs.all()[0]
        rows = [one for page in [project.runs.recorded(run.id)] for one in page]
        return sorted([one.case_id, one.outcome, one.text, one.passed, one.score] for one in rows)


def test_a_killed_worker_changes_nothing_in_what_is_recorded(path: Path, stub: Stub, begin: Begin) -> None:
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    killed, answered = threading.Event(), iter(range(10))
    stub.reply(lambda messages: by_number(messages, None if next(answered, None) is not None else killed))

    run = begin(path, "--workers", "2", "--concurrency", "16", "--json", "-")
    try:
        # 10 have their answers, and each of the two workers holds 8 calls.
        eventually("both workers are busy", lambda: len(stub.calls) >= 26)
        victim = min(run.processes("ray::Host"))
        os.kill(victim, signal.SIGKILL)
        eventually("it is dead", lambda: victim not in run.processes("ray::Host"))
    finally:
        killed.set()
    assert run.wait() in (0, 1), run.err

    assert f"(process {victim} on " in run.err
    again = re.search(r"ended: its process ended .*; (\d+) calls that it had are made again", run.err)
    assert again, run.err
    assert len(stub.calls) == len(CASES) + int(again[1])
    stub.reply(by_number)
    here = local_run(copy)
    assert said(run.json) == said(here)
    assert run.json["totals"]["evaluations"] == here["totals"]["evaluations"] == len(CASES)
    assert recorded(path) == recorded(copy)
    assert len(recorded(path)) == len(CASES)
    _nothing_is_left(run)


def test_ctrl_c_leaves_no_process_and_no_file(path: Path, stub: Stub, begin: Begin) -> None:
    never, answered = threading.Event(), iter(range(10))
    stub.reply(lambda messages: by_number(messages, None if next(answered, None) is not None else never))
    run = begin(path, "--workers", "1", "--concurrency", "4")
    eventually("it is amid the run", lambda: len(stub.calls) >= 14)
    folder = run.folder()
    assert folder.stat().st_mode & 0o077 == 0
    run.interrupt()
    try:
        assert run.wait() == 130
    finally:
        never.set()
    assert "10 of 60 evaluations recorded; the same command again sends only the rest" in run.err
    assert "Traceback" not in run.err
    assert not folder.exists()
    _nothing_is_left(run)


def test_a_cluster_that_is_gone_ends_the_run_and_what_came_in_is_recorded(path: Path, stub: Stub, begin: Begin) -> None:
    # The whole run would take 75 seconds; that nobody answers for the cluster is seen after 15.
    stub.reply(lambda messages: replace(by_number(messages), delay_s=5))
    run = begin(path, "--workers", "1", "--concurrency", "4")
    eventually("it is amid the run", lambda: len(stub.calls) >= 8)
    [head] = run.processes("/gcs/gcs_server ")
    os.kill(head, signal.SIGKILL)
    assert run.wait() == 3
    assert "Ray is gone: " in run.err + run.out
    assert 4 <= len([one for one in recorded(path) if one[3] is not None]) <= len(stub.calls) < len(CASES)
    _nothing_is_left(run)


def _nothing_is_left(run: Run) -> None:
    eventually(f"nothing is left of {run.processes()}", lambda: not run.processes())
