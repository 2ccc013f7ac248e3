"""The system's clock is set hours forward and back amid runs: durations, waits and the order of runs stay right.

Needs libfaketime (Debian: ``apt-get install faketime``): a process has another clock then; the monotonic one goes on.
"""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path
from typing import Any

import orjson
from support import job, tables
from support.contenders import make_job, synterm_command, synterm_env
from support.measure import measure
from support.server import Server
from support.tables import Must

from trials import trial

DELAY_MS = 100
JUMPS = ("+5h", "-3h", "+0", "+36h", "-36h")
_LIBRARIES = tuple(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """A run whose clock jumps every few tenths of a second, then one five hours in the past."""
    if not _LIBRARIES:
        missing = [Must("clock: trials that could not be held, for want of libfaketime", math.nan, 0, unit="")]
        return "### A clock that jumps\n\nNot held: there is no libfaketime.", missing
    task = make_job(folder, server.url, 100 if quick else 300, 10)
    trial.pristine(task, folder)
    clock = folder / "clock"
    clock.write_text("+0\n", encoding="utf-8")
    server.reset(delay_ms=DELAY_MS, fault="429", share=0.2, times=1, retry_after_s=1)
    with _Jumping(clock) as jumping:
        began = time.monotonic()
        first = trial.finish(task, folder, "--max-seconds", "600", env=_fake(clock))
        truly_s = time.monotonic() - began
    stats = server.settled()
    server.reset(delay_ms=DELAY_MS)
    clock.write_text("-5h\n", encoding="utf-8")
    second = trial.finish(task, folder, "--no-cache", env=_fake(clock))
    last = measure(synterm_command("history", "project.db", "--json", "-"), folder, synterm_env(folder))
    runs: list[dict[str, Any]] = orjson.loads(last.stdout)["runs"]
    latencies = [found["latency_ms"] for found in _evaluations(first) + _evaluations(second)]
    wall_s = first.report["wall_s"] if first.report else math.nan
    rows = [
        ["jumps amid the first run", str(jumping.count)],
        ["exit codes", f"{first.run.exit_code} {second.run.exit_code}"],
        ["latencies, ms: least, most", f"{min(latencies, default=0):.0f}, {max(latencies, default=0):.0f}"],
        ["the first run by itself, s; by another clock", f"{wall_s:.1f}; {truly_s:.1f} with its start and end"],
        ["started, as the history has it, the newest first", ", ".join(run["started"] for run in runs)],
    ]
    short = sum(not DELAY_MS * 0.9 <= latency <= 60_000 for latency in latencies)
    passed = sum(done.report["totals"]["passed"] for done in (first, second) if done.report)
    newest = second.report["run_id"] if second.report else ""
    musts = [
        Must("clock: latencies that can't be", short, 0, unit=""),
        Must("clock: the run's own time, off by (start and end included)", abs(truly_s - wall_s), 60),
        Must("clock: tries before their Retry-After was over", stats["early_same"], 0, unit=""),
        Must("clock: verdicts missing", 2 * job.passing(task.count) - passed, 0, unit=""),
        Must("clock: runs that the history has in another order", runs[0]["id"] != newest, 0, unit=""),
    ]
    return f"### A clock that jumps\n\n{tables.table((f'N = {task.count}, c = 10', ''), rows)}", musts


class _Jumping:
    """Sets the clock that the file `clock` tells, again and again."""

    def __init__(self, clock: Path) -> None:
        self.count = 0
        self._clock = clock
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._jump)

    def __enter__(self) -> _Jumping:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _jump(self) -> None:
        while not self._end.wait(0.3):
            self._clock.write_text(f"{JUMPS[self.count % len(JUMPS)]}\n", encoding="utf-8")
            self.count += 1


def _fake(clock: Path) -> dict[str, str]:
    return {
        "LD_PRELOAD": str(_LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _evaluations(done: trial.Outcome) -> list[dict[str, Any]]:
    return done.report["evaluations"] if done.report else []
