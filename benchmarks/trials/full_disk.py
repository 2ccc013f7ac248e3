"""A disk that gets full in the middle of a run: a clear error, and what was acknowledged is still there."""

from __future__ import annotations

import contextlib
import math
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
from support import job, tables
from support.contenders import Job, make_job
from support.server import Server
from support.tables import Must

from synterm.storage.spill import RESERVE_BYTES
from trials import trial

ROOM_BYTES = 700_000
"""What is left beside the project file."""


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """Run where there is too little room, then again where there is enough; once with room elsewhere, once without."""
    task = make_job(folder, server.url, 2000, 50)
    found = [_one(server, task, folder / name, apart) for name, apart in (("apart", True), ("same", False))]
    rows = [[name, *(one.cells[number] for one in found)] for number, name in enumerate(_ROWS)]
    head = (
        f"N = {task.count}, a disk with {ROOM_BYTES:,} bytes left ({found[0].kind})",
        "state elsewhere",
        "state there",
    )
    musts = [
        Must("full disk: runs that end without a clear error", sum(one.silent for one in found), 0, unit=""),
        Must("full disk: acknowledged answers lost", sum(one.lost for one in found), 0, unit=""),
        Must(
            "full disk: answers received, neither in the file nor spilled", sum(one.gone for one in found), 0, unit=""
        ),
        Must("full disk: file damaged", sum(one.integrity != "ok" for one in found), 0, unit=""),
        Must("full disk: missing after a second run with room", sum(one.missing for one in found), 0, unit=""),
        Must("full disk: asked for again though received", sum(one.again for one in found), 0, unit=""),
    ]
    return f"### A full disk\n\n{tables.table(head, rows)}", musts


_ROWS = (
    "exit code",
    "answers that came back whole before the end",
    "acknowledged",
    "spilled",
    "found in the file by the next run",
    "requests of the next run",
    "integrity",
    "said",
)


@dataclass(frozen=True)
class Found:
    """What became of a run without room."""

    kind: str
    silent: bool
    lost: float
    """Acknowledged, but not found afterwards."""
    gone: int
    """Answered by the server and told to have come in, but not found afterwards."""
    again: int
    """Requests of the next run for what had come in."""
    integrity: str
    missing: int
    cells: list[str]


def _one(server: Server, task: Job, folder: Path, apart: bool) -> Found:
    folder.mkdir()
    server.reset(delay_ms=10)
    with _small_place(task, folder / "small", 0 if apart else RESERVE_BYTES) as (place, most_bytes, kind):
        file = trial.pristine(task, place)
        state = {"SYNTERM_STATE_DIR": str((folder if apart else place) / "state")}
        first = trial.finish(task, place, most_bytes=most_bytes, said=folder, env=state)
        answered = server.settled()
        told = trial.acknowledged(first.run.stderr)
        integrity = trial.integrity(file, folder / "copy")
        shutil.copytree(place, folder / "roomy")
        if not apart:
            state = {"SYNTERM_STATE_DIR": str(folder / "roomy" / "state")}
    spilled = [orjson.loads(line) for line in _spilled(Path(state["SYNTERM_STATE_DIR"]))]
    server.reset(delay_ms=10)
    again = trial.finish(task, folder / "roomy", env=state)
    asked = server.stats()["requests"]
    passed = again.report["totals"]["passed"] if again.report else 0
    clear = any(word in first.run.stderr for word in ("full", "space", "too large"))
    # The process had read all that came whole but what was on its way when it gave up: told, spilled, or cancelled.
    there = len(again.cached)
    return Found(
        kind=kind,
        silent=first.run.exit_code == 0 or "Traceback" in first.run.stderr or not clear,
        lost=len(told - again.cached) if trial.tells_events() else math.nan,
        gone=max(len(told) + len(spilled) - there, 0),
        again=max(asked - (task.count - there), 0),
        integrity=integrity,
        missing=job.passing(task.count) - passed,
        cells=[
            str(first.run.exit_code),
            str(answered["statuses"].get("200", 0)),
            str(len(told)) if trial.tells_events() else "unknown",
            str(len(spilled)),
            str(there),
            str(asked),
            integrity,
            trial.said(first.run.stderr).replace(str(folder), "…"),
        ],
    )


def _spilled(state: Path) -> list[bytes]:
    """The answers that wait."""
    return [line for file in (state / "spill").glob("*.jsonl") for line in file.read_bytes().splitlines()[1:]]


@contextlib.contextmanager
def _small_place(task: Job, folder: Path, more: int) -> Iterator[tuple[Path, int | None, str]]:
    """A folder with little room, the limit for one file that stands in for it, and which of both it is."""
    size = (task.folder / "pristine.db").stat().st_size + ROOM_BYTES + more
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        yield folder, size, "RLIMIT_FSIZE: no file may get larger"
        return
    try:
        yield folder, None, "a tmpfs of its own"
    finally:
        subprocess.run(["umount", str(folder)], check=True)
