"""The rows of the behaviors, with all of them together first."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.training import BehaviorTraining, TrainingReport

ALL_BEHAVIORS = "all behaviors"


def behavior_rows(report: TrainingReport) -> Sequence[BehaviorTraining]:
    """Each behavior; where there are several, all together before them."""
    if len(report.behaviors) < 2:
        return report.behaviors
    total = BehaviorTraining(
        path=ALL_BEHAVIORS,
        cases=report.cases,
        examples=sum(report.examples.values()),
        roots=sum(report.roots.values()),
        positives=report.positives,
        negatives=report.negatives,
        pairs=report.pairs,
        labels=report.labels,
        hard=sum(each.hard for each in report.behaviors),
    )
    return (total, *report.behaviors)
