"""Where the CPU of a run goes: the parts of one case, by whose code it is. The profiler slows small functions most."""

from __future__ import annotations

import os
import pstats
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from support import contenders, options
from support.server import Server

PARTS = (
    ("start-up: imports", ("<frozen importlib", "marshal.loads", "builtins.exec", "__build_class__", "/re/")),
    ("HTTP: aiohttp and what it uses", ("aiohttp", "yarl", "multidict", "/http/", "_socket", "frozenlist", "attr/")),
    ("event loop", ("asyncio", "epoll", "_contextvars", "selectors")),
    ("synterm: asking (providers)", ("synterm/providers",)),
    ("synterm: scheduling and counting (evaluate)", ("synterm/evaluate",)),
    ("synterm: judging (checks)", ("synterm/checks",)),
    ("synterm: the file (storage)", ("synterm/storage",)),
    ("SQLite", ("pysqlite3", "sqlite_utils")),
    ("synterm: rendering and names (core), with Jinja", ("synterm/core", "jinja2", "_hashlib", "orjson")),
    ("command line and report", ("synterm/cli", "synterm/reports", "synterm/text", "rich/")),
    ("dataclasses and pydantic", ("dataclasses.py", "pydantic")),
)


def main() -> None:
    """Profile the main thread of one run, and sum its own time by part."""
    parser = options.parser(__doc__)
    args = options.parse(parser)
    count = 1000 if args.quick else 10_000
    with Server() as server, tempfile.TemporaryDirectory() as place:
        task = contenders.make_job(Path(place) / "job", server.url, count, 256)
        server.reset(delay_ms=0)
        stats = _profiled(task)
    options.finish(args, "profiling", f"Where the CPU goes (N = {count}, c = 256, 0 ms)", _table(stats, count))


def _profiled(task: contenders.Job) -> pstats.Stats:
    file = task.folder / "stats"
    words = ["run", "pristine.db", "--concurrency", str(task.concurrency), "--quiet"]
    code = f"import cProfile; from synterm.cli.main import main; cProfile.run({f'main({words!r})'!r}, {str(file)!r})"
    env = os.environ | contenders.synterm_env(task.folder)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=task.folder, env=env)
    return pstats.Stats(str(file))


def _table(stats: pstats.Stats, count: int) -> str:
    times: dict[str, float] = defaultdict(float)
    for (file, _, name), (_, _, own, _, _) in stats.stats.items():
        place = f"{file}:{name}"
        part = next((title for title, marks in PARTS if any(mark in place for mark in marks)), "other")
        times[part] += own
    whole = sum(times.values())
    lines = ["| part of the main thread | µs a case, profiled | share |", "| --- | --- | --- |"]
    for part, spent in sorted(times.items(), key=lambda item: -item[1]):
        lines.append(f"| {part} | {spent / count * 1e6:.0f} | {spent / whole:.0%} |")
    return "\n".join([*lines, "", "The writer's thread, which packs and inserts rows, is not in it."])


if __name__ == "__main__":
    main()
