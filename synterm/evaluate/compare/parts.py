"""The figures of a comparison: of the whole, and of each behavior."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
    scores: _Means | None = None
    score: MeanDifference | None = None


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
    found = [_figures(path, parts[path]) if len(parts) > 1 else replace(whole, path=path) for path in paths]
    by_passes = adjust([one.p_value for one in found])
    with_scores = [one for one in found if one.score]
    by_scores = adjust([one.score.p_value for one in with_scores if one.score])
    scores = dict(zip((one.path for one in with_scores), by_scores, strict=True))
    behaviors = [_part(one, passes, scores.get(one.path, 1.0)) for one, passes in zip(found, by_passes, strict=True)]
    return _part(whole, whole.p_value, whole.score.p_value if whole.score else 1.0), behaviors


def compare_alone(path: str, pairs: Sequence[Pair]) -> PartComparison:
    """A part that is asked about alone: its passes and failures, of pairs that both sides judged."""
    found = _pass_figures(path, pairs)
    return _part(found, found.p_value, 1.0)


def _figures(path: str, pairs: Sequence[Pair]) -> _Figures:
    scores = _score_means(pairs)
    score = mean_difference(scores.differences) if scores.roots else None
    return replace(_pass_figures(path, pairs), scores=scores, score=score)


def _pass_figures(path: str, pairs: Sequence[Pair]) -> _Figures:
    roots = [pair.after.root_id for pair in pairs]
    before = [pair.before.passed / pair.before.judged for pair in pairs]
    after = [pair.after.passed / pair.after.judged for pair in pairs]
    passes = _means(roots, before, after)
    up, down = turned(passes.differences)
    fixed, broken = turned(new - old for old, new in zip(before, after, strict=True))
    return _Figures(
        path,
        fixed=fixed,
        broken=broken,
        passes=passes,
        up=up,
        down=down,
        p_value=mcnemar_exact(up, down),
    )


def _score_means(pairs: Sequence[Pair]) -> _Means:
    roots: list[str] = []
    before: list[float] = []
    after: list[float] = []
    for old, new in pairs:
        if old.score is not None and new.score is not None:
            roots.append(new.root_id)
            before.append(old.score)
            after.append(new.score)
    return _means(roots, before, after)


def _means(roots: Sequence[str], before: list[float], after: list[float]) -> _Means:
    """From what was before and after, for each case."""
    compared = len(roots)
    if len(set(roots)) < compared:
        places: dict[str, list[int]] = {}
        for place, root in enumerate(roots):
            places.setdefault(root, []).append(place)
        before, after = ([_mean(values, some) for some in places.values()] for values in (before, after))
    return _Means(compared, before, after, [new - old for old, new in zip(before, after, strict=True)])


def _mean(values: Sequence[float], places: Sequence[int]) -> float:
    return fsum(values[place] for place in places) / len(places)


def _part(found: _Figures, p_passes: float, p_scores: float) -> PartComparison:
    return PartComparison(path=found.path, passes=_passes(found, p_passes), scores=_scores(found, p_scores))


def _passes(found: _Figures, adjusted: float) -> PassComparison:
    passes, n = found.passes, found.passes.roots
    alpha = _alpha(found.p_value, adjusted)
    # Where all changing the same way would not tell, that none changed tells nothing.
    verdict = verdict_of(found.up, found.down, alpha) if mcnemar_exact(n, 0) < alpha else "not enough evidence"
    before, after = (fsum(rates) / n if n else None for rates in (passes.before, passes.after))
    return PassComparison(
        compared=passes.compared,
        roots=n,
        fixed=found.fixed,
        broken=found.broken,
        roots_up=found.up,
        roots_down=found.down,
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
    if found.scores is None or found.score is None:
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
