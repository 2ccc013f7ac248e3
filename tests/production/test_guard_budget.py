"""What a guard does about checks that take long, hang or break: a real plugin that waits until it may go on."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from synterm import Guard
from synterm.checks.registry import CHECKS
from synterm.core.guarding import FailMode
from tests.conftest import MakeProject
from tests.support.guarded import HeldCheck, desk_with, install_held

HELD = ("{type: held}", "{type: not-icontains, value: whatever}")
LONG_S = 20
"""Longer than any test waits; a test that fails ends all the same."""


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldCheck]:
    found = install_held(tmp_path / "site", monkeypatch)
    yield found
    found.go.set()
    monkeypatch.undo()
    CHECKS.look_again()


@pytest.mark.parametrize(("fail", "allowed"), [("closed", False), ("open", True)])
def test_a_check_over_its_budget_gives_no_verdict_and_the_setting_decides(
    make_project: MakeProject, held: HeldCheck, fail: FailMode, allowed: bool
) -> None:
    with Guard(make_project(desk_with(*HELD)), fail=fail, budget_ms=30) as guard:
        verdict = guard.check("Hello!")
    assert (verdict.passed, verdict.allowed) == (None, allowed)
    assert verdict.reason == "held: over its budget of 30 ms"
    assert [(check.type, check.passed, check.error) for check in verdict.checks] == [
        ("held", None, "over its budget of 30 ms"),
        ("not-icontains", True, None),
    ]


def test_in_time_its_verdict_counts(make_project: MakeProject, held: HeldCheck) -> None:
    held.go.set()
    with Guard(make_project(desk_with(*HELD)), budget_ms=LONG_S * 1000) as guard:
        assert guard.check("yes").allowed
        assert guard.check("no").reason == "as it was told"


def test_another_check_that_fails_decides_however_the_guard_is_set(make_project: MakeProject, held: HeldCheck) -> None:
    with Guard(make_project(desk_with(*HELD)), fail="open", budget_ms=30) as guard:
        verdict = guard.check("whatever")
    assert (verdict.passed, verdict.allowed) == (False, False)
    assert verdict.reason.startswith("negated: contains")


def test_the_total_budget_holds_for_all_checks_together(make_project: MakeProject, held: HeldCheck) -> None:
    with Guard(make_project(desk_with(*HELD)), budget_ms=LONG_S * 1000, total_ms=40) as guard:
        verdict = guard.check("Hello!")
    assert verdict.reason == "held: over its budget of 40 ms for all checks"


def test_threads_that_hang_do_not_become_more(make_project: MakeProject, held: HeldCheck) -> None:
    before = threading.active_count()
    with Guard(make_project(desk_with("{type: held}")), budget_ms=20) as guard:
        verdicts = [guard.check(f"answer {number}") for number in range(12)]
        assert threading.active_count() <= before + 4
        reasons = [verdict.reason for verdict in verdicts]
        assert reasons[:4] == ["held: over its budget of 20 ms"] * 4
        busy = "held: over its budget of 20 ms before its turn came: all threads of the guard are busy"
        assert reasons[4:] == [busy] * 8
        # What nobody waits for any more is never begun, and the threads judge again when they are free.
        held.go.set()
        assert not guard.check("no", behavior="Held").allowed
    for _ in range(5):
        assert held.begun.acquire(timeout=LONG_S)
    assert not held.begun.acquire(blocking=False)


def test_a_check_that_breaks_is_no_verdict(make_project: MakeProject, held: HeldCheck) -> None:
    held.go.set()
    with Guard(make_project(desk_with("{type: held, broken: true}")), budget_ms=LONG_S * 1000) as guard:
        verdict = guard.check("Hello!")
    assert (verdict.passed, verdict.allowed) == (None, False)
    assert verdict.reason.startswith("held: the check failed: RuntimeError: out of order (in ")


async def test_the_event_loop_runs_on_while_a_check_takes_long(make_project: MakeProject, held: HeldCheck) -> None:
    async with Guard(make_project(desk_with(*HELD)), budget_ms=LONG_S * 1000) as guard:
        judging = asyncio.create_task(guard.acheck("yes"))
        while not held.begun.acquire(blocking=False):  # noqa: ASYNC110 - a thread releases it
            await asyncio.sleep(0.001)
        held.go.set()
        assert (await judging).allowed


async def test_many_that_wait_run_out_of_time_together(make_project: MakeProject, held: HeldCheck) -> None:
    async with Guard(make_project(desk_with(*HELD)), budget_ms=50) as guard:
        verdicts = await asyncio.gather(*(guard.acheck("yes") for _ in range(40)))
    assert {verdict.passed for verdict in verdicts} == {None}


async def test_a_call_that_is_cancelled_is_not_judged_any_more(make_project: MakeProject, held: HeldCheck) -> None:
    async with Guard(make_project(desk_with("{type: held}")), budget_ms=LONG_S * 1000) as guard:
        first = [asyncio.create_task(guard.acheck("yes")) for _ in range(4)]
        await asyncio.sleep(0)
        for _ in first:
            assert await asyncio.to_thread(held.begun.acquire, timeout=LONG_S)
        waiting = asyncio.create_task(guard.acheck("yes"))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        held.go.set()
        assert all(verdict.allowed for verdict in await asyncio.gather(*first))
        assert not held.begun.acquire(blocking=False)


def test_a_long_answer_is_judged_by_a_thread_and_has_its_verdict(make_project: MakeProject) -> None:
    with Guard(make_project(desk_with("{type: icontains, value: needle}")), budget_ms=LONG_S * 1000) as guard:
        assert guard.check("hay " * 100_000 + "needle").allowed
        assert not guard.check("hay " * 100_000).allowed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_server_that_forks_after_loading_judges_in_both_processes(make_project: MakeProject, tmp_path: Path) -> None:
    path = make_project(desk_with("{type: icontains, value: needle}"))
    code = f"""
import os, sys
from synterm import Guard
from synterm.production.guard_log import GuardLog
guard = Guard({str(path)!r}, budget_ms=20000, log=GuardLog({str(tmp_path / "log.jsonl")!r}, masked=False))
long = "hay " * 10_000
assert guard.check(long + "needle").allowed
child = os.fork()
allowed = guard.check(long + "needle").allowed and not guard.check(long).allowed
guard.close()
if child == 0:
    os._exit(0 if allowed else 1)
assert allowed and os.waitpid(child, 0)[1] == 0
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 5
