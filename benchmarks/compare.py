"""Two recorded runs of the same cases held against each other."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

import orjson
from rescore import CHECKS
from support import contenders, options, tables
from support.contenders import Job
from support.measure import Run, measure
from support.server import Server
from support.tables import Must

MUST_S = 3.0
"""For 100 000 cases."""


def main() -> None:
    """Make a project with two runs that judge the same answers by other checks, and compare them."""
    args = options.parse(options.parser(__doc__, rounds=5))
    counts = (1000,) if args.quick else (10_000, 100_000)
    rows: list[list[str]] = []
    musts: list[Must] = []
    with Server() as server, tempfile.TemporaryDirectory() as place:
        for count in counts:
            runs = _compared(server, Path(place) / str(count), count, 1 if args.quick else args.rounds)
            wall, cpu = statistics.median(one.wall_s for one in runs), statistics.median(one.cpu_s for one in runs)
            peak = max(one.peak_mb for one in runs)
            rows.append([f"{count:,}", f"{wall:.2f}", f"{cpu:.2f}", f"{cpu / count * 1e6:.0f}", f"{peak:.0f}"])
            musts = [Must(f"two runs of {count:,} cases compared", wall, MUST_S, 2.0)]
    head = ("cases", "wall s", "CPU s", "CPU µs a case", "peak MB")
    text = "\n\n".join([tables.promises(musts), NOTE, tables.table(head, rows)])
    options.finish(args, "compare", "Comparing", text)


NOTE = """\
The whole process of `synterm compare last-1 last` on two recorded runs of the same cases, of which the second judged
the answers by other checks, so that many verdicts and most scores differ: pairing, verdicts and intervals of the whole
and of its behavior, the lists of cases, and the summary."""


def _compared(server: Server, folder: Path, count: int, rounds: int) -> list[Run]:
    task = contenders.make_job(folder, server.url, count, 256)
    shutil.copy(folder / "pristine.db", folder / "project.db")
    server.reset()
    _command(task, "run", "project.db", "--concurrency", "256", "--quiet")
    words = [word for check in CHECKS for word in ("--check", orjson.dumps(check).decode())]
    _command(task, "edit", "project.db", "node", "Routing/Messages/messages", *words)
    _command(task, "run", "project.db", "--quiet")
    runs = [_command(task, "compare", "project.db", "last-1", "last") for _ in range(rounds)]
    _check(task, count)
    server.reset()
    shutil.rmtree(folder)
    return runs


def _check(task: Job, count: int) -> None:
    """All cases are compared, and as many pass before and after as either run said."""
    passed = [run["totals"]["passed"] for run in _json(task, "ls", "project.db", "runs", "--json")["runs"]]
    [found] = _json(task, "compare", "project.db", "last-1", "last", "--json", "-")["comparisons"]
    passes = found["whole"]["passes"]
    if (passes["compared"], passes["fixed"] - passes["broken"]) != (count, passed[1] - passed[0]):
        raise RuntimeError(f"{passes} of {count} cases, of which {passed} passed")


def _json(task: Job, *words: str) -> dict[str, object]:
    return orjson.loads(_command(task, *words).stdout)


def _command(task: Job, *words: str) -> Run:
    run = measure(contenders.synterm_command(*words), task.folder, contenders.synterm_env(task.folder), limit_s=3600)
    if run.exit_code:
        raise RuntimeError(run.stderr[-2000:])
    return run


if __name__ == "__main__":
    main()
