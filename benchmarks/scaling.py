"""Whether time, memory and the file grow with the number of cases, and no faster: answers come at once."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from support import contenders, options, tables
from support.contenders import Job
from support.measure import Run, measure
from support.server import Server
from support.tables import Must

CONCURRENCY = 256
FLAT = 1.25
"""How much more one further case may cost among the most than among the fewer."""


@dataclass(frozen=True)
class Point:
    """What one number of cases took."""

    count: int
    fresh: Run
    cached: Run
    empty_bytes: int
    """The project file before its first run."""
    full_bytes: int
    """After it."""


def main() -> None:
    """Measure each size, print the slopes, and write the section."""
    args = options.parse(options.parser(__doc__))
    sizes = (50, 100, 200, 400) if args.quick else (100, 1000, 10_000, 100_000)
    with Server() as server, tempfile.TemporaryDirectory() as place:
        points = [point(server, Path(place) / str(count), count) for count in sizes]
    rows = [_row(one) for one in points]
    head = "N|wall s|CPU ms a case|peak MB|kB of the file a case|cached: wall s|cached: CPU ms a case|cached: peak MB"
    slopes = [_slope(few, many) for few, many in itertools.pairwise(points)]
    text = "\n\n".join(
        [tables.promises(_musts(points)), NOTE, tables.table(head.split("|"), rows), SLOPES, _slopes(slopes)]
    )
    options.finish(args, "scaling", "Growth", text)


NOTE = f"""\
One model, {CONCURRENCY} requests at a time, answers at once; whole processes, and the same command again with every
answer cached."""
SLOPES = "What one further case costs between two sizes:"


def point(server: Server, folder: Path, count: int) -> Point:
    """One size: fresh, then cached."""
    task = contenders.make_job(folder, server.url, count, CONCURRENCY)
    file = folder / "project.db"
    shutil.copy(folder / "pristine.db", file)
    empty = file.stat().st_size
    server.reset()
    fresh = _run(task)
    full = file.stat().st_size
    cached = _run(task)
    requests = server.stats()["requests"]
    server.reset()
    if requests != count:
        raise RuntimeError(f"{requests} requests for {count} cases")
    shutil.rmtree(folder)
    return Point(count, fresh, cached, empty, full)


def _run(task: Job) -> Run:
    command = contenders.synterm_command("run", "project.db", "--concurrency", str(task.concurrency))
    run = measure(command, task.folder, contenders.synterm_env(task.folder), limit_s=3600)
    if run.exit_code:
        raise RuntimeError(run.stderr[-2000:])
    return run


def _row(found: Point) -> list[str]:
    def ms(run: Run) -> str:
        return f"{run.cpu_s / found.count * 1000:.2f}"

    size = f"{found.full_bytes / found.count / 1000:.2f}"
    fresh = [f"{found.fresh.wall_s:.2f}", ms(found.fresh), f"{found.fresh.peak_mb:.0f}", size]
    return [str(found.count), *fresh, f"{found.cached.wall_s:.2f}", ms(found.cached), f"{found.cached.peak_mb:.0f}"]


@dataclass(frozen=True)
class Slope:
    """What one further case costs between two sizes."""

    name: str
    cpu_ms: float
    memory_kb: float
    file_kb: float
    cached_cpu_ms: float


def _slope(few: Point, many: Point) -> Slope:
    more = many.count - few.count
    return Slope(
        f"{few.count} → {many.count}",
        (many.fresh.cpu_s - few.fresh.cpu_s) / more * 1000,
        (many.fresh.peak_mb - few.fresh.peak_mb) / more * 1024,
        (many.full_bytes - few.full_bytes - many.empty_bytes + few.empty_bytes) / more / 1000,
        (many.cached.cpu_s - few.cached.cpu_s) / more * 1000,
    )


def _slopes(slopes: list[Slope]) -> str:
    head = ("", "CPU ms", "memory kB", "kB of the file, its answer only", "cached: CPU ms")
    rows = [
        [one.name, f"{one.cpu_ms:.3f}", f"{one.memory_kb:.2f}", f"{one.file_kb:.2f}", f"{one.cached_cpu_ms:.3f}"]
        for one in slopes
    ]
    return tables.table(head, rows)


def _musts(points: list[Point]) -> list[Must]:
    before, last = _slope(points[-3], points[-2]), _slope(points[-2], points[-1])
    most = points[-1]
    return [
        Must(f"CPU of one more case, {last.name} over {before.name}", last.cpu_ms / before.cpu_ms, FLAT, unit="×"),
        Must("the same, cached", last.cached_cpu_ms / before.cached_cpu_ms, FLAT, unit="×"),
        *(
            Must(f"peak memory, N = {one.count}", one.fresh.peak_mb, round(80 + one.count / 1024, 1), unit="MB")
            for one in points
        ),
        Must(
            f"peak memory, N = {most.count}, cached", most.cached.peak_mb, round(80 + most.count / 1024, 1), unit="MB"
        ),
    ]


if __name__ == "__main__":
    main()
