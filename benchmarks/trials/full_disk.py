"""A disk that gets full in the middle of a run: a clear error, and what was acknowledged is still there."""

from __future__ import annotations

import contextlib
import math
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from support import job, tables
from support.contenders import Job, make_job
from support.server import Server
from support.tables import Must

from trials import trial

ROOM_BYTES = 700_000
"""What is left beside the project file."""


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """Run where there is too little room, then again where there is enough."""
    task = make_job(folder, server.url, 2000, 50)
    server.reset(delay_ms=10)
    with _small_place(task, folder / "small") as (place, most_bytes, kind):
        file = trial.pristine(task, place)
        first = trial.finish(task, place, most_bytes=most_bytes, said=task.folder)
        told = trial.acknowledged(first.run.stderr)
        integrity = trial.integrity(file, folder / "copy")
        shutil.copytree(place, folder / "roomy")
    again = trial.finish(task, folder / "roomy")
    passed = again.report["totals"]["passed"] if again.report else 0
    rows = [
        ["exit code", str(first.run.exit_code)],
        ["acknowledged", str(len(told)) if trial.tells_events() else "unknown"],
        ["found in the file afterwards", str(len(again.cached))],
        ["integrity", integrity],
        ["said", _said(first.run.stderr)],
    ]
    clear = any(word in first.run.stderr for word in ("full", "space", "too large"))
    silent = first.run.exit_code == 0 or "Traceback" in first.run.stderr or not clear
    lost = len(told - again.cached) if trial.tells_events() else math.nan
    musts = [
        Must("full disk: runs that end without a clear error", silent, 0, unit=""),
        Must("full disk: acknowledged answers lost", lost, 0, unit=""),
        Must("full disk: file damaged", integrity != "ok", 0, unit=""),
        Must("full disk: missing after a second run with room", job.passing(task.count) - passed, 0, unit=""),
    ]
    return f"### A full disk ({kind})\n\n{tables.table((f'N = {task.count}', ''), rows)}", musts


@contextlib.contextmanager
def _small_place(task: Job, folder: Path) -> Iterator[tuple[Path, int | None, str]]:
    """A folder with little room, the limit for one file that stands in for it, and which of both it is."""
    size = (task.folder / "pristine.db").stat().st_size + ROOM_BYTES
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        yield folder, size, "RLIMIT_FSIZE: no file may get larger"
        return
    try:
        yield folder, None, "a tmpfs of its own"
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _said(stderr: str) -> str:
    """The last lines that are no events, for a cell of a table."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not line.startswith("{")]
    return " / ".join(lines[-3:]).replace("|", "\\|")[-300:]
