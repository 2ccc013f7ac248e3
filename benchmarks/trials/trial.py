"""What the trials share: one run of synterm under bad conditions, and what its file says afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]
from support.contenders import Job, synterm_command, synterm_env
from support.measure import Run, measure

ACKNOWLEDGED = "judged"
"""The event of ``--progress json`` that says that an answer is on disk and judged."""


@dataclass(frozen=True)
class Outcome:
    """A finished run, and its report; None when it wrote none."""

    run: Run
    report: dict[str, Any] | None

    @property
    def cached(self) -> set[str]:
        """The cases whose answers were in the file before."""
        evaluations = self.report["evaluations"] if self.report else []
        return {found["case_id"] for found in evaluations if found["cached"]}


def pristine(task: Job, folder: Path) -> Path:
    """A project file without answers, in `folder`."""
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(task.folder / "pristine.db", folder / "project.db"))


def run_words(task: Job, *more: str) -> list[str]:
    """`synterm run`, telling each event where this synterm can."""
    progress = ("--progress", "json") if tells_events() else ()
    return synterm_command("run", "project.db", "--concurrency", str(task.concurrency), *progress, *more)


def finish(
    task: Job,
    folder: Path,
    *more: str,
    limit_s: float = 300.0,
    most_bytes: int | None = None,
    said: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """Run in `folder` until it ends, as `measure` does; `env` is added to the environment."""
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    words = run_words(task, "--json", "report.json", *more)
    run = measure(words, folder, {**synterm_env(folder), **(env or {})}, limit_s, most_bytes, said)
    return Outcome(run, orjson.loads(report.read_bytes()) if report.exists() and report.stat().st_size else None)


def outcomes(done: Outcome) -> str:
    """How often each outcome is in the report: ``12 timed out, 6 complete``."""
    if done.report is None:
        return "no report"
    counts = Counter(str(found["outcome"]) for found in done.report["evaluations"])
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"


def said(stderr: str) -> str:
    """The last lines that are no events, for a cell of a table."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not line.startswith("{")]
    return " / ".join(lines[-3:]).replace("|", "\\|")[-400:]


@cache
def tells_events() -> bool:
    """Whether `synterm run` has ``--progress``."""
    shown = subprocess.run(synterm_command("run", "--help"), check=True, capture_output=True, env=_env()).stdout
    return b"--progress" in shown


def _env() -> dict[str, str]:
    return {**os.environ, **synterm_env(Path("unused"))}


def acknowledged(stderr: str) -> set[str]:
    """The cases whose answers a run said to be on disk; a last line that was cut off does not count."""
    return {found for line in stderr.splitlines() if (found := _acknowledged(line))}


def _acknowledged(line: str) -> str | None:
    if not (line.startswith("{") and line.endswith("}")):
        return None
    event = orjson.loads(line)
    return event["case_id"] if event.get("event") == ACKNOWLEDGED else None


def integrity(file: Path, place: Path) -> str:
    """What SQLite finds in a copy of the file and its log: ``ok``, or what is wrong."""
    place.mkdir(exist_ok=True)
    for part in _parts(file):
        shutil.copy(part, place / part.name)
    db = sqlite3.connect(place / file.name)
    found = "; ".join(row[0] for row in db.execute("PRAGMA integrity_check"))
    db.close()
    shutil.rmtree(place)
    return found


def _parts(file: Path) -> Iterator[Path]:
    yield file
    log = file.with_name(f"{file.name}-wal")
    if log.exists():
        yield log
