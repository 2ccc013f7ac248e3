"""Servers that hang, drip, cut, lie or flood: every case gets its outcome, and the run ends in time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from support import tables
from support.contenders import Job, make_job
from support.server import Server
from support.tables import Must

from trials import trial

TIMEOUT_S = 2
"""The model's parameter `timeout`."""
WALL_S = 8
"""``--max-seconds``."""
HALF = 0.5
FAULTS: dict[str, tuple[str, float, int]] = {
    "hang": ("never answers", HALF, 20),
    "drip": ("one byte every 0.2 s", HALF, 20),
    "cut": ("ends in the middle", HALF, 20),
    "reset": ("connection reset in the middle", HALF, 20),
    "bad_json": ("no JSON", HALF, 20),
    "500": ("status 500", HALF, 20),
    "no_usage": ("no usage", 1.0, 20),
    "huge": ("50 MB", 1.0, 4),
}
"""What the server does, to which share of the cases, and how many cases there are."""


@dataclass(frozen=True)
class Found:
    """What came of one fault."""

    fault: str
    count: int
    done: trial.Outcome

    @property
    def outcomes(self) -> Counter[str]:
        """How often each outcome is in the report."""
        return Counter(found["outcome"] for found in self.done.report["evaluations"]) if self.done.report else Counter()

    @property
    def untyped(self) -> int:
        """Cases of which the report says nothing."""
        not_made = self.done.report["totals"]["not_made"] if self.done.report else 0
        return self.count - self.outcomes.total() - not_made


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """One run for each fault."""
    folder.mkdir()
    found = [_one(server, folder, fault, count) for fault, (_, _, count) in FAULTS.items()]
    rows = [_row(one) for one in found]
    head = ("half of the answers", "outcomes", "time s", "exit code", "peak MB")
    musts = [
        Must(f"broken answers: time, with --max-seconds {WALL_S}, worst", max(_wall(one) for one in found), WALL_S + 1),
        Must("broken answers: cases without an outcome", sum(one.untyped for one in found), 0, unit=""),
    ]
    note = f"`timeout` {TIMEOUT_S} s; 50 MB and missing usage hit all answers. What is missing in a row was not made."
    return f"### Broken answers\n\n{note}\n\n{tables.table(head, rows)}", musts


def _one(server: Server, folder: Path, fault: str, count: int) -> Found:
    place = folder / fault
    task: Job = make_job(place, server.url, count, 4, timeout=TIMEOUT_S)
    trial.pristine(task, place)
    server.reset(delay_ms=25, fault=fault, share=FAULTS[fault][1])
    done = trial.finish(task, place, "--max-seconds", str(WALL_S), limit_s=60)
    server.reset()
    return Found(fault, count, done)


def _wall(found: Found) -> float:
    return found.done.run.wall_s


def _row(found: Found) -> list[str]:
    outcomes = ", ".join(f"{count} {name}" for name, count in found.outcomes.most_common()) or "no report"
    run = found.done.run
    return [FAULTS[found.fault][0], outcomes, f"{run.wall_s:.1f}", str(run.exit_code), f"{run.peak_mb:.0f}"]
