"""The pass rate that a weighted sample says of all that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from synterm.evaluate.column import Column
from synterm.evaluate.unpaired import Rate, rate_of


def weighted_rate(column: Column, cases: Iterable[int], roots: Sequence[int], weight: Callable[[int], float]) -> Rate:
    """The rate over independent roots: each counts once, with the weighted share of its verdicts that are passes, and
    for as much as its cases do on average. `roots` and `weight` are by a case's number."""
    found: dict[int, list[float]] = {}
    for case in cases:
        if judged := column.judged[case]:
            own = weight(case)
            sums = found.setdefault(roots[case], [0.0, 0.0, 0.0])
            sums[0] += own * column.passed[case]
            sums[1] += own * judged
            sums[2] += judged
    return rate_of(
        [passed / total for passed, total, _ in found.values()], [sums[1] / sums[2] for sums in found.values()]
    )
