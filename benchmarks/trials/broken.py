"""Servers that hang, drip, cut, lie or flood: every case gets its outcome, and the run ends in time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]
from support import tables
from support.contenders import Job, force_litellm, make_job
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
    "empty": ("`choices: []`", HALF, 20),
    "500": ("status 500", HALF, 20),
    "no_usage": ("no usage", 1.0, 20),
    "huge": ("50 MB", 1.0, 4),
}
"""What the server does, to which share of the cases, and how many cases there are."""
LONG = "a prompt of 1 MB"
KEPT = ("cut", "reset", "bad_json", "empty")
"""Answers of which something came, so that it is in the file as it came."""
THROUGH_LITELLM = {fault: (*FAULTS[fault][:2], 6) for fault in FAULTS if fault != "500"}
"""The host of LiteLLM takes seconds to start, and each fault has a run of its own."""


@dataclass(frozen=True)
class Found:
    """What came of one fault."""

    words: str
    count: int
    done: trial.Outcome
    raw: int
    """Failed answers of which the file has what came."""
    bare: int
    """Failed answers of which it should have something, and has nothing."""

    @property
    def outcomes(self) -> Counter[str]:
        """How often each outcome is in the report."""
        return Counter(found["outcome"] for found in self.done.report["evaluations"]) if self.done.report else Counter()

    @property
    def untyped(self) -> int:
        """Cases of which the report says nothing."""
        not_made = self.done.report["totals"]["not_made"] if self.done.report else 0
        return self.count - self.outcomes.total() - not_made

    @property
    def unjudged_passes(self) -> int:
        """Cases that pass without a whole answer."""
        evaluations = self.done.report["evaluations"] if self.done.report else []
        return sum(found["passed"] is True and found["outcome"] != "complete" for found in evaluations)

    @property
    def longest_s(self) -> float:
        """The longest call."""
        evaluations = self.done.report["evaluations"] if self.done.report else []
        return max((found["latency_ms"] or 0.0 for found in evaluations), default=0.0) / 1000


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """One run for each fault, and one with prompts of a megabyte."""
    folder.mkdir()
    found = [_one(server, folder, fault, count, share) for fault, (_, share, count) in FAULTS.items()]
    found.append(_long(server, folder / "long"))
    musts = [
        Must(f"broken answers: time of a run, with --max-seconds {WALL_S}, worst", max(map(_wall, found)), WALL_S + 1),
        *_musts("broken answers", found),
    ]
    note = f"`timeout` {TIMEOUT_S} s; 50 MB and missing usage hit all answers. What is missing in a row was not made."
    return f"### Broken answers\n\n{note}\n\n{_table(found)}", musts


def hold_litellm(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """The same through LiteLLM, in its process."""
    folder.mkdir()
    wanted = list(THROUGH_LITELLM.items())[: 2 if quick else None]
    found = [_one(server, folder, fault, count, share, litellm=True) for fault, (_, share, count) in wanted]
    note = f"`fast_path = false`; `timeout` {TIMEOUT_S} s."
    return f"### Broken answers through LiteLLM\n\n{note}\n\n{_table(found)}", _musts("through LiteLLM", found)


def _musts(name: str, found: list[Found]) -> list[Must]:
    return [
        Must(
            f"{name}: one call, with `timeout` {TIMEOUT_S} s, longest",
            max(map(_longest, found)),
            TIMEOUT_S + 1,
        ),
        Must(f"{name}: cases without an outcome", sum(one.untyped for one in found), 0, unit=""),
        Must(f"{name}: passes without a whole answer", sum(one.unjudged_passes for one in found), 0, unit=""),
        Must(f"{name}: malformed answers of which nothing was kept", sum(one.bare for one in found), 0, unit=""),
        Must(f"{name}: memory, most", max(one.done.run.peak_mb for one in found), 500, unit="MB"),
    ]


def _one(server: Server, folder: Path, fault: str, count: int, share: float, litellm: bool = False) -> Found:
    place = folder / fault
    task: Job = make_job(place, server.url, count, 4, timeout=TIMEOUT_S)
    file = trial.pristine(task, place)
    if litellm:
        force_litellm(place)
    server.reset(delay_ms=25, fault=fault, share=share)
    limit = () if litellm else ("--max-seconds", str(WALL_S))
    done = trial.finish(task, place, *limit, limit_s=120)
    server.reset()
    raw, bare = _kept(file)
    return Found(FAULTS[fault][0], count, done, raw, bare if fault in KEPT else 0)


def _long(server: Server, place: Path) -> Found:
    count = 8
    task = make_job(place, server.url, count, 4, before="word " * 200_000, timeout=TIMEOUT_S)
    file = trial.pristine(task, place)
    server.reset(delay_ms=25)
    done = trial.finish(task, place, "--max-seconds", str(WALL_S), limit_s=120)
    server.reset()
    return Found(LONG, count, done, *_kept(file))


def _kept(file: Path) -> tuple[int, int]:
    """Of how many malformed answers the file has what came, and of how many nothing."""
    db = sqlite3.connect(file)
    [found] = db.execute("SELECT sum(raw != x''), sum(raw = x'') FROM responses WHERE outcome = 'malformed'")
    db.close()
    return found[0] or 0, found[1] or 0


def _longest(found: Found) -> float:
    return found.longest_s


def _table(found: list[Found]) -> str:
    head = ("half of the answers", "outcomes", "longest call s", "raw kept", "time s", "exit code", "peak MB")
    return tables.table(head, [_row(one) for one in found])


def _wall(found: Found) -> float:
    """What the run took by itself, without the start of the process."""
    return found.done.report["wall_s"] if found.done.report else found.done.run.wall_s


def _row(found: Found) -> list[str]:
    run, longest = found.done.run, f"{found.longest_s:.2f}"
    figures = [f"{run.wall_s:.1f}", str(run.exit_code), f"{run.peak_mb:.0f}"]
    return [found.words, trial.outcomes(found.done), longest, str(found.raw), *figures]
