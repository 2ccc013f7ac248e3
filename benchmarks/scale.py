"""What workers of an engine bring and cost, beside a run in one process: throughput, start, kills; and what files take.

Every table stands between marks of its own in docs/scale.md (`--write`). Engines that are not installed are left out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
import yaml
from support import contenders, job, options, tables
from support.contenders import Job
from support.driver import Watched, connected_to, watch
from support.measure import Run, measure
from support.server import Server

ENGINES = {"dask": "distributed", "ray": "ray"}
DELAY_MS = 50
ROWS = 60
SHARDS = 4
SCHEMA = {
    "type": "object",
    "required": ["label", "rows"],
    "properties": {
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "label", "score", "tags"],
                "properties": {
                    "id": {"type": "integer", "minimum": 0},
                    "label": {"type": "string", "minLength": 1},
                    "score": {"type": "number", "maximum": 1},
                    "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
                },
            },
        }
    },
}
SCRIPTED: dict[str, Any] = {
    "name": "rules",
    "model": "scripted/rules",
    "params": {"rules": [{"match": f"mean {label}", "in": "user", "answer": label} for label in job.LABELS]},
}
EMBEDDED: dict[str, Any] = {"name": "small", "model": "embedded/default", "params": {"max_tokens": 8}}


@dataclass(frozen=True)
class Setup:
    """Who asks: this process, or so many workers of an engine."""

    engine: str
    workers: int = 0

    @property
    def name(self) -> str:
        """As the tables have it."""
        return f"{self.engine}, {self.workers} workers".replace(" 1 workers", " 1 worker") if self.workers else "local"

    @property
    def words(self) -> list[str]:
        """What the command line says."""
        return ["--executor", self.engine, "--workers", str(self.workers)] if self.workers else []


@dataclass(frozen=True)
class Measured:
    """One setup: medians."""

    per_s: float
    """Evaluations a second, from the first request on."""
    own_ms: float
    """CPU of the process that makes the run, milliseconds an evaluation, its start included."""
    all_ms: float
    """The same of all processes of the machine."""
    first_s: float
    """From the start of the command to its first request, or its first result."""
    wall_s: float


def main() -> None:
    """Measure, print, and write the tables."""
    parser = options.parser(__doc__, rounds=3)
    parser.add_argument("--only", choices=(*PARTS, "all"), default="all", help="one part instead of all")
    parser.add_argument("--workers", default="1,2,4", help="numbers of workers (default %(default)s)")
    args = options.parse(parser, alone=True)
    print(tables.machine(), flush=True)
    with Server() as server, tempfile.TemporaryDirectory() as place:
        for name in PARTS if args.only == "all" else (args.only,):
            text = PARTS[name](args, server, Path(place) / name)
            print(f"\n### {name}\n\n{text}", flush=True)
            if args.write:
                tables.write_table(f"scale-{name}", f"{text}\n\n{tables.machine()}", tables.SCALE)


def setups(args: argparse.Namespace) -> list[Setup]:
    """This process, then each engine that is installed."""
    found = [Setup("local")]
    for engine, module in ENGINES.items():
        if find_spec(module) is None:
            print(f"{engine} is left out: {module} is not installed", file=sys.stderr)
            continue
        found += [Setup(engine, int(count)) for count in ("1" if args.quick else args.workers).split(",")]
    return found


# What is done.


def http(args: argparse.Namespace, server: Server, folder: Path) -> str:
    """An endpoint that answers after 50 ms, asked directly."""
    task = prepared(folder, server.url, 300 if args.quick else 10_000, 256)
    return throughput(args, server, task, job.passing(task.count), delay_ms=DELAY_MS)


def litellm(args: argparse.Namespace, server: Server, folder: Path) -> str:
    """The same through LiteLLM, which each worker has one of."""
    task = prepared(folder, server.url, 100 if args.quick else 2000, 64)
    contenders.force_litellm(task.folder)
    return throughput(args, server, task, job.passing(task.count), delay_ms=DELAY_MS)


def checks(args: argparse.Namespace, server: Server, folder: Path) -> str:
    """Answers of JSON with many rows, each of them held to a schema."""
    task = prepared(folder, server.url, 100 if args.quick else 2000, 64, check={"type": "is-json", "value": SCHEMA})
    return throughput(args, server, task, task.count, delay_ms=DELAY_MS, rows=ROWS)


def embedded(args: argparse.Namespace, server: Server, folder: Path) -> str:
    """The embedded model: a process for each worker."""
    if find_spec("xllamacpp") is None:
        return "Left out: the embedded model's runtime is not installed."
    task = prepared(
        folder,
        server.url,
        20 if args.quick else 200,
        2,
        model=EMBEDDED,
        check={"type": "label", "labels": list(job.LABELS)},
    )
    return throughput(args, None, task, None)


def throughput(args: argparse.Namespace, server: Server | None, task: Job, passing: int | None, **stub: Any) -> str:
    """All setups in turn, round by round; `passing`: how many cases have to pass, None: any number."""
    found: dict[Setup, list[Measured]] = {setup: [] for setup in setups(args)}
    for _ in range(1 if args.quick else args.rounds):
        for setup, runs in found.items():
            runs.append(once(server, task, setup, passing, stub))
            print(f"  {task.folder.name}: {setup.name} {runs[-1]}", file=sys.stderr, flush=True)
    base = _median(found[Setup("local")])
    head = ("", "evaluations/s", "× local", "own CPU ms each", "CPU ms each, whole machine", "first after s", "wall s")
    rows = [_row(setup.name, _median(runs), base) for setup, runs in found.items()]
    where = f"{task.concurrency} calls at a time" if server else "two calls at a time for each process"
    return f"{task.count:,} evaluations, {where}.\n\n{tables.table(head, rows)}"


def once(server: Server | None, task: Job, setup: Setup, passing: int | None, stub: dict[str, Any]) -> Measured:
    """One run, from an empty file; its result is held against what has to come out."""
    file = fresh(task)
    if server:
        server.reset(**stub)
    concurrency = ["--concurrency", str(task.concurrency)] if server else []
    run = watch(task.folder, ["run", file.name, *concurrency, "--quiet", *setup.words], tell=server is None)
    stats = server.stats() if server else {}
    if server:
        server.reset()
    _verify(task, file, run, passing)
    first = stats["first_arrival"] if server else run.judged[0]
    return Measured(
        task.count / (run.began + run.wall_s - first) if server else (len(run.judged) - 1) / (run.judged[-1] - first),
        run.own_cpu_s / task.count * 1000,
        run.busy_s / task.count * 1000,
        first - run.began,
        run.wall_s,
    )


def killed(args: argparse.Namespace, server: Server, folder: Path) -> str:
    """A worker ended by ``kill -9`` in the middle, and the result held against that of a run in one process."""
    task = prepared(folder, server.url, 300 if args.quick else 4000, 128)
    texts: list[str] = []
    for setup in (Setup(engine, 2) for engine in ENGINES if find_spec(ENGINES[engine])):
        file = fresh(task)
        server.reset(delay_ms=DELAY_MS)
        victims: list[int] = []
        kill = partial(_kill_one, server, task.count // 3, victims)
        words = ["run", file.name, "--concurrency", str(task.concurrency), "--progress", "json", *setup.words]
        run = watch(task.folder, words, kill)
        sent = server.settled()["requests"]
        server.reset()
        _verify(task, file, run, job.passing(task.count))
        log = [line for line in run.said if line.startswith("!")]
        texts.append(
            f"{setup.name}, one killed after {task.count // 3:,} of {task.count:,} requests: {run.wall_s:.1f} s, "
            f"{len(victims)} killed, {sent - task.count:,} requests made again, every case once, "
            f"{job.passing(task.count):,} passed, as in one process.\n\n```text\n" + "\n".join(log) + "\n```"
        )
    return "\n\n".join(texts) or "Left out: no engine is installed."


def _kill_one(server: Server, after: int, victims: list[int]) -> None:
    if not server.when(after).wait(120):
        return
    there = sorted(set(connected_to(server.port)) - {os.getpid()})
    for pid in there[:1]:
        os.kill(pid, signal.SIGKILL)
        victims.append(pid)


def files(args: argparse.Namespace, server: Server, folder: Path) -> str:
    """Bytes an evaluation, and how fast shards are merged: by a scripted model, so that nothing else is measured."""
    count = 2000 if args.quick else 100_000
    task = prepared(folder, server.url, count, 64, model=SCRIPTED)
    pristine = (task.folder / "pristine.db").stat().st_size
    file = fresh(task)
    first = _command(task, "run", file.name, "--quiet")
    after = file.stat().st_size
    second = _command(task, "run", file.name, "--quiet")
    again = file.stat().st_size
    shards = [f"shard-{number}.db" for number in range(1, SHARDS + 1)]
    for number, name in enumerate(shards, 1):
        shutil.copy(task.folder / "pristine.db", task.folder / name)
        _command(task, "run", name, "--shard", f"{number}/{SHARDS}", "--quiet")
    merged = _command(task, "merge", "-o", "all.db", *shards)
    size = (task.folder / "all.db").stat().st_size
    once_more = _command(task, "merge", "-o", "more.db", "all.db", *shards)
    more = (task.folder / "more.db").stat().st_size
    rows = [
        ("the cases alone", _each(pristine, count), _mb(pristine), ""),
        ("… evaluated once", f"{_each(after - pristine, count)} more", _mb(after), f"{first.wall_s:.1f}"),
        ("… once more, from the file", f"{_each(again - after, count)} more", _mb(again), f"{second.wall_s:.1f}"),
        (f"{SHARDS} shards merged", f"{count / merged.wall_s:,.0f} a second", _mb(size), f"{merged.wall_s:.1f}"),
        ("merged again with them", _added(once_more), _mb(more), f"{once_more.wall_s:.1f}"),
    ]
    text = tables.table(("", "", "file", "wall s"), rows)
    return f"{count:,} cases, a scripted model whose answers are one word and have no raw response.\n\n{text}"


def _each(size: float, count: int) -> str:
    return f"{size / count:,.0f} bytes each"


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"


def _added(run: Run) -> str:
    lines = [line for line in (run.stdout + run.stderr).splitlines() if line.startswith("shard-")]
    return "adds nothing" if lines and all("adds nothing" in line for line in lines) else "; ".join(lines)


# With what.


def prepared(
    folder: Path,
    url: str,
    count: int,
    concurrency: int,
    *,
    model: dict[str, Any] | None = None,
    check: dict[str, Any] | None = None,
) -> Job:
    """A project of `count` cases in a folder of its own, with another model or check where one is given."""
    folder.mkdir()
    job.write_cases(folder, count)
    text = yaml.safe_load(job.write_project(folder, url).read_text(encoding="utf-8"))
    if model:
        text["models"] = [model]
    if check:
        text["tree"][0]["behaviors"][0]["scenarios"][0]["checks"] = [check]
    (folder / "project.yaml").write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")
    task = Job(folder, url, count, concurrency)
    _command(task, "new", "pristine.db", "--from", "project.yaml")
    asks = _command(task, "trust", "pristine.db", "--show", "--json")
    os.environ["SYNTERM_TRUST_MANIFEST"] = orjson.loads(asks.stdout)["digest"]
    return task


def fresh(task: Job) -> Path:
    """The project file with nothing in it but the cases."""
    file = task.folder / "project.db"
    for old in task.folder.glob("project.db*"):
        old.unlink()
    shutil.copy(task.folder / "pristine.db", file)
    return file


def _verify(task: Job, file: Path, run: Watched, passing: int | None) -> None:
    """Every case once, and with the right verdict."""
    if run.exit_code not in (0, 1):
        raise RuntimeError(f"exit code {run.exit_code}: " + "\n".join(run.said[-20:]))
    [kept] = orjson.loads(_command(task, "ls", file.name, "runs", "--json").stdout)["runs"]
    totals = kept["totals"]
    if totals["evaluations"] != task.count or (passing is not None and totals["passed"] != passing):
        raise RuntimeError(f"{totals} for {task.count} cases of which {passing} pass")


def _command(task: Job, *words: str) -> Run:
    run = measure(contenders.synterm_command(*words), task.folder, contenders.synterm_env(task.folder), limit_s=3600)
    if run.exit_code not in (0, 1):
        raise RuntimeError(f"{words}: {run.stdout[-2000:]} {run.stderr[-2000:]}")
    return run


def _median(runs: Sequence[Measured]) -> Measured:
    names = ("per_s", "own_ms", "all_ms", "first_s", "wall_s")
    return Measured(*(statistics.median(getattr(run, name) for run in runs) for name in names))


def _row(name: str, found: Measured, base: Measured) -> list[str]:
    per_s = f"{found.per_s:,.0f}" if found.per_s >= 20 else f"{found.per_s:.1f}"
    costs = [f"{found.own_ms:.2f}", f"{found.all_ms:.2f}"]
    return [name, per_s, f"{found.per_s / base.per_s:.2f}", *costs, f"{found.first_s:.1f}", f"{found.wall_s:.1f}"]


Part = Callable[[argparse.Namespace, Server, Path], str]
PARTS: dict[str, Part] = {
    "http": http,
    "litellm": litellm,
    "checks": checks,
    "embedded": embedded,
    "killed": killed,
    "files": files,
}


if __name__ == "__main__":
    main()
