"""How long near-duplicates take to be found: ``python benchmarks/near_duplicates.py [CASES] [--json FILE]``.

The cases are sentences of words whose frequencies fall as those of a language do (Zipf), a third of them changed a
little from others (a letter, a word, its place); some are the same. Each search runs in a process of its own, for its
memory. CPU counts, as others may be busy. Then a hundred new texts are judged, one after the other, against all.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import statistics
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.duplicates import By, near_duplicates
from synterm.describe.filters.base import Known
from synterm.describe.filters.registry import load_filter

CASES = 100_000
WORDS = 20_000
SEARCHES: tuple[tuple[By, float], ...] = (("wording", 0.9), ("wording", 0.85), ("meaning", 0.95))


def main() -> None:
    """Print a line for each search."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("cases", nargs="?", type=int, default=CASES)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    results: list[dict[str, Any]] = []
    for by, like in SEARCHES:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = pool.apply(_measure, (args.cases, by, like))
        results.append(found)
        print(
            f"{found['cases']:,} cases by {by:<8} from {like:<4}  {found['groups']:>6,} groups of {found['near']:>6,} "
            f"cases   CPU {found['cpu_s']:.1f} s   {found['wall_s']:.1f} s   {found['memory_mb']:.0f} MB   "
            f"one more text {found['judge_ms']:.2f} ms"
        )
    if args.json:
        args.json.write_text(json.dumps(results, indent=2), encoding="utf-8")


def _measure(count: int, by: By, like: float) -> dict[str, Any]:
    texts = list(_texts(count))
    cases = [Case(scenario_id="s", input={"message": text}) for text in texts]
    before, wall = time.process_time(), time.perf_counter()
    groups = near_duplicates(cases, like, by)
    cpu, wall = time.process_time() - before, time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    judge = load_filter({"type": "near-duplicate" if by == "wording" else "same-meaning", "threshold": like}).open(
        Known(cases, ())
    )
    times: list[float] = []
    for text in _texts(101, seed=2):
        began = time.process_time()
        judge.judge(Candidate({"message": text}, None, "same", ""), None)
        times.append((time.process_time() - began) * 1000)
    return {
        "cases": count,
        "by": by,
        "like": like,
        "groups": len(groups),
        "near": sum(len(group.ids) for group in groups),
        "cpu_s": round(cpu, 2),
        "wall_s": round(wall, 2),
        "memory_mb": round(memory),
        "judge_ms": round(statistics.median(times[1:]), 3),  # the first one reads the cases
    }


def _texts(count: int, seed: int = 1) -> Iterator[str]:
    dice = random.Random(seed)
    words = ["".join(dice.choices("eeeetttaaooiinnsshhrrdlucmfywgpbvk", k=dice.randint(1, 9))) for _ in range(WORDS)]
    weights = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))
    recent: list[str] = []
    for _ in range(count):
        if recent and dice.random() < 1 / 3:
            text = _changed(dice.choice(recent), dice, words)
        else:
            text = " ".join(dice.choices(words, cum_weights=weights, k=dice.randint(3, 16)))
        if len(recent) < 5000:
            recent.append(text)
        else:
            recent[dice.randrange(5000)] = text
        yield text


def _changed(text: str, dice: random.Random, words: list[str]) -> str:
    parts = text.split()
    for _ in range(dice.randint(0, 3)):
        at = dice.randrange(len(parts))
        kind = dice.randrange(3)
        if kind == 0:
            parts[at] = dice.choice(words)
        elif kind == 1:
            parts[at] = parts[at][:1] + parts[at][2:] or parts[at]
        else:
            parts.insert(dice.randrange(len(parts)), parts.pop(at))
    return " ".join(parts)


if __name__ == "__main__":
    main()
