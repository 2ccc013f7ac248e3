"""Four processes that each write a thousand answers into one file: all are there, and nobody trips over a lock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]
from support import tables
from support.contenders import make_job, synterm_env
from support.server import Server
from support.tables import Must

from trials import trial

PROCESSES = 4
_WRITING = Path(__file__).parents[1] / "support" / "writing.py"


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """All write at once, each answer in a transaction of its own."""
    count = 100 if quick else 1000
    task = make_job(folder, server.url, 1, 1)
    file = trial.pristine(task, folder)
    env = {**os.environ, **synterm_env(folder)}
    words = [sys.executable, str(_WRITING), str(file), str(count)]
    running = [
        subprocess.Popen([*words, f"process {number}"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for number in range(PROCESSES)
    ]
    ends = [(process.communicate(), process.returncode) for process in running]
    told = [orjson.loads(out) for (out, _), code in ends if code == 0]
    db = sqlite3.connect(file)
    [(rows, keys)] = db.execute("SELECT count(*), count(DISTINCT key) FROM responses")
    db.close()
    longest = max((one["longest_s"] for one in told), default=0.0)
    rows_of_table = [
        ["answers in the file", str(rows)],
        ["of them different", str(keys)],
        ["longest write, s", f"{longest:.2f}"],
        ["the slowest process, s", f"{max((one['wall_s'] for one in told), default=0.0):.1f}"],
    ]
    locked = sum(b"locked" in errors for (_, errors), _ in ends)
    musts = [
        Must("four writers: answers missing", PROCESSES * count - keys, 0, unit=""),
        Must("four writers: answers that are there twice", rows - keys, 0, unit=""),
        Must("four writers: processes that failed", sum(code != 0 for _, code in ends), 0, unit=""),
        Must('four writers: "database is locked"', locked, 0, unit=""),
        Must("four writers: file damaged", trial.integrity(file, folder / "copy") != "ok", 0, unit=""),
    ]
    head = (f"{PROCESSES} processes × {count} writes", "")
    return f"### Four processes that write\n\n{tables.table(head, rows_of_table)}", musts
