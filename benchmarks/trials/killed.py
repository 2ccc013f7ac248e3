"""kill -9 at random moments, and the same command again: what was acknowledged is there, and is not asked for again."""

from __future__ import annotations

import math
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from support import job, tables
from support.contenders import Job, make_job, synterm_env
from support.server import Server
from support.tables import Must

from trials import trial

DELAY_MS = 25
CONCURRENCY = 50


@dataclass(frozen=True)
class Death:
    """One trial: what was known when the process was killed, and what came of it."""

    received: int
    """Requests that the server had got when all of the killed run was gone."""
    in_flight: int
    """How many of them were under way at the kill."""
    unread: int
    """How many of them nobody was there any more to be answered."""
    acknowledged: int
    kept: int
    """Answers that the second run found in the file."""
    lost: int
    """Acknowledged, but asked for again."""
    requests: int
    """Of both runs."""
    integrity: str
    exit_code: int
    """Of the second run."""
    passed: int
    left_s: float
    """How long processes of the killed run lived on."""


def hold(server: Server, folder: Path, trials: int, quick: bool) -> tuple[str, list[Must]]:
    """Kill and resume `trials` times."""
    task = make_job(folder, server.url, 200 if quick else 300, CONCURRENCY)
    chance = random.Random(11)
    deaths = []
    for number in range(trials):
        deaths.append(_one(server, task, folder / str(number), chance))
        print(f"  killed {number + 1}: {deaths[-1]}", file=sys.stderr)
        shutil.rmtree(folder / str(number))
    return _text(task, deaths), _musts(task, deaths)


def _one(server: Server, task: Job, folder: Path, chance: random.Random) -> Death:
    file = trial.pristine(task, folder)
    server.reset(delay_ms=DELAY_MS)
    in_flight, left_s = _kill(server, task, folder, chance)
    before = server.settled()
    told = trial.acknowledged((folder / "killed.txt").read_text(encoding="utf-8", errors="replace"))
    integrity = trial.integrity(file, folder / "copy")
    again = trial.finish(task, folder)
    totals = again.report["totals"] if again.report else {"passed": 0}
    return Death(
        received=before["requests"],
        in_flight=in_flight,
        unread=before["abandoned"],
        acknowledged=len(told),
        kept=len(again.cached),
        lost=len(told - again.cached),
        requests=server.stats()["requests"],
        integrity=integrity,
        exit_code=again.run.exit_code,
        passed=totals["passed"],
        left_s=left_s,
    )


def _kill(server: Server, task: Job, folder: Path, chance: random.Random) -> tuple[int, float]:
    """Kill a run amid its requests: how many were under way, and the seconds until its last process was gone."""
    arrived = server.when(chance.randint(1, task.count))
    with (folder / "killed.txt").open("wb") as errors:
        words, env = trial.run_words(task), {**os.environ, **synterm_env(folder)}
        process = subprocess.Popen(
            words, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
        if not arrived.wait(60):
            raise RuntimeError("no request arrived")
        time.sleep(chance.uniform(0, DELAY_MS / 1000))
        in_flight = server.stats()["in_flight"]
        process.kill()
        process.wait()
    killed = time.monotonic()
    while _group_lives(process.pid):
        if time.monotonic() > killed + 20:
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.01)
    return in_flight, time.monotonic() - killed


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _musts(task: Job, deaths: list[Death]) -> list[Must]:
    if trial.tells_events() and not any(death.acknowledged for death in deaths):
        raise RuntimeError(f"no run told an event {trial.ACKNOWLEDGED!r} with its case_id: nothing was tested")
    count, lost = task.count, sum(death.lost for death in deaths)
    spare = max(death.requests - count - (death.received - max(death.acknowledged, death.kept)) for death in deaths)
    return [
        Must("kill -9: acknowledged answers lost", lost if trial.tells_events() else math.nan, 0, unit=""),
        Must("kill -9: files found damaged", sum(death.integrity != "ok" for death in deaths), 0, unit=""),
        Must("kill -9: requests beyond those under way or not acknowledged at the kill, worst", spare, 0, unit=""),
        Must("kill -9: second runs not complete", sum(not _whole(death, count) for death in deaths), 0, unit=""),
    ]


def _whole(death: Death, count: int) -> bool:
    return death.exit_code == 0 and death.passed == job.passing(count)


def _text(task: Job, deaths: list[Death]) -> str:
    told = "as `--progress json` told it" if trial.tells_events() else "unknown: this synterm does not tell its events"
    rows = [
        [name, str(sum(values)), f"{sum(values) / len(deaths):.1f}", str(max(values))]
        for name, values in (
            ("requests at the kill", [death.received for death in deaths]),
            ("of them under way", [death.in_flight for death in deaths]),
            (f"acknowledged ({told})", [death.acknowledged for death in deaths]),
            ("found in the file", [death.kept for death in deaths]),
            ("answered, but not in the file", [death.received - death.unread - death.kept for death in deaths]),
            ("acknowledged and lost", [death.lost for death in deaths]),
            ("asked for twice", [death.requests - task.count for death in deaths]),
        )
    ]
    head = (f"{len(deaths)} × kill -9, N = {task.count}, c = {CONCURRENCY}", "all", "a trial", "most")
    slowest = max(death.left_s for death in deaths)
    gone = f"The last process of a killed run was gone after {slowest:.1f} s at most."
    return f"### kill -9\n\n{tables.table(head, rows)}\n\n{gone}"
