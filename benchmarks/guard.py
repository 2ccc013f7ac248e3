"""The guard in a program: how long a verdict takes, beside asking the bare checks, from a thread and on an event loop.

Times are those of one core, so that what else the machine does counts for little; ``--wall`` gives those of a clock.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from synterm.checks.base import Answer
from synterm.checks.judge import judge
from synterm.formats.build import build_project
from synterm.formats.project_text import read_project_text
from synterm.production.guard import Guard
from synterm.production.guard_call import KNOWN, case_of, completion_of
from synterm.production.guard_log import GuardLog

COUNT = 20_000
PROJECT = """\
synterm: 1
name: help desk
tree:
  - feature: Desk
    behaviors:
      - behavior: label
        checks: [{type: label, labels: [schedule, summarize, retrieve, clarify, out_of_scope]}]
        scenarios: [{scenario: plain, cases: []}]
      - behavior: text
        checks: [{type: not-icontains, value: as an ai}]
        scenarios: [{scenario: plain, cases: []}]
      - behavior: JSON
        checks:
          - type: is-json
            value: {type: object, required: [title, urgency], properties: {urgency: {type: integer}}}
        scenarios: [{scenario: plain, cases: []}]
      - behavior: five checks
        checks:
          - {type: not-icontains, value: as an ai}
          - {type: word-count, value: {max: 120}}
          - {type: regex, value: "(?i)ticket #[0-9]+"}
          - {type: no-secrets}
          - {type: no-pii}
        scenarios: [{scenario: plain, cases: []}]
"""
ANSWERS = {
    "label": "schedule",
    "text": "Your ticket #4471 is open, and somebody looks at it today. Is there anything else that you need?",
    "JSON": '{"title": "the screen stays black", "urgency": 2, "tags": ["hardware", "laptop"]}',
    "five checks": "Your ticket #4471 is open, and somebody looks at it today. " * 4,
}
GIVEN = {"message": "where is my ticket?"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="verdicts for each figure (%(default)s)")
    parser.add_argument("--wall", action="store_true", help="by the clock, not by what one core worked")
    parser.add_argument("--profile", metavar="BEHAVIOR", help="where the time of one behavior goes instead")
    args = parser.parse_args()
    clock = time.perf_counter_ns if args.wall else time.thread_time_ns
    with tempfile.TemporaryDirectory() as folder:
        path = project(Path(folder))
        if args.profile:
            profile(path, args.profile, args.count)
            return
        print("µs, median / 99 of 100\n\n| behavior | bare checks | `check` | `acheck` | with a log |")
        print("| --- | ---: | ---: | ---: | ---: |", flush=True)
        for behavior in ANSWERS:
            print(row(path, behavior, args.count, clock), flush=True)
        print(f"\nloading: {loading(path):.1f} ms; verdicts a second from 8 threads: {threads(path, args.count):,.0f}")


def project(folder: Path) -> Path:
    """The project file."""
    (folder / "desk.yaml").write_text(PROJECT, encoding="utf-8")
    path = folder / "desk.db"
    build_project(path, read_project_text(folder / "desk.yaml"))
    return path


def row(path: Path, behavior: str, count: int, clock: Callable[[], int]) -> str:
    """The figures of one behavior."""
    answer = ANSWERS[behavior]
    with Guard(path, behavior=behavior) as guard:
        asked = [paced.check for paced in guard.behavior().forms(KNOWN[True, False], judges=False).checks]
        case, completion = case_of(dict(GIVEN), None, "bare"), completion_of(answer)
        bare = timed(lambda: judge(asked, Answer(completion, case)), count, clock)
        sync = timed(lambda: guard.check(answer, GIVEN), count, clock)
        apart = asyncio.run(atimed(guard, answer, count, clock))
    log = GuardLog(path.with_name("log.jsonl"))
    with Guard(path, behavior=behavior, log=log) as guard:
        logged = timed(lambda: guard.check(answer, GIVEN), count, clock)
    return f"| {behavior} | {said(bare)} | {said(sync)} | {said(apart)} | {said(logged)} |"


def timed(work: Callable[[], object], count: int, clock: Callable[[], int]) -> list[int]:
    """How long each of so many took, in nanoseconds, sorted."""
    for _ in range(200):
        work()
    taken: list[int] = []
    for _ in range(count):
        began = clock()
        work()
        taken.append(clock() - began)
    return sorted(taken)


async def atimed(guard: Guard, answer: str, count: int, clock: Callable[[], int]) -> list[int]:
    """The same for `acheck`."""
    taken: list[int] = []
    for _ in range(count):
        began = clock()
        await guard.acheck(answer, GIVEN)
        taken.append(clock() - began)
    return sorted(taken)


def loading(path: Path) -> float:
    """From the call to a guard that can judge, in milliseconds: the least of some."""
    times: list[float] = []
    for _ in range(7):
        began = time.process_time()
        Guard(path, behavior="five checks").close()
        times.append((time.process_time() - began) * 1000)
    return min(times)


def threads(path: Path, count: int) -> float:
    """Verdicts of a label check a second, from eight threads of one process."""
    with Guard(path, behavior="label") as guard, ThreadPoolExecutor(8) as pool:
        gate = threading.Barrier(9)

        def some() -> None:
            gate.wait()
            for _ in range(count // 8):
                guard.check("schedule", GIVEN)

        done = [pool.submit(some) for _ in range(8)]
        gate.wait()
        began = time.perf_counter()
        for one in done:
            one.result()
        return count // 8 * 8 / (time.perf_counter() - began)


def profile(path: Path, behavior: str, count: int) -> None:
    """Print where the time of `check` goes."""
    with Guard(path, behavior=behavior) as guard, cProfile.Profile() as measured:
        for _ in range(count):
            guard.check(ANSWERS[behavior], GIVEN)
    pstats.Stats(measured).sort_stats("tottime").print_stats(25)


def said(taken: list[int]) -> str:
    """``24 / 61``."""
    return f"{taken[len(taken) // 2] / 1000:.0f} / {taken[len(taken) * 99 // 100] / 1000:.0f}"


if __name__ == "__main__":
    main()
