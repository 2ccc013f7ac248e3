"""The figures of a comparison: of the whole, and of each behavior."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from synterm.core.comparison import PartComparison, PassComparison, ScoreComparison, Verdict
from synterm.evaluate.compare.pairing import Pair
from synterm.evaluate.paired import MeanDifference, detectable, mean_difference, rate_interval, turned
from synterm.evaluate.statistics import adjust, mcnemar_exact
from synterm.evaluate.verdict import ALPHA, more_needed, verdict_of, without_difference


@dataclass(frozen=True, slots=True)
class _Means:
    """Lineages, each once with the mean of its cases: before, after, and how much that rose."""

    compared: int
    before: list[float]
    after: list[float]
    differences: list[float]

    @property
    def roots(self) -> int:
        return len(self.differences)


@dataclass(frozen=True, slots=True)
class _Figures:
    path: str
    fixed: int
    broken: int
    passes: _Means
    up: int
    down: int
    p_value: float
    scores: _Means
    score: MeanDifference | None


def compare_parts(
    pairs: Sequence[Pair], behavior_of: Callable[[str], str], order: Sequence[str]
) -> tuple[PartComparison, list[PartComparison]]:
    """The whole, and each behavior that has compared cases, in their `order`. `behavior_of` gives the path of a
    scenario's behavior; all pairs are of cases that both sides judged.

    The p-values of behaviors are adjusted for how many there are; those of the whole are one question.
    """
    parts: dict[str, list[Pair]] = {}
    for pair in pairs:
        parts.setdefault(behavior_of(pair.after.scenario_id), []).append(pair)
    places = {path: place for place, path in enumerate(order)}
    paths = sorted(parts, key=lambda path: (places.get(path, len(places)), path))
    whole = _figures("", pairs)
    # Where all is one behavior it has the figures of the whole.
    found = [_figures(path, parts[path]) if len(parts) > 1 else _renamed(whole, path) for path in paths]
    by_passes = adjust([one.p_value for one in found])
    with_scores = [one for one in found if one.score]
    by_scores = adjust([one.score.p_value for one in with_scores if one.score])
    scores = dict(zip((one.path for one in with_scores), by_scores, strict=True))
    behaviors = [_part(one, passes, scores.get(one.path, 1.0)) for one, passes in zip(found, by_passes, strict=True)]
    return _part(whole, whole.p_value, whole.score.p_value if whole.score else 1.0), behaviors


def _figures(path: str, pairs: Sequence[Pair]) -> _Figures:
    turns = [pair.turn for pair in pairs]
    passes = _means(
        (p.after.root_id, p.before.passed / p.before.judged, p.after.passed / p.after.judged) for p in pairs
    )
    scores = _means(
        (pair.after.root_id, pair.before.score, pair.after.score)
        for pair in pairs
        if pair.before.score is not None and pair.after.score is not None
    )
    up, down = turned(passes.differences)
    return _Figures(
        path,
        fixed=sum(turn > 0 for turn in turns),
        broken=sum(turn < 0 for turn in turns),
        passes=passes,
        up=up,
        down=down,
        p_value=mcnemar_exact(up, down),
        scores=scores,
        score=mean_difference(scores.differences) if scores.roots else None,
    )


def _renamed(one: _Figures, path: str) -> _Figures:
    return _Figures(path, one.fixed, one.broken, one.passes, one.up, one.down, one.p_value, one.scores, one.score)


def _means(values: Iterable[tuple[str, float, float]]) -> _Means:
    """From a root with what was before and after, for each case."""
    found: dict[str, list[tuple[float, float]]] = {}
    compared = 0
    for root, before, after in values:
        found.setdefault(root, []).append((before, after))
        compared += 1
    sums = [(cases[0] if len(cases) == 1 else _mean(cases)) for cases in found.values()]
    return _Means(
        compared, [one[0] for one in sums], [one[1] for one in sums], [after - before for before, after in sums]
    )


def _mean(cases: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return fsum(before for before, _ in cases) / len(cases), fsum(after for _, after in cases) / len(cases)


def _part(found: _Figures, p_passes: float, p_scores: float) -> PartComparison:
    return PartComparison(path=found.path, passes=_passes(found, p_passes), scores=_scores(found, p_scores))


def _passes(found: _Figures, adjusted: float) -> PassComparison:
    passes, n = found.passes, found.passes.roots
    alpha = _alpha(found.p_value, adjusted)
    verdict = verdict_of(found.up, found.down, alpha) if n else "not enough evidence"
    before, after = (fsum(rates) / n if n else None for rates in (passes.before, passes.after))
    return PassComparison(
        compared=passes.compared,
        roots=n,
        fixed=found.fixed,
        broken=found.broken,
        rate_before=before,
        rate_after=after,
        difference=fsum(passes.differences) / n if n else None,
        difference_ci=rate_interval(passes.differences),
        p_value=found.p_value,
        p_adjusted=adjusted,
        verdict=verdict,
        more_cases_needed=(None if verdict in ("better", "worse") else more_needed(found.up, found.down, n, alpha)),
        detectable=detectable(n, found.up + found.down),
    )


def _scores(found: _Figures, adjusted: float) -> ScoreComparison | None:
    if found.score is None:
        return None
    scores, score, n = found.scores, found.score, found.scores.roots
    return ScoreComparison(
        compared=scores.compared,
        roots=n,
        mean_before=fsum(scores.before) / n,
        mean_after=fsum(scores.after) / n,
        difference=score.mean,
        difference_ci=score.interval if n > 1 else None,
        p_value=score.p_value,
        p_adjusted=adjusted,
        verdict=_score_verdict(score, adjusted),
    )


def _score_verdict(score: MeanDifference, adjusted: float) -> Verdict:
    if adjusted < ALPHA:
        return "better" if score.mean > 0 else "worse"
    return without_difference(score.up + score.down, _alpha(score.p_value, adjusted))


def _alpha(p_value: float, adjusted: float) -> float:
    """What a p-value must come below, as much stricter as the adjustment makes it."""
    return ALPHA * p_value / adjusted if adjusted else ALPHA
