"""Two runs of fifty requests at a time under one day's spending cap: what they spend together never passes it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]
from support import answers, tables
from support.contenders import Job, make_job, synterm_command, synterm_env
from support.measure import measure
from support.server import Server
from support.tables import Must

from trials import trial

PROCESSES = 2
CONCURRENCY = 50
CAP_USD = 5.0
USD_PER_MILLION = 1000.0
CALL_USD = (answers.USAGE["prompt_tokens"] + answers.USAGE["completion_tokens"]) * USD_PER_MILLION / 1e6
"""What a call costs, by the usage that the server gives."""
_WAYS = {"the server gives the usage": "", "it gives none": "no_usage"}


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """Where the server says what a call used, and where nobody knows."""
    folder.mkdir()
    found = [_one(server, folder / str(number), fault) for number, fault in enumerate(_WAYS.values())]
    names = (
        "exit codes",
        "requests",
        "what they cost by the server's count, $",
        "spent, in the file, $",
        "reserved at the end, $",
    )
    rows = [[name, *(str(one[name]) for one in found)] for name in names]
    most = max(one["spent, in the file, $"] for one in found)
    charged = found[0]["what they cost by the server's count, $"]
    musts = [
        Must(f"a day's cap of ${CAP_USD:g}: spent by the file, most", most, CAP_USD, unit="$"),
        Must(f"a day's cap of ${CAP_USD:g}: charged by the server", charged, CAP_USD, unit="$"),
        Must("a day's cap: runs that do not say that it was reached", sum(one["silent"] for one in found), 0, unit=""),
    ]
    head = (f"{PROCESSES} × `synterm run --no-cache`, c = {CONCURRENCY} each, cap ${CAP_USD:g}", *_WAYS)
    return f"### A spending cap\n\n{tables.table(head, rows)}", musts


def _one(server: Server, place: Path, fault: str) -> dict[str, Any]:
    task = make_job(place, server.url, 1000, CONCURRENCY)
    file = trial.pristine(task, place)
    price = f"{USD_PER_MILLION:g}/{USD_PER_MILLION:g}"
    if measure(
        synterm_command("edit", "project.db", "model", "stub", "--price", price), place, synterm_env(place)
    ).exit_code:
        raise RuntimeError("the price was not taken")
    (place / "config").mkdir(exist_ok=True)
    (place / "config" / "settings.toml").write_text(f"day_cap_usd = {CAP_USD}\n", encoding="utf-8")
    server.reset(delay_ms=25, fault=fault, share=1.0)
    ends = _run_all(task, place)
    requests = server.settled()["requests"]
    server.reset()
    db = sqlite3.connect(file)
    [(spent, reserved)] = db.execute("SELECT total(spent_usd), total(reserved_usd) FROM spending")
    db.close()
    return {
        "exit codes": " ".join(str(code) for code, _ in ends),
        "requests": requests,
        "what they cost by the server's count, $": round(requests * CALL_USD, 6),
        "spent, in the file, $": round(spent, 6),
        "reserved at the end, $": round(reserved, 6),
        "silent": sum("cap of $5.00 is reached" not in said for _, said in ends),
    }


def _run_all(task: Job, place: Path) -> list[tuple[int, str]]:
    env = {**os.environ, **synterm_env(place)}
    words = synterm_command("run", "project.db", "--concurrency", str(CONCURRENCY), "--no-cache")
    running = [
        subprocess.Popen(words, cwd=place, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(PROCESSES)
    ]
    said = [process.communicate()[0] for process in running]
    return [(process.returncode, told) for process, told in zip(running, said, strict=True)]
