"""Reviewing drafts in a real pseudo-terminal: from the key of a decision until the next draft is drawn."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import bench
from support.keys import Times
from terminal import Terminal

from synterm.core.case import Case, Origin
from synterm.storage.project import Project

_SETTLE_S = 5.0
"""So long what is done once is left to end: reading cases, and the index of what is near."""
_PAUSE_S = 0.15
"""Between two decisions, as fast as people decide."""
_STEPS = (("accept", "a"), ("reject", "X"), ("skip", " "))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="accepted cases in the project")
    parser.add_argument("--drafts", type=int, default=2_000)
    parser.add_argument("--keys", type=int, default=200, help="of each kind")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        path = bench.make_project(Path(place) / "review.db", args.cases, bench.SILENT, bench.prompt_of(8))
        _add_drafts(path, args.drafts)
        with bench.workbench(path) as terminal:
            terminal.skip(_SETTLE_S)
            terminal.send("\t")  # out of the prompt, where letters are typed
            terminal.skip(1.0)
            _measure(terminal, args.keys, args.cases)


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


def _measure(terminal: Terminal, count: int, cases: int) -> None:
    opened = terminal.key("Q", "end000000") * 1000
    print(f"{cases:,} accepted cases; first draft {opened:.0f} ms after the key\n")
    print("ms until the next draft is drawn    p50    p95    p99    max      n")
    terminal.skip(_SETTLE_S)
    at = 0
    for name, key in _STEPS:
        found: list[float] = []
        for _ in range(count):
            at += 1
            began = time.perf_counter()
            found.append(terminal.key(key, f"end{at:06d}") * 1000)
            terminal.skip(max(_PAUSE_S - (time.perf_counter() - began), 0))
        _print(name, found)
    found = []
    for back in range(count):
        # Skipping decided nothing: what is undone first is the last rejection.
        found.append(terminal.key("u", f"end{2 * count - 1 - back:06d}") * 1000)
        terminal.skip(_PAUSE_S)
    _print("undo", found)


def _print(name: str, found: list[float]) -> None:
    row = Times(found).row()
    print(f"  {name:<30}" + "".join(f"{figure:>7}" for figure in row))


if __name__ == "__main__":
    main()
