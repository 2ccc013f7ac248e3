"""How often verdicts are wrong: simulated comparisons of which the truth is known. It counts, and times nothing."""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from math import fsum, sqrt

from support import tables
from support.contenders import ROOT

from synterm.evaluate.paired import detectable, mean_difference, rate_interval, turned
from synterm.evaluate.statistics import adjust, mcnemar_exact, percentile

PAGE = ROOT / "docs" / "verdicts.md"
ALPHA = 0.05
RESAMPLES = 400
Random = random.Random
Trial = Callable[[Random], tuple[bool, ...]]
"""One simulated comparison: whether each of several things happened."""


def main() -> None:
    """Print the tables; put them into docs/verdicts.md when that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=4000, help="comparisons a row (default %(default)s)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/verdicts.md")
    args = parser.parse_args()
    text = "\n\n".join(f"**{title}**\n\n{tables.table(head, list(rows(args.trials)))}" for title, head, rows in TABLES)
    margin = 1.96 * sqrt(ALPHA * (1 - ALPHA) / args.trials)
    text += f"\n\n{args.trials:,} comparisons a row: 5.0 % comes out within ± {margin:.1%} (95 %)."
    print(text)
    if args.write:
        tables.write_table("simulated", text, PAGE)


def shares(trials: int, trial: Trial) -> list[str]:
    """How often each thing happened."""
    seen = [trial(Random(number)) for number in range(trials)]
    return [f"{sum(column) / trials:.1%}" for column in zip(*seen, strict=True)]


# Passes and failures.


def passes(trials: int) -> Iterator[list[str]]:
    """No difference: both sides pass each case with the same chance, independently."""
    for n in (5, 10, 20, 50, 200, 1000):
        for rate in (0.5, 0.9):

            def trial(chance: Random, n: int = n, rate: float = rate) -> tuple[bool, ...]:
                found = [(chance.random() < rate) - (chance.random() < rate) for _ in range(n)]
                low, high = rate_interval(found) or (-1.0, 1.0)
                return mcnemar_exact(*turned(found)) < ALPHA, low <= 0 <= high

            yield [f"{n:,}", f"{rate:.0%}", *shares(trials if n < 1000 else trials // 4, trial)]


def clusters(trials: int) -> Iterator[list[str]]:
    """No difference: variations of one seed pass together, with a chance of their own on each side."""
    for roots, each in ((10, 10), (20, 10), (40, 5)):

        def trial(chance: Random, roots: int = roots, each: int = each) -> tuple[bool, ...]:
            handled: list[float] = []
            ignored: list[float] = []
            for _ in range(roots):
                before, after = chance.betavariate(0.8, 0.4), chance.betavariate(0.8, 0.4)
                found = [(chance.random() < after) - (chance.random() < before) for _ in range(each)]
                ignored += found
                handled.append(fsum(found) / each)
            low, high = rate_interval(handled) or (-1.0, 1.0)
            alarms = (mcnemar_exact(*turned(some)) < ALPHA for some in (handled, ignored))
            return *alarms, low <= 0 <= high

        yield [f"{roots} × {each}", *shares(trials, trial)]


# Scores.

SHAPES: dict[str, Callable[[Random], float]] = {
    "normal": lambda chance: chance.gauss(0.0, 0.1),
    "of steps": lambda chance: chance.choice((-0.5, -0.25, 0.0, 0.25, 0.5)),
    "mostly none": lambda chance: chance.choice((-1, 1)) * chance.random() if chance.random() < 0.2 else 0.0,
    "skewed": lambda chance: 0.2 * (chance.expovariate(1.0) - 1.0),
}


def scores(trials: int) -> Iterator[list[str]]:
    """No difference: the mean of what scores differ by is 0."""
    for shape, draw in SHAPES.items():
        for n in (5, 10, 20, 50, 300):

            def trial(chance: Random, n: int = n, draw: Callable[[Random], float] = draw) -> tuple[bool, ...]:
                found = [max(-1.0, min(1.0, draw(chance))) for _ in range(n)]
                return mean_difference(found).p_value < ALPHA, _bootstrap_alarms(found, chance)

            yield [shape, str(n), *shares(trials // (4 if n > 50 else 1), trial)]


def _bootstrap_alarms(found: Sequence[float], chance: Random) -> bool:
    """Whether the percentile interval of the paired bootstrap is clear of 0."""
    means = [fsum(chance.choices(found, k=len(found))) for _ in range(RESAMPLES)]
    low, high = percentile(means, ALPHA / 2), percentile(means, 1 - ALPHA / 2)
    return low is not None and high is not None and (low > 0 or high < 0)


# Several behaviors.


def behaviors(trials: int) -> Iterator[list[str]]:
    """Some behaviors really differ, the others do not; of 100 cases each."""
    for real in (0, 3, 10):

        def trial(chance: Random, real: int = real) -> tuple[bool, ...]:
            p_values = [_p_of(chance, 0.25 if one < real else 0.0) for one in range(20)]
            adjusted = adjust(p_values)
            alarms = [one < ALPHA for one in p_values[real:]], [one < ALPHA for one in adjusted[real:]]
            return *map(any, alarms), *_false_discovery(adjusted, real, chance)

        yield [f"{real} of 20", *shares(trials, trial)]


def _p_of(chance: Random, rise: float) -> float:
    up = sum(chance.random() < 0.15 + rise for _ in range(100))
    down = sum(chance.random() < 0.15 for _ in range(100 - up))
    return mcnemar_exact(up, down)


def _false_discovery(adjusted: Sequence[float], real: int, chance: Random) -> tuple[bool, bool]:
    """Whether one of what was found, drawn at random, is false; and whether one of the real ones was found."""
    found = [one for one, p_value in enumerate(adjusted) if p_value < ALPHA]
    return bool(found) and chance.choice(found) >= real, bool(real) and adjusted[chance.randrange(real)] < ALPHA


# Power.


def power(trials: int) -> Iterator[list[str]]:
    """The difference that is called detectable is really there."""
    for n, share in ((20, 0.3), (50, 0.2), (200, 0.1), (1000, 0.05)):
        difference = detectable(n, round(n * share))
        if difference is None:
            continue
        up = max(share, difference) / 2 + difference / 2

        def trial(chance: Random, n: int = n, up: float = up, down: float = up - difference) -> tuple[bool, ...]:
            draws = [chance.random() for _ in range(n)]
            return (mcnemar_exact(sum(one < up for one in draws), sum(one > 1 - down for one in draws)) < ALPHA,)

        yield [f"{n:,}", f"{share:.0%}", f"{difference * 100:.1f} points", *shares(trials // 2, trial)]


TABLES: Sequence[tuple[str, Sequence[str], Callable[[int], Iterator[list[str]]]]] = (
    (
        "Passes and failures without a difference",
        ("independent cases", "pass rate", "false alarms", "interval covers"),
        passes,
    ),
    (
        "The same, with variations that pass and fail together",
        ("seeds × variations", "false alarms", "if each variation counted by itself", "interval covers"),
        clusters,
    ),
    (
        "Scores without a difference",
        ("differences are", "independent cases", "false alarms", "with the percentile bootstrap"),
        scores,
    ),
    (
        "Twenty behaviors",
        ("really differ", "any false alarm", "any, adjusted", "false of those found", "real ones found"),
        behaviors,
    ),
    ("The detectable difference", ("independent cases", "change", "detectable", "found"), power),
)


if __name__ == "__main__":
    main()
