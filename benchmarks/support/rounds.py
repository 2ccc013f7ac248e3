"""Rounds in which all contenders take turns, so that what disturbs the machine hits all alike."""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from support import job
from support.contenders import Contender
from support.measure import Run, measure
from support.server import Server

CALM = 0.15
"""A run counts as undisturbed when others used less than this share of the machine."""


@dataclass(frozen=True)
class Figures:
    """What one contender took: one run, or the medians of several."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    first_s: float | None
    """From the start of the process to its first request; None without one."""
    requests: float
    """Requests that the stub got."""
    refused: float
    """How many of them it answered with 429."""
    exit_code: float
    server_cpu_s: float
    """What the stub needed for it: far less than what is measured, or it would be the stub that is measured."""
    disturbed: float
    """The share of the machine's processors that others used meanwhile."""


Results = dict[str, Figures]


@dataclass(frozen=True)
class Race:
    """One job for several contenders: `count` cases, and how the stub behaves."""

    title: str
    count: int
    contenders: Sequence[Contender]
    stub: dict[str, Any]
    again: bool = False
    """Whether a second run of the same command is what counts: all cached."""
    limit_s: float = 900.0


def hold(race: Race, server: Server, rounds: int, save: Path | None = None) -> Results:
    """The medians of `rounds` rounds; each run is added to the JSON file `save`.

    Raises RuntimeError when a contender fails or scores wrong.
    """
    found: dict[str, list[Figures]] = {contender.name: [] for contender in race.contenders}
    for number in range(rounds):
        turns = race.contenders if number % 2 == 0 else list(reversed(race.contenders))
        for contender in turns:
            figures = _one(race, contender, server)
            took = f"{figures.wall_s:.2f} s, {figures.disturbed:.0%} of the machine used by others"
            print(f"  {race.title}: {contender.name} {took}", file=sys.stderr)
            found[contender.name].append(figures)
            if save:
                keep(save, race.title, contender.name, figures)
    return {name: median(runs) for name, runs in found.items() if runs}


def _one(race: Race, contender: Contender, server: Server) -> Figures:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        contender.prepare(folder)
        if race.again:
            server.reset()
            _run(race, contender, folder)
        server.reset(**race.stub)
        busy = busy_s()
        run = _run(race, contender, folder)
        stats = server.stats()
        others_s = max(busy_s() - busy - run.cpu_s - stats["cpu_s"], 0)
        server.reset()
        if run.exit_code in contender.complete:
            _verify(race, contender, folder, run)
    first = stats["first_arrival"]
    return Figures(
        wall_s=run.wall_s,
        cpu_s=run.cpu_s,
        peak_mb=run.peak_mb,
        first_s=None if first is None else first - run.began,
        requests=stats["requests"],
        refused=stats["statuses"].get("429", 0),
        exit_code=run.exit_code,
        server_cpu_s=stats["cpu_s"],
        disturbed=min(others_s / run.wall_s / len(os.sched_getaffinity(0)), 1.0),
    )


def busy_s() -> float:
    """Seconds that the machine's processors were not idle since it started."""
    user, nice, system, _idle, _waiting, *interrupts = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def _verify(race: Race, contender: Contender, folder: Path, run: Run) -> None:
    passed = contender.passed(folder, run)
    if passed != job.passing(race.count):
        raise RuntimeError(f"{contender.name} found {passed} of {race.count} to pass: {run.stderr[-2000:]}")


def _run(race: Race, contender: Contender, folder: Path) -> Run:
    run = measure(contender.command(folder), folder, contender.env(folder), race.limit_s)
    if run.exit_code not in (*contender.complete, *contender.incomplete):
        raise RuntimeError(f"{contender.name} ended with {run.exit_code}: {run.stdout[-500:]} {run.stderr[-2000:]}")
    return run


def median(runs: Sequence[Figures]) -> Figures:
    """Field by field, over the runs that others did not disturb where there are any."""
    calm = [run for run in runs if run.disturbed < CALM] or runs
    columns = {name: [asdict(run)[name] for run in calm] for name in asdict(runs[0])}
    return Figures(**{name: _middle(values) for name, values in columns.items()})


def _middle(values: Sequence[float | None]) -> Any:
    there = [value for value in values if value is not None]
    return statistics.median(there) if there else None


def keep(file: Path, title: str, name: str, figures: Figures) -> None:
    """Add one run of a race to a JSON file: ``{title: {contender: [figures]}}``."""
    found = orjson.loads(file.read_bytes()) if file.exists() else {}
    found.setdefault(title, {}).setdefault(name, []).append(asdict(figures))
    file.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))


def kept(file: Path | None, title: str, wanted: Sequence[str]) -> Results:
    """The medians of what `keep` wrote about the `wanted` contenders in one race."""
    found = orjson.loads(file.read_bytes()).get(title, {}) if file else {}
    return {name: median([Figures(**run) for run in found[name]]) for name in wanted if name in found}


def others_busy_s() -> float:
    """Seconds that the processors worked for others since the machine started, as far as our processes have ended."""
    ours = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return busy_s() - ours
