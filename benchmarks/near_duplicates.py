"""Finding near-duplicates: all of them among 100 000 cases, by wording and by meaning, and one more text against all.

The cases are sentences of words whose frequencies fall as those of a language do (Zipf), a third of them changed a
little from others (a letter, a word, its place); some are the same. Each search runs in a process of its own, for its
memory. Then a hundred new texts are judged, one after the other, against all.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import statistics
import time
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from support import options, tables
from support.tables import Must

from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.duplicates import By, near_duplicates
from synterm.describe.filters.base import Known
from synterm.describe.filters.registry import load_filter

CASES = 100_000
WORDS = 20_000
SEARCHES: tuple[tuple[By, float], ...] = (("wording", 0.9), ("meaning", 0.95))
MUST_S = 30.0
"""For each search among 100 000 cases."""
NOTE = """\
`synterm ls PROJECT duplicates` without reading the file and writing the list. Sentences of 3 to 16 words whose
frequencies fall as those of a language do; a third of them are changed a little from others. “One more text” is what
a generated case costs the filters `near-duplicate` and `same-meaning` once these have read all: the median of 100."""
HEAD = ("by", "from", "groups", "cases in them", "wall s", "CPU s", "MB more", "one more text, ms")


class Measured(NamedTuple):
    """One search."""

    groups: int
    near: int
    wall_s: float
    cpu_s: float
    memory_mb: float
    """What it took besides the cases."""
    judge_ms: float


def main() -> None:
    """Measure each search."""
    made = options.parser(__doc__)
    made.add_argument("cases", nargs="?", type=int, default=CASES)
    args = options.parse(made)
    if args.write and args.cases != CASES:
        made.error(f"--write takes {CASES:,} cases")
    count = 2000 if args.quick else args.cases
    rows: list[list[str]] = []
    musts: list[Must] = []
    for by, like in SEARCHES:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = pool.apply(_measure, (count, by, like))
        musts.append(Must(f"{count:,} cases by {by} from {like}", found.wall_s, MUST_S))
        figures = (f"{found.wall_s:.1f}", f"{found.cpu_s:.1f}", f"{found.memory_mb:.0f}", f"{found.judge_ms:.2f}")
        rows.append([by, str(like), f"{found.groups:,}", f"{found.near:,}", *figures])
    text = "\n\n".join([tables.promises(musts), NOTE, tables.table(HEAD, rows)])
    options.finish(args, "near_duplicates", "Near-duplicates", text)


def _measure(count: int, by: By, like: float) -> Measured:
    texts = list(_texts(count))
    cases = [Case(scenario_id="s", input={"message": text}) for text in texts]
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    before, wall = time.process_time(), time.perf_counter()
    groups = near_duplicates(cases, like, by)
    cpu, wall = time.process_time() - before, time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - held
    judge = load_filter({"type": "near-duplicate" if by == "wording" else "same-meaning", "threshold": like}).open(
        Known(cases, ())
    )
    times: list[float] = []
    for text in _texts(101, seed=2):
        began = time.process_time()
        judge.judge(Candidate({"message": text}, None, "same", ""), None)
        times.append((time.process_time() - began) * 1000)
    return Measured(
        len(groups),
        sum(len(group.ids) for group in groups),
        wall,
        cpu,
        memory,
        statistics.median(times[1:]),  # the first one reads the cases
    )


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
