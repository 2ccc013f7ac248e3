"""A run by its parts: the metrics of scenarios, behaviors, features and tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import Any

from synterm.core.classification import classify
from synterm.core.evaluation import Variant
from synterm.core.metrics import GroupBy, GroupReport, Latency
from synterm.core.tree import Tree
from synterm.evaluate.estimates import mean_interval
from synterm.evaluate.series import Figures, Series
from synterm.evaluate.sheet import Sheet
from synterm.evaluate.statistics import percentile
from synterm.evaluate.steadiness import Steadiness

_MOST_TAGS = 200

Group = tuple[GroupBy, str, Sequence[int]]
"""By what, its name, and the numbers of its cases."""


def group_reports(sheet: Sheet, tree: Tree, labels: Sequence[str], steadiness: Steadiness) -> list[GroupReport]:
    """The metrics of each group under each variant that has judged or failed to judge any of it.

    Features, behaviors and scenarios in the order of the tree, then tags, the most frequent first. `labels` fixes the
    order of known labels.
    """
    groups = [*_nodes(sheet, tree), *_tags(sheet)]
    groups_of = _groups_of(groups, len(sheet.roots))
    found: list[list[GroupReport]] = [[] for _ in groups]
    for variant in sheet.variants:
        parts = sheet.column(variant).figures.split(groups_of, len(groups))
        for reports, group, figures in zip(found, groups, parts, strict=True):
            if report := _report(sheet, variant, group, figures, labels, steadiness):
                reports.append(report)
    return [report for reports in found for report in reports]


def metrics(sheet: Sheet, figures: Figures, judged: int) -> dict[str, Any]:
    """The fields of `Metrics`, from the figures of some cases on which there are so many verdicts."""
    return {
        "score": mean(figures.scores.values),
        "score_ci": mean_interval(_root_means(figures.scores, sheet.roots)),
        "cost_usd_per_case": mean_cost(figures, judged),
        "tokens_per_case": mean(figures.tokens.values),
        "turns": mean(figures.turns.values),
    }


def latency(times: Series) -> Latency:
    """Half of the answers came within p50, all but the slowest twentieth within p95."""
    ordered = sorted(times.values)
    return Latency(p50=percentile(ordered, 0.5), p95=percentile(ordered, 0.95))


def mean(values: Sequence[float]) -> float | None:
    """Their mean, the same in whatever order they came; None without values."""
    return fsum(values) / len(values) if values else None


def mean_cost(figures: Figures, judged: int) -> float | None:
    """US dollars for an answer; None while there are verdicts on answers whose cost is not known."""
    costs = figures.costs.values
    return mean(costs) if len(costs) >= judged else None


def _root_means(scores: Series, roots: Sequence[int]) -> list[float]:
    """The mean score of each root: its cases, and their repeats, are not independent."""
    by_root: dict[int, list[float]] = {}
    for case, score in zip(scores.cases, scores.values, strict=True):
        by_root.setdefault(roots[case], []).append(score)
    return [fsum(found) / len(found) for found in by_root.values()]


def _nodes(sheet: Sheet, tree: Tree) -> Iterator[Group]:
    for node in tree.walk():
        cases = sheet.cases(scenario.id for scenario in tree.scenarios(node.id))
        if cases:
            yield node.level, tree.path(node.id), cases


def _tags(sheet: Sheet) -> Iterator[Group]:
    """The most frequent ones; of equally frequent ones the first in the alphabet."""
    tags: Mapping[str, Sequence[int]] = sheet.by_tag
    for tag in sorted(tags, key=lambda tag: (-len(tags[tag]), tag))[:_MOST_TAGS]:
        yield "tag", tag, tags[tag]


def _groups_of(groups: Iterable[Group], cases: int) -> list[list[int]]:
    """The numbers of the groups that each case is in."""
    found: list[list[int]] = [[] for _ in range(cases)]
    for number, (_, _, members) in enumerate(groups):
        for case in members:
            found[case].append(number)
    return found


def _report(
    sheet: Sheet, variant: Variant, group: Group, figures: Figures, labels: Sequence[str], steadiness: Steadiness
) -> GroupReport | None:
    by, name, cases = group
    column = sheet.column(variant)
    tally = column.tally(cases)
    if not tally.made:
        return None
    flaky = steadiness.count(variant, cases)
    return GroupReport(
        by=by,
        name=name,
        variant=variant.name,
        n=tally.judged,
        passed=tally.passed,
        errors=tally.errors,
        pass_rate=sheet.rate(column, cases),
        pass_rate_ci=sheet.interval(column, cases),
        latency_ms=latency(figures.latencies),
        classification=classify(column.labels(figures.labels).elements(), labels),
        flaky_model=flaky[0] if flaky else None,
        flaky_judge=flaky[1] if flaky else None,
        **metrics(sheet, figures, tally.judged),
    )
