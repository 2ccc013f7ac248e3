"""How often drift cries wolf, and how soon it finds what is there: simulated traffic. It counts, and times nothing."""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import sqrt

from support import tables
from support.contenders import ROOT

from synterm.evaluate.statistics import adjust, percentile
from synterm.evaluate.unpaired import Rate, p_value
from synterm.production.drift.anytime import Seen, moved
from synterm.production.drift.distances import apart
from synterm.production.drift.mixes import same_mix, spent

PAGE = ROOT / "docs" / "drift.md"
ALPHA = 0.05
LOOKS = 100
LOT = 25
MOST = 3000
Random = random.Random


def main() -> None:
    """Print the tables; put them into docs/drift.md when that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=400, help="histories a row (default %(default)s)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/drift.md")
    args = parser.parse_args()
    text = "\n\n".join(f"**{title}**\n\n{tables.table(head, list(rows(args.trials)))}" for title, head, rows in TABLES)
    margin = 1.96 * sqrt(ALPHA * (1 - ALPHA) / args.trials)
    text += (
        f"\n\n{args.trials:,} histories a row ({args.trials // 4:,} where a row takes long: everything, and falls): "
    )
    text += f"5.0 % comes out within ± {margin:.1%} (95 %)."
    print(text)
    if args.write:
        tables.write_table("drift", text, PAGE)


def one_rate(trials: int) -> Iterator[list[str]]:
    """Nothing changes, and one looks a hundred times: at one rate."""
    for rate, before, each in ((0.95, 200, 20), (0.95, 1000, 100), (0.5, 200, 20), (0.03, 500, 50)):
        ours = naive = 0
        for seed in range(trials):
            chance = Random(seed)
            reference, windows = drawn(chance, before, rate), [drawn(chance, each, rate) for _ in range(LOOKS)]
            ours += moved(reference, windows, ever=True).p_value <= ALPHA
            naive += any(p_value(plain(reference), plain(one)) <= ALPHA for one in windows)
        yield [f"{rate:.0%}", f"{before:,}", str(each), f"{ours / trials:.1%}", f"{naive / trials:.1%}"]


def everything(trials: int) -> Iterator[list[str]]:
    """Nothing changes, and one looks a hundred times: at shares and pass rates of all behaviors, and at the mix."""
    for behaviors, before, each in ((4, 500, 210), (12, 500, 210), (12, 2000, 400)):
        false = 0
        for seed in range(trials // 4):
            chance = Random(seed)
            weights = [1 / (at + 1) for at in range(behaviors)]
            history = [Counter(chance.choices(range(behaviors), weights, k=n)) for n in (before, *[each] * LOOKS)]
            false += any(p <= ALPHA for p in adjust([*_questions(chance, history, behaviors)]))
        yield [str(behaviors), f"{before:,}", str(each), f"{4 * false / trials:.1%}"]


def _questions(chance: Random, history: Sequence[Counter[int]], behaviors: int) -> Iterator[float]:
    """The smallest p-value that each question ever had."""
    sizes = [sum(one.values()) for one in history]
    for at in range(behaviors):
        shares = [Seen(n, one[at] / n) for one, n in zip(history, sizes, strict=True)]
        yield moved(shares[0], shares[1:], ever=True).p_value
        passes = [drawn(chance, one[at], 0.9) for one in history]
        yield moved(passes[0], passes[1:], ever=True).p_value
    named = [{str(at): float(one[at]) for at in one} for one in history]
    yield min(spent(same_mix(named[0], one), look) for look, one in enumerate(named[1:], 1))


def found(trials: int) -> Iterator[list[str]]:
    """The pass rate falls, after some quiet looks: how many calls it takes from then on."""
    for fall, before, quiet, questions in (
        (0.85, 200, 0, 1),
        (0.85, 500, 0, 1),
        (0.85, 2000, 0, 1),
        (0.85, 500, 20, 1),
        (0.85, 500, 20, 20),
        (0.90, 2000, 0, 1),
        (0.70, 200, 20, 20),
    ):
        calls = sorted(_until(Random(seed), fall, before, quiet, ALPHA / questions) for seed in range(trials // 4))
        middle, late = (percentile(calls, share) or 0.0 for share in (0.5, 0.9))
        yield [f"95 % → {fall:.0%}", f"{before:,}", str(quiet), str(questions), _many(middle), _many(late)]


def _until(chance: Random, fall: float, before: int, quiet: int, level: float) -> float:
    reference, windows = drawn(chance, before, 0.95), [drawn(chance, LOT, 0.95) for _ in range(quiet)]
    for lots in range(1, MOST // LOT + 1):
        windows.append(drawn(chance, LOT, fall))
        if moved(reference, windows).p_value <= level:
            return lots * LOT
    return MOST


def meaning(trials: int) -> Iterator[list[str]]:
    """Of texts about a dozen things some are about a thirteenth: how often the energy distance tells."""
    import numpy as np

    chance = np.random.default_rng(1)
    centres = chance.normal(size=(13, 64))

    def texts(n: int, new: float) -> np.ndarray:
        about = np.where(chance.random(n) < new, 12, chance.integers(0, 12, n))
        made = centres[about] + 0.7 * chance.normal(size=(n, 64))
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)

    for n in (50, 200):
        for new in (0.0, 0.05, 0.1, 0.2):
            values = [apart(texts(n, 0.0), texts(n, new), seed).p_value for seed in range(trials)]
            told = [sum(spent(p, look) <= ALPHA for p in values) / trials for look in (1, 10, 100)]
            yield [str(n), f"{new:.0%}", *(f"{share:.1%}" for share in told)]


def drawn(chance: Random, n: int, rate: float) -> Seen:
    """So many calls of that rate."""
    return Seen(n, sum(chance.random() < rate for _ in range(n)) / n) if n else Seen(0, 0)


def plain(one: Seen) -> Rate:
    """The same, for a test that is meant for one look."""
    return Rate(round(one.hits), one.n)


def _many(calls: float) -> str:
    return f"{calls:,.0f}" if calls < MOST else f"over {MOST:,}"


TABLES: Sequence[tuple[str, Sequence[str], Callable[[int], Iterator[list[str]]]]] = (
    (
        "Nothing changes: false alarms within a hundred looks at one rate",
        ("rate", "reference", "calls a look", "false alarms", "with Fisher's test at each look"),
        one_rate,
    ),
    (
        "Nothing changes: any false alarm within a hundred looks at everything",
        ("behaviors", "reference", "calls a look", "any false alarm"),
        everything,
    ),
    (
        "A pass rate falls: calls from then on until it is found",
        ("fall", "reference", "quiet looks before", "questions", "median", "9 of 10"),
        found,
    ),
    (
        "Something new is asked: how often the meaning of inputs tells",
        ("texts a side", "new ones", "first look", "tenth", "hundredth"),
        meaning,
    ),
)


if __name__ == "__main__":
    main()
