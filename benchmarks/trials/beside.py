"""The workbench and `synterm run` on one file at the same time: both end well, and the file has what both were told."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]
from support import job, tables
from support.contenders import make_job, synterm_command, synterm_env
from support.server import Server
from support.tables import Must
from terminal import Terminal

from trials import trial

EDITS = 8
"""Letters that are typed into the prompt while the run goes on: each makes all cases due again."""


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """Type in the workbench for as long as the run takes."""
    task = make_job(folder, server.url, 100 if quick else 400, 16)
    file = trial.pristine(task, folder)
    (folder / "state").mkdir(exist_ok=True)
    (folder / "state" / "workbench.json").write_text('{"tour_seen": true}', encoding="utf-8")
    env = synterm_env(folder)
    server.reset(delay_ms=50)
    terminal = Terminal(synterm_command(str(file)), env=env)
    terminal.wait_for("Results")
    drawn = terminal.skip(3.0)
    said = folder / "said.txt"
    with said.open("wb") as errors:
        running = subprocess.Popen(
            trial.run_words(task), cwd=folder, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=errors
        )
        terminal.send("3")  # to the prompt; in it already, it is one letter more
        edits = 0
        while running.poll() is None or edits < EDITS:
            if edits < EDITS:
                terminal.send("x")
                edits += 1
            drawn += terminal.skip(0.4)
    drawn += terminal.skip(3.0)
    terminal.send("\x11")
    left = terminal.ended(20)
    drawn += left[1]
    told = trial.acknowledged(said.read_text(encoding="utf-8"))
    stats = server.settled()
    db = sqlite3.connect(file)
    [(rows, keys)] = db.execute("SELECT count(*), count(DISTINCT key) FROM responses")
    db.close()
    if keys <= task.count:
        raise RuntimeError("the workbench asked for nothing")
    server.reset()
    again = trial.finish(task, folder)
    asked = server.stats()["requests"]
    passed = again.report["totals"]["passed"] if again.report else 0
    rows_of_table = [
        ["exit codes: run, workbench", f"{running.returncode} {left[0]}"],
        ["letters typed meanwhile", str(edits)],
        ["requests of both", str(stats["requests"])],
        ["of them over 0.25 s after the answer to the same one", str(stats["repeated_late"])],
        ["answers in the file; different ones", f"{rows}; {keys}"],
        ["the run's acknowledged answers", str(len(told))],
        ["asked for again by a run afterwards", str(asked)],
    ]
    locked = (b"locked" in drawn) + ("locked" in said.read_text(encoding="utf-8"))
    whole = stats["statuses"].get("200", 0)
    musts = [
        Must("workbench and run: acknowledged answers lost", len(told - again.cached), 0, unit=""),
        Must("workbench and run: verdicts missing afterwards", job.passing(task.count) - passed, 0, unit=""),
        Must("workbench and run: one of them failed", (running.returncode != 0) + (left[0] != 0), 0, unit=""),
        Must("workbench and run: a lock was told of", locked, 0, unit=""),
        Must("workbench and run: more answers in the file than came", max(rows - whole, 0), 0, unit=""),
        Must("workbench and run: file damaged", trial.integrity(file, folder / "copy") != "ok", 0, unit=""),
    ]
    head = (f"N = {task.count}, `synterm run` beside the workbench in a terminal", "")
    return f"### The workbench and a run on one file\n\n{tables.table(head, rows_of_table)}", musts
