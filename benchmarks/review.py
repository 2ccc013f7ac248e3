"""Reviewing drafts in a real pseudo-terminal: from the key of a decision until the next draft is drawn.

Each decision is written into the project file meanwhile.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
import time
from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import bench, options, tables
from support.keys import Times
from support.rounds import CALM, others_busy_s
from support.tables import Must
from terminal import Terminal

from synterm.core.case import Case, Origin
from synterm.storage.project import Project

_SETTLE_S = 5.0
"""So long what is done once is left to end: reading cases, and the index of what is near."""
_PAUSE_S = 0.15
"""Between two decisions, as fast as people decide."""
_STEPS = (("accept", "a"), ("reject", "X"), ("skip", " "))
_MUST_MS, _REACH_MS = 16, 8
_NOTE = """\
The workbench in a pseudo-terminal of 140 × 40, on a project with {drafts:,} drafts beside {cases:,} accepted cases; the
clock runs from the write of the key to the read of the next draft's last word. Decisions are written into the file
while the next draft is looked at; drafts that follow are read, with what is near to them, by threads of the same
process. CPU is that of the whole process from the key until the draft is drawn, threads and all; it depends far less
than the times on who else uses the machine. Others used {others:.0%} of it meanwhile."""


@dataclass
class Found:
    """What was measured."""

    opened_ms: float = 0.0
    drawn: dict[str, Times] = field(default_factory=dict[str, Times])
    """By what was done: from the key until the next draft was drawn."""
    cpu: dict[str, Times] = field(default_factory=dict[str, Times])


def main() -> None:
    """Measure, print, and write the section."""
    parser = options.parser(__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="accepted cases in the project")
    parser.add_argument("--drafts", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=200, help="of each kind")
    args = options.parse(parser)
    if args.quick:
        args.cases, args.drafts, args.keys = 1000, 200, 20
    with tempfile.TemporaryDirectory() as place:
        path = bench.make_project(Path(place) / "review.db", args.cases, bench.SILENT, bench.prompt_of(8))
        _add_drafts(path, args.drafts)
        began, busy = time.perf_counter(), others_busy_s()
        with bench.workbench(path) as terminal:
            terminal.skip(_SETTLE_S)
            terminal.send("\t")  # out of the prompt, where letters are typed
            terminal.skip(1.0)
            found = _measure(terminal, args.keys)
        took = time.perf_counter() - began
        share = (others_busy_s() - busy) / took / len(os.sched_getaffinity(0))
    options.finish(args, "review", "Reviewing drafts", _section(found, args, share))


def _add_drafts(path: Path, count: int) -> None:
    """Drafts whose last word stands nowhere else on the screen: the list beside them is too narrow for it."""
    with Project.open(path) as project:
        seeds = [case for case, _ in zip(project.cases.select(), range(100), strict=False)]
        project.cases.put(
            Case(
                scenario_id=seed.scenario_id,
                input={
                    "message": f"{seed.title} and so on with a few more words than any list has room for end{at:06d}"
                },
                expected=seed.expected,
                status="draft",
                origin=Origin(kind="generated", seed_id=seed.id, detail={"keeps": "same", "note": "longer"}),
                root_id=seed.root_id,
            )
            for at in range(count)
            for seed in [seeds[at % len(seeds)]]
        ).result()


def _measure(terminal: Terminal, count: int) -> Found:
    found = Found(terminal.key("Q", "end000000") * 1000)
    terminal.skip(_SETTLE_S)
    at = 0
    for name, key in _STEPS:
        _press(found, name, terminal, key, range(at + 1, at + count + 1))
        at += count
    # Skipping decided nothing: what is undone first is the last rejection.
    _press(found, "undo", terminal, "u", range(2 * count - 1, count - 1, -1))
    return found


def _press(found: Found, name: str, terminal: Terminal, key: str, drafts: range) -> None:
    """Press a key until the last of these drafts is drawn."""
    drawn: list[float] = []
    cpu: list[float] = []
    for at in drafts:
        began, before = time.perf_counter(), terminal.cpu_s()
        drawn.append(terminal.key(key, f"end{at:06d}") * 1000)
        cpu.append((terminal.cpu_s() - before) * 1000)
        terminal.skip(max(_PAUSE_S - (time.perf_counter() - began), 0))
    found.drawn[name], found.cpu[name] = Times(drawn), Times(cpu)


def _section(found: Found, args: Namespace, others: float) -> str:
    # On a busy machine the time says how busy it is, and that of others makes the CPU's own longer too.
    calm = others < CALM
    musts = [
        Must(f"{name}: key to the next draft, p95", times.at(0.95) if calm else math.nan, _MUST_MS, _REACH_MS, "ms")
        for name, times in found.drawn.items()
        if name in ("accept", "reject")
    ]
    rows = [
        [name, *times.row(), f"{found.cpu[name].at(0.5):.1f}", f"{found.cpu[name].at(0.95):.1f}"]
        for name, times in found.drawn.items()
    ]
    head = ("ms until the next draft is drawn", "p50", "p95", "p99", "max", "n", "CPU p50", "CPU p95")
    opened = f"The first draft is drawn {found.opened_ms:.0f} ms after the key that opens the screen."
    note = _NOTE.format(drafts=args.drafts, cases=args.cases, others=others)
    return "\n\n".join([tables.promises(musts), note, tables.table(head, rows), opened])


if __name__ == "__main__":
    main()
