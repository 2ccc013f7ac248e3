"""Making one run of the shards of a run: `synterm merge` on the files that as many machines came back with."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

import orjson
from support import contenders, options, tables
from support.contenders import Job
from support.job import passing
from support.measure import Run, measure
from support.server import Server
from support.tables import Must

SHARDS = 8
MUST_S = 10.0
"""For eight shards of 12 500 results each."""


def main() -> None:
    """Evaluate a project in shards, each in a file of its own, and merge the files."""
    args = options.parse(options.parser(__doc__, rounds=5))
    counts = (1000,) if args.quick else (10_000, 100_000)
    rows: list[list[str]] = []
    musts: list[Must] = []
    with Server() as server, tempfile.TemporaryDirectory() as place:
        for count in counts:
            runs, megabytes = _merged(server, Path(place) / str(count), count, 1 if args.quick else args.rounds)
            wall, cpu = statistics.median(one.wall_s for one in runs), statistics.median(one.cpu_s for one in runs)
            peak = max(one.peak_mb for one in runs)
            rows.append([f"{count:,}", f"{megabytes:.0f}", f"{wall:.2f}", f"{cpu:.2f}", f"{peak:.0f}"])
            musts = [Must(f"{SHARDS} shards of {count // SHARDS:,} results", wall, MUST_S, 5.0)]
    head = ("results", "MB of files", "wall s", "CPU s", "peak MB")
    text = "\n\n".join([tables.promises(musts), NOTE, tables.table(head, rows)])
    options.finish(args, "merge", "Merging shards", text)


NOTE = f"""\
The whole process of `synterm merge -o all.db` on {SHARDS} files, each of which holds all cases, and of one share of
them the answers and the run: the files are checked and laid side by side, and one file with one run is written and
counted anew. Afterwards `synterm run` finds every answer in it."""


def _merged(server: Server, folder: Path, count: int, rounds: int) -> tuple[list[Run], float]:
    task = contenders.make_job(folder, server.url, count, 256)
    server.reset()
    names = [f"shard-{number}.db" for number in range(1, SHARDS + 1)]
    for number, name in enumerate(names, 1):
        shutil.copy(folder / "pristine.db", folder / name)
        _command(task, "run", name, "--shard", f"{number}/{SHARDS}", "--concurrency", "256", "--quiet")
    megabytes = sum((folder / name).stat().st_size for name in names) / 1e6
    runs: list[Run] = []
    for _ in range(rounds):
        (folder / "all.db").unlink(missing_ok=True)
        runs.append(_command(task, "merge", "-o", "all.db", *names))
    _check(server, task, count)
    server.reset()
    shutil.rmtree(folder)
    return runs, megabytes


def _check(server: Server, task: Job, count: int) -> None:
    """The run is whole, and the file has every answer."""
    runs = orjson.loads(_command(task, "ls", "all.db", "runs", "--json").stdout)["runs"]
    found = [(run["totals"]["evaluations"], run["totals"]["passed"]) for run in runs]
    if found != [(count, passing(count))]:
        raise RuntimeError(f"{found} of {count}")
    sent = server.stats()["requests"]
    _command(task, "run", "all.db", "--quiet")
    if server.stats()["requests"] != sent:
        raise RuntimeError("requests were sent after the merge")


def _command(task: Job, *words: str) -> Run:
    run = measure(contenders.synterm_command(*words), task.folder, contenders.synterm_env(task.folder), limit_s=3600)
    if run.exit_code:
        raise RuntimeError(run.stderr[-2000:])
    return run


if __name__ == "__main__":
    main()
