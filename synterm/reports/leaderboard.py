"""Variants held against each other: quality, cost, time, stability, and which of them nothing beats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from synterm.core.classification import Classification, classify
from synterm.core.evaluation import Variant
from synterm.evaluate.column import Column
from synterm.evaluate.groups import mean, mean_cost
from synterm.evaluate.recount import Recount
from synterm.evaluate.report import RunResult
from synterm.evaluate.statistics import percentile
from synterm.evaluate.tally import Tally
from synterm.reports.changes import Change, change


@dataclass(frozen=True, slots=True)
class Standing:
    """One variant's figures; None where they are not known."""

    name: str
    key: tuple[str, str]
    """The variant's."""
    tally: Tally
    interval: tuple[float, float] | None = None
    """95 %, over independent cases."""
    behaviors: Mapping[str, Tally] | None = None
    """By the path of the behavior."""
    cost: float | None = None
    """US dollars for 1000 cases, from the cache or not."""
    p50: float | None = None
    """Milliseconds, as p95."""
    p95: float | None = None
    tokens: float | None = None
    """Prompt and answer, for a case."""
    stability: float | None = None
    """Of the cases judged more than once, the share that got the same verdict each time."""
    classification: Classification | None = None
    scores: Sequence[float] = ()
    latencies: Sequence[float] = ()
    change: Change | None = None
    """Against the reference; None for the reference itself."""
    front: str = ""
    """Why nothing beats it; empty when something does."""


def standings(counted: Recount, reference: tuple[str, str] | None = None) -> list[Standing]:
    """The variants of a recorded run, in its order, against the one of that key, or the first."""
    result = counted.result
    against = next((each for each in result.variants if each.key == reference), next(iter(result.variants), None))
    found = [_standing(counted, variant, against) for variant in result.variants]
    return with_front(found)


def _standing(counted: Recount, variant: Variant, against: Variant | None) -> Standing:
    result = counted.result
    sheet, column = result.sheet, result.sheet.column(variant)
    figures, cases = column.figures, sheet.cases()
    tally, times = column.tally(cases), sorted(figures.latencies.values)
    return Standing(
        variant.name,
        variant.key,
        tally,
        sheet.interval(column, cases),
        _behaviors(result, column),
        cost=None if (cost := mean_cost(figures, tally.judged)) is None else cost * 1000,
        p50=percentile(times, 0.5),
        p95=percentile(times, 0.95),
        tokens=mean(figures.tokens.values),
        stability=_stability(column),
        classification=classify(column.labels().elements(), result.labels),
        scores=figures.scores.values,
        latencies=times,
        change=change(sheet, against, variant) if against is not None and against.key != variant.key else None,
    )


def _behaviors(result: RunResult, column: Column) -> dict[str, Tally]:
    tree, sheet = result.tree, result.sheet
    found = {
        tree.path(node.id): column.tally(sheet.cases(scenario.id for scenario in tree.scenarios(node.id)))
        for node in tree.walk()
        if node.level == "behavior"
    }
    return {path: tally for path, tally in found.items() if tally.made}


def _stability(column: Column) -> float | None:
    repeated = [(passed, judged) for passed, judged in zip(column.passed, column.judged, strict=True) if judged > 1]
    return sum(passed in (0, judged) for passed, judged in repeated) / len(repeated) if repeated else None


_Goods = tuple[float, ...]
"""Figures of which more is better."""


def with_front(found: Sequence[Standing]) -> list[Standing]:
    """The same, with the Pareto front marked: no other is at least as good in all of quality, cost and time, and
    better in one. A figure that is not known of every variant is left out of it.
    """
    judged = [standing for standing in found if standing.tally.judged]
    use = [name for name in ("cost", "p50") if judged and all(getattr(each, name) is not None for each in judged)]
    if len(judged) < 2:
        return list(found)
    goods = {standing.key: _goods(standing, use) for standing in judged}
    return [
        replace(standing, front=_why(goods[standing.key], list(goods.values()), use))
        if standing.key in goods and not _beaten(goods[standing.key], goods.values())
        else standing
        for standing in found
    ]


def _goods(standing: Standing, use: Iterable[str]) -> _Goods:
    return (standing.tally.rate or 0.0, *(-getattr(standing, name) for name in use))


def _beaten(goods: _Goods, all_goods: Iterable[_Goods]) -> bool:
    return any(other != goods and all(one >= two for one, two in zip(other, goods, strict=True)) for other in all_goods)


def _why(goods: _Goods, all_goods: Sequence[_Goods], use: Sequence[str]) -> str:
    words = ("best quality", *({"cost": "cheapest", "p50": "fastest"}[name] for name in use))
    best = [word for index, word in enumerate(words) if goods[index] == max(each[index] for each in all_goods)]
    return ", ".join(best) or "what is better costs more or is slower"
