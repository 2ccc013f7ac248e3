"""Four runs on one file at once: each answer is there in the end, and nobody trips over a lock."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from support import job, tables
from support.contenders import Job, make_job, synterm_env
from support.server import Server
from support.tables import Must

from trials import trial

PROCESSES = 4
NOTE = """\
Runs that begin together ask for the same: each looks up the next 800 requests early. `--shard` divides them."""


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """All start at once; a fifth run afterwards must find everything."""
    task = make_job(folder, server.url, 100 if quick else 1000, 16)
    trial.pristine(task, folder)
    server.reset(delay_ms=50)
    ends = _run_all(task, folder)
    stats = server.stats()
    server.reset()
    after = trial.finish(task, folder)
    passed = after.report["totals"]["passed"] if after.report else 0
    locked = sum("locked" in said for _, said in ends)
    rows = [
        ["exit codes", " ".join(str(code) for code, _ in ends)],
        ["requests", str(stats["requests"])],
        ["of them while the same one was under way", str(stats["repeated_in_flight"])],
        ["of them over 0.25 s after its answer", str(stats["repeated_late"])],
        ["answers found by the run afterwards", str(len(after.cached))],
    ]
    musts = [
        Must("four at once: answers missing afterwards", task.count - len(after.cached), 0, unit=""),
        Must("four at once: verdicts missing afterwards", job.passing(task.count) - passed, 0, unit=""),
        Must("four at once: runs that failed", sum(code != 0 for code, _ in ends), 0, unit=""),
        Must("four at once: runs that met a lock", locked, 0, unit=""),
    ]
    head = (f"{PROCESSES} × `synterm run`, N = {task.count}, c = {task.concurrency} each", "")
    return f"### Four at once\n\n{NOTE}\n\n{tables.table(head, rows)}", musts


def _run_all(task: Job, folder: Path) -> list[tuple[int, str]]:
    """The exit code of each, and what it said."""
    said = [folder / f"said-{number}.txt" for number in range(PROCESSES)]
    running = [_start(task, folder, file) for file in said]
    codes = [process.wait() for process in running]
    return [(code, file.read_text(encoding="utf-8")) for code, file in zip(codes, said, strict=True)]


def _start(task: Job, folder: Path, said: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, **synterm_env(folder)}
    with said.open("wb") as errors:
        return subprocess.Popen(trial.run_words(task), cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=errors)
