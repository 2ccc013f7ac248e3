"""What `tui.py` finds, and how it is told."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from support import tables
from support.bench import Memory
from support.keys import Times
from support.tables import Must


@dataclass
class Found:
    """What was measured."""

    typing: dict[str, tuple[Times, Times]] = field(default_factory=dict)
    """By situation: the workbench, and the bare text area on the same text."""
    landing_per_s: float = math.nan
    cached: Times = field(default_factory=lambda: Times([]))
    scrolling: dict[str, Times] = field(default_factory=dict)
    jumps: dict[str, Times] = field(default_factory=dict)
    memory: dict[str, Memory] = field(default_factory=dict)
    landed_s: dict[str, float] = field(default_factory=dict)
    disturbed: dict[str, float] = field(default_factory=dict)
    """By part: the share of the machine's processors that others used meanwhile."""


NOTE = """\
Each in a pseudo-terminal of 140 × 40 and with a process of its own; the clock runs from the write of the key to the
read of what it draws. The letters that are typed are on the screen nowhere else. Beside it: one stock text area and
nothing else, on the same text, its keys typed before and after."""


def section(found: Found) -> str:
    """The section of docs/performance.md."""
    return "\n\n".join([tables.promises(_musts(found)), NOTE, *_tables(found)])


def _musts(found: Found) -> list[Must]:
    musts = [
        Must(f"key to paint, p95: {name}", ours.at(0.95), 16, 8, "ms")
        for name, (ours, _) in found.typing.items()
        if name.startswith("200")
    ]
    musts.append(Must("last key to first cached cell, less the debounce", found.cached.at(0.5), 50, 20, "ms"))
    musts += [
        Must(f"{name}, p95", times.at(0.95), 16, unit="ms")
        for name, times in found.scrolling.items()
        if name.startswith("page")
    ]
    limits = {"start to first paint": 1000, "filter: a letter more": 200, "filter: a letter less": 200, "sort": 300}
    musts += [
        Must(name, found.jumps[name].at(0.5), most, unit="ms") for name, most in limits.items() if name in found.jumps
    ]
    musts += [Must(f"memory, {name}", held.own, 500, unit="MB") for name, held in found.memory.items()]
    return musts


def _tables(found: Found) -> list[str]:
    head = ["p50", "p95", "p99", "most", "keys"]
    bare = ["bare p50", "bare p95", "× bare p50", "× bare p95"]
    waits = {"a letter, to the first cached cell, less the debounce": found.cached, **found.scrolling, **found.jumps}
    held = [[name, f"{used.own:.0f}", f"{used.below:.0f}"] for name, used in found.memory.items()]
    landed = [f"{name} after {seconds:.0f} s" for name, seconds in found.landed_s.items()]
    return [
        "### A letter typed into the prompt, ms until it is drawn",
        tables.table(["prompt", *head, *bare], [_typed(name, *times) for name, times in found.typing.items()]),
        f"Results that landed each second while nothing was typed: {found.landing_per_s:.0f}.",
        "### 100 000 cases: ms from the key until it is drawn",
        tables.table(["", *head], [[name, *times.row()] for name, times in waits.items()]),
        "### 100 000 cases: resident memory, MB",
        tables.table(["", "workbench", "processes below it"], held),
        f"From the cache landed, since the start: {', '.join(landed)}.",
        f"Others used up to {max(found.disturbed.values()):.0%} of the machine meanwhile.",
    ]


def _typed(name: str, ours: Times, floor: Times) -> list[str]:
    ratios = [f"{ours.at(share) / floor.at(share):.2f}" for share in (0.5, 0.95)]
    return [name, *ours.row(), *floor.row()[:2], *ratios]


def short(found: Found) -> str:
    """What the README says."""
    most, page = "200 lines, 100,000 cases, results landing", "page down, three columns landed"
    rows = [
        ["a letter typed into a 200-line prompt, p95", f"{found.typing['200 lines'][0].at(0.95):.0f} ms"],
        [f"the same while {found.landing_per_s:.0f} results a second land", f"{found.typing[most][0].at(0.95):.0f} ms"],
        ["the same in a bare text area", f"{found.typing['200 lines'][1].at(0.95):.0f} ms"],
        ["last key to the first cached answer, after the debounce", f"{found.cached.at(0.5):.0f} ms"],
        ["a page further in 100 000 rows, p95", f"{found.scrolling[page].at(0.95):.0f} ms"],
        ["100 000 rows filtered by one more letter", f"{found.jumps['filter: a letter more'].at(0.5):.0f} ms"],
        ["a project of 100 000 cases opened", f"{found.jumps['start to first paint'].at(0.5):.0f} ms"],
        ["memory with three columns of 100 000 results", f"{found.memory['three columns landed'].own:.0f} MB"],
    ]
    return tables.table(["the workbench, in a terminal", ""], rows)
