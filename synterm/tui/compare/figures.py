"""The figures of the compare screen: cost against quality, and how scores and times are spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from synterm.reports.figures import dollars, milliseconds, percent
from synterm.reports.leaderboard import Standing
from synterm.tui.runs.rate_plot import short_names
from synterm.tui.widgets.plot.drawing import Axis
from synterm.tui.widgets.plot.figures import Bins, Distribution, Place, Scatter

_BINS = 120


def cost_figure(found: Sequence[Standing]) -> Scatter | None:
    """Cost against quality; None while fewer than two variants have both."""
    known = [(name, each) for name, each in _named(found) if each.cost is not None and each.tally.rate is not None]
    if len(known) < 2:
        return None
    places = tuple(Place(name, each.cost or 0.0, each.tally.rate or 0.0, bool(each.front)) for name, each in known)
    return Scatter(
        "Cost × quality",
        Axis("US dollars per 1,000 cases", dollars),
        Axis("pass rate", percent),
        places,
        "better: up and to the left",
    )


def score_figure(found: Sequence[Standing]) -> Distribution | None:
    """How the scores of each variant are spread; None without scores."""
    if not any(each.scores for each in found):
        return None
    axis = Axis("score, 0 to 1", lambda value: f"{value:g}", (0.0, 1.0))
    return _spread("Scores", axis, found, lambda each: each.scores, _mean)


def latency_figure(found: Sequence[Standing]) -> Distribution | None:
    """How the times of each variant are spread; None without times."""
    times = sorted(time for each in found for time in each.latencies)
    if not times:
        return None
    # A few slow answers would press all others into the first bins: they stand in the last one.
    high = max(times[min(int(len(times) * 0.99), len(times) - 1)] * 1.05, 1.0)
    axis = Axis("time for an answer, slower ones at the end", lambda v: milliseconds(v) if v else "0", (0.0, high))
    return _spread("Latency", axis, found, lambda each: each.latencies, _percentiles)


def _spread(
    title: str,
    axis: Axis,
    found: Sequence[Standing],
    values: Callable[[Standing], Sequence[float]],
    note: Callable[[Standing], str],
) -> Distribution:
    high = axis.bounds[1] if axis.bounds else 1.0
    series = tuple(Bins(name, _counts(values(each), high), note(each)) for name, each in _named(found) if values(each))
    return Distribution(title, axis, series)


def _named(found: Sequence[Standing]) -> list[tuple[str, Standing]]:
    return list(zip(short_names([each.name for each in found]), found, strict=True))


def _counts(values: Sequence[float], high: float) -> tuple[int, ...]:
    counts = [0] * _BINS
    for value in values:
        counts[min(max(int(value / high * _BINS), 0), _BINS - 1)] += 1
    return tuple(counts)


def _mean(standing: Standing) -> str:
    return f"mean {sum(standing.scores) / len(standing.scores):.2f} of {len(standing.scores):,}"


def _percentiles(standing: Standing) -> str:
    return f"p50 {milliseconds(standing.p50)}, p95 {milliseconds(standing.p95)}"
