"""How many requests the smallest failing input takes: inputs of 60 words of which some are needed."""

from __future__ import annotations

import asyncio
import random
import statistics
from collections.abc import Sequence
from functools import partial

from support import options, tables
from support.tables import Must

from synterm.distill.shrink.reduce import smallest

WORDS = 60
MUST = 60
NEEDED = (1, 2, 3, 4, 5, 6, 8, 10)
REACH_AT = 5
"""So many words are needed in the input that is held to it."""


def main() -> None:
    """Count the trials for inputs whose needed words stand anywhere, and for such whose needed words stand together."""
    args = options.parse(options.parser(__doc__))
    inputs = 50 if args.quick else 1000
    rows: list[list[str]] = []
    musts: list[Must] = []
    for count in NEEDED:
        anywhere = sorted(_trials(count, seed, together=False) for seed in range(inputs))
        together = sorted(_trials(count, seed, together=True) for seed in range(inputs))
        rows.append(
            [str(count), *(f"{value:.0f}" for found in (anywhere, together) for value in (_median(found), found[-1]))]
        )
        if count == REACH_AT:
            musts = [Must(f"{WORDS} words, {count} of them needed", _median(anywhere), MUST, 45, unit="requests")]
    head = ("words needed", "anywhere: median", "most", "in a row: median", "most")
    options.finish(args, "shrink", "Shrinking", "\n\n".join([tables.promises(musts), NOTE, tables.table(head, rows)]))


NOTE = """\
Each input fails as long as all the words that it needs are in it. Counted are trials: each is one request where the
temperature is 0 and the project file has no answer yet, and free where it was tried before. Where repeats are needed,
those that still fail take as many requests as there are repeats."""


def _median(found: Sequence[int]) -> float:
    return statistics.median(found)


def _trials(count: int, seed: int, *, together: bool) -> int:
    chosen = random.Random(f"{count}/{seed}/{together}")
    first = chosen.randrange(WORDS - count + 1)
    needed = set(range(first, first + count)) if together else set(chosen.sample(range(WORDS), count))
    tried: list[int] = []
    asyncio.run(smallest(range(WORDS), partial(_holds, needed, tried)))
    return len(tried)


async def _holds(needed: set[int], tried: list[int], kept: Sequence[int]) -> bool:
    tried.append(len(kept))
    return needed <= set(kept)


if __name__ == "__main__":
    main()
