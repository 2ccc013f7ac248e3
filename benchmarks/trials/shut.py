"""A file that can only be read, and one that another program locks: a clear error, and nothing lost or changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path

from support import job, tables
from support.contenders import Job, make_job, synterm_command, synterm_env
from support.measure import measure
from support.server import Server
from support.tables import Must

from trials import trial

_LOCK = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""
_PATIENCE_S = 10
"""How long a lock is waited for."""


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """Both."""
    folder.mkdir()
    read_only, musts = _read_only(server, folder / "read-only")
    locked, more = _locked(server, folder / "locked")
    return f"### A file that can't be written\n\n{read_only}\n\n{locked}", [*musts, *more]


def _read_only(server: Server, place: Path) -> tuple[str, list[Must]]:
    task = make_job(place, server.url, 100, 8)
    shut = place / "shut"
    with _read_only_folder(task, shut) as kind:
        before = hashlib.sha256((shut / "project.db").read_bytes()).hexdigest()
        server.reset(delay_ms=10)
        env = {**synterm_env(place), "SYNTERM_STATE_DIR": str(place / "state")}
        run = measure(synterm_command("run", str(shut / "project.db")), place, env)
        sent = server.stats()["requests"]
        looked = measure(synterm_command("ls", str(shut / "project.db"), "cases"), place, env)
        same = before == hashlib.sha256((shut / "project.db").read_bytes()).hexdigest()
        beside = sorted(file.name for file in shut.iterdir())
    rows = [
        ["`synterm run`", str(run.exit_code), trial.said(run.stderr).replace(str(place), "…")],
        ["`synterm ls`", str(looked.exit_code), f"{len(looked.stdout.splitlines())} lines"],
    ]
    silent = run.exit_code == 0 or "Traceback" in run.stderr or "read-only" not in run.stderr
    musts = [
        Must("read-only: runs without a clear error", silent, 0, unit=""),
        Must("read-only: requests sent all the same", sent, 0, unit=""),
        Must(
            "read-only: what only looks fails",
            looked.exit_code != 0 or len(looked.stdout.splitlines()) < 100,
            0,
            unit="",
        ),
        Must("read-only: bytes or files changed", not same or beside != ["project.db"], 0, unit=""),
    ]
    return tables.table((f"read-only ({kind})", "exit code", "said"), rows), musts


def _locked(server: Server, place: Path) -> tuple[str, list[Must]]:
    """Locked amid a run by a program that does not let go."""
    task = make_job(place, server.url, 400, 16)
    file = trial.pristine(task, place)
    server.reset(delay_ms=25)
    arrived = server.when(100)
    with contextlib.ExitStack() as ends:
        locked_at = threading.Event()

        def lock() -> None:
            arrived.wait(60)
            ends.enter_context(_locking(file))
            locked_at.set()

        thread = threading.Thread(target=lock)
        thread.start()
        first = trial.finish(task, place, limit_s=120)
        ended = time.monotonic()
        thread.join()
        assert locked_at.is_set()
    wall_s = ended - first.run.began
    told = trial.acknowledged(first.run.stderr)
    server.reset(delay_ms=25)
    again = trial.finish(task, place)
    asked = server.stats()["requests"]
    passed = again.report["totals"]["passed"] if again.report else 0
    said = trial.said(first.run.stderr).replace(str(place), "…")
    rows = [
        ["exit code", str(first.run.exit_code)],
        ["time, s", f"{wall_s:.1f}"],
        ["acknowledged", str(len(told))],
        ["found by the next run", str(len(again.cached))],
        ["requests of the next run", str(asked)],
        ["said", said],
    ]
    clear = first.run.exit_code != 0 and "Traceback" not in first.run.stderr and "locked" in first.run.stderr
    musts = [
        Must("locked: runs without a clear error", not clear, 0, unit=""),
        Must("locked: time until it is told", wall_s, 6 * _PATIENCE_S),
        Must("locked: acknowledged answers lost", len(told - again.cached), 0, unit=""),
        Must("locked: asked for again though received", asked - (task.count - len(again.cached)), 0, unit=""),
        Must("locked: missing after a second run", job.passing(task.count) - passed, 0, unit=""),
    ]
    return tables.table((f"N = {task.count}, locked by another program after 100 requests", ""), rows), musts


@contextlib.contextmanager
def _locking(file: Path) -> Generator[None]:
    words = [sys.executable, "-c", _LOCK, str(file)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"locked\n"
        yield
        process.communicate()


@contextlib.contextmanager
def _read_only_folder(task: Job, folder: Path) -> Generator[str]:
    """A folder with the project file in which nobody may write, and how that is done."""
    folder.mkdir()
    mounted = not subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=False, capture_output=True).returncode
    trial.pristine(task, folder)
    if mounted:
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        try:
            yield "a mount"
        finally:
            subprocess.run(["umount", folder], check=True)
        return
    if os.geteuid() == 0:
        raise RuntimeError("whoever is root and may not mount can write anywhere")
    (folder / "project.db").chmod(0o400)
    folder.chmod(0o500)
    try:
        yield "permissions"
    finally:
        folder.chmod(0o700)
