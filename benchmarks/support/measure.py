"""A command as a whole process, measured from start to exit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

_LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Run:
    """What one process took."""

    began: float
    """When it started, on the clock of `time.monotonic`, which is the stub's too."""
    wall_s: float
    exit_code: int
    """Negative: the signal that ended it."""
    cpu_s: float
    """User and system time of the process and those below it."""
    largest_mb: float
    """Peak resident memory of the largest of its processes."""
    peak_mb: float
    """The most of all its processes together, sampled ten times a second; at least `largest_mb`."""
    stdout: str
    stderr: str


def measure(
    command: Sequence[str],
    folder: Path,
    env: Mapping[str, str] | None = None,
    limit_s: float = 900.0,
    most_bytes: int | None = None,
    said: Path | None = None,
) -> Run:
    """Run `command` in `folder`; its output goes to ``stdout.txt`` and ``stderr.txt`` there, or in the folder `said`.

    It is killed after `limit_s` seconds. `most_bytes` limits how long a file that it writes may get.
    """
    out, errors = ((said or folder) / name for name in ("stdout.txt", "stderr.txt"))
    job = {
        "command": list(command),
        "env": {**os.environ, **(env or {})},
        "cwd": str(folder),
        "stdout": str(out),
        "stderr": str(errors),
        "limit_s": limit_s,
        "most_bytes": most_bytes,
    }
    launch = [sys.executable, "-I", "-S", str(_LAUNCH), orjson.dumps(job).decode()]
    found = orjson.loads(subprocess.run(launch, check=True, capture_output=True).stdout)
    return Run(**found, stdout=_read(out), stderr=_read(errors))


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
