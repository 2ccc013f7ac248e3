"""Scoring stored answers again after the checks were changed: no request, and little time for each."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

import orjson
from support import contenders, options, tables
from support.contenders import Job
from support.measure import Run, measure
from support.server import Server
from support.tables import Must

CHECKS = (
    {"type": "icontains-any", "value": ["schedule", "summarize", "retrieve", "clarify"], "metric": "routed"},
    {"type": "not-regex", "value": r"(?i)\b(sorry|as an ai|cannot)\b"},
    {"type": "starts-with", "value": "s", "weight": 2},
)
"""Three checks of text, none of which the first run had."""
MUST_S = 5.0
"""For 100 000 answers."""


def main() -> None:
    """Make a project with its answers, change its checks, and run it again."""
    args = options.parse(options.parser(__doc__, rounds=5))
    counts = (1000,) if args.quick else (10_000, 100_000)
    rows: list[list[str]] = []
    musts: list[Must] = []
    with Server() as server, tempfile.TemporaryDirectory() as place:
        for count in counts:
            runs = _again(server, Path(place) / str(count), count, 1 if args.quick else args.rounds)
            wall, cpu = statistics.median(one.wall_s for one in runs), statistics.median(one.cpu_s for one in runs)
            peak = max(one.peak_mb for one in runs)
            rows.append([f"{count:,}", f"{wall:.2f}", f"{cpu:.2f}", f"{cpu / count * 1e6:.0f}", f"{peak:.0f}"])
            musts = [Must(f"{count:,} answers scored again", wall, MUST_S, 3.0)]
    head = ("answers", "wall s", "CPU s", "CPU µs an answer", "peak MB")
    text = "\n\n".join([tables.promises(musts), NOTE, tables.table(head, rows)])
    options.finish(args, "rescore", "Scoring again", text)


NOTE = """\
The whole process of `synterm run` after the scenario's checks were replaced by three others (`icontains-any` with a
metric, `not-regex`, `starts-with`): every stored answer is judged anew and recorded as a run, nothing is sent."""


def _again(server: Server, folder: Path, count: int, rounds: int) -> list[Run]:
    task = contenders.make_job(folder, server.url, count, 256)
    shutil.copy(folder / "pristine.db", folder / "answered.db")
    server.reset()
    _command(task, "run", "answered.db", "--concurrency", "256", "--quiet")
    words = [word for check in CHECKS for word in ("--check", orjson.dumps(check).decode())]
    _command(task, "edit", "answered.db", "node", "Routing/Messages/messages", *words)
    sent = server.stats()["requests"]
    runs: list[Run] = []
    for _ in range(rounds):
        shutil.copy(folder / "answered.db", folder / "project.db")
        runs.append(_command(task, "run", "project.db"))
    if server.stats()["requests"] != sent:
        raise RuntimeError("requests were sent to score again")
    _check(task, count)
    server.reset()
    shutil.rmtree(folder)
    return runs


def _check(task: Job, count: int) -> None:
    """What was found is what the answers are: two labels in five begin with an s, and one is not looked for."""
    found = orjson.loads(_command(task, "run", "project.db", "--quiet", "--json", "-").stdout)
    [variant] = found["variants"]
    got = (found["totals"]["passed"], variant["metrics"]["routed"]["pass_rate"])
    if got != (count * 2 // 5, 0.8):
        raise RuntimeError(f"{got} of {count} passed")


def _command(task: Job, *words: str) -> Run:
    run = measure(contenders.synterm_command(*words), task.folder, contenders.synterm_env(task.folder), limit_s=3600)
    if run.exit_code:
        raise RuntimeError(run.stderr[-2000:])
    return run


if __name__ == "__main__":
    main()
