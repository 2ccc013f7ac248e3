"""What a training set is made of, as lines with bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from synterm.core.training import BehaviorTraining, TrainingReport
from synterm.tui.coverage.counts import MOST_VALUES, CountLine


def balance_lines(report: TrainingReport, behavior: BehaviorTraining | None) -> list[CountLine]:
    """Labels and answers of a behavior, or of all; of all also the behaviors and what is left out."""
    one = behavior or report
    wrong = {"to avoid": one.negatives} if one.negatives else {}
    lines = [*_axis("label", one.labels), *_axis("answers", {**one.positives, **wrong})]
    if behavior is None:
        lines += _axis("behavior", {each.path: each.examples for each in report.behaviors})
        lines += _axis("left out", report.left_out)
    return lines


def _axis(name: str, counts: Mapping[str, int]) -> Iterator[CountLine]:
    most = max(counts.values(), default=0)
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    for number, (value, count) in enumerate(ordered[:MOST_VALUES]):
        yield CountLine("" if number else name, value, count, most)
    if rest := ordered[MOST_VALUES:]:
        yield CountLine("", "", sum(count for _, count in rest), most, rest=len(rest))
