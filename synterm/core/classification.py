"""Metrics of a classifier: accuracy, precision, recall and F1 per label, micro and macro, and the confusion matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

NO_LABEL = "(none)"
"""Stands for an answer in which no label was found; it is never an expected label."""


class LabelMetrics(BaseModel):
    """How one label fared. A rate whose denominator is 0 is 0 (as scikit-learn's ``zero_division=0``)."""

    model_config = ConfigDict(frozen=True)

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    """How many answers should have had this label."""


class Classification(BaseModel):
    """The metrics over all answers that have an expected label."""

    model_config = ConfigDict(frozen=True)

    labels: tuple[str, ...]
    accuracy: float
    macro_f1: float
    """Mean F1 of the labels that were expected at least once or found at least once."""
    micro_f1: float
    per_label: tuple[LabelMetrics, ...]
    confusion: tuple[tuple[int, ...], ...]
    """Rows: expected; columns: found; both in the order of `labels`."""


def classify(pairs: Iterable[tuple[str, str | None]], labels: Iterable[str] = ()) -> Classification | None:
    """Metrics from (expected, found) pairs; None for found means that no label was read. None without pairs.

    `labels` fixes the order of known labels; others that occur follow, sorted. Definitions as in scikit-learn's
    `precision_recall_fscore_support`, macro over all labels that occur, `(none)` left out of the averages.
    """
    counts = Counter((expected, NO_LABEL if found is None else found) for expected, found in pairs)
    if not counts:
        return None
    seen = {label for pair in counts for label in pair}
    order = tuple(dict.fromkeys((*(label for label in labels if label in seen), *sorted(seen - {NO_LABEL}))))
    with_none = (*order, NO_LABEL) if NO_LABEL in seen else order
    per_label = tuple(_metrics(label, counts) for label in order)
    total = counts.total()
    right = sum(counts[label, label] for label in order)
    found = total - sum(count for (_, label), count in counts.items() if label == NO_LABEL)
    return Classification(
        labels=with_none,
        accuracy=right / total,
        macro_f1=sum(metrics.f1 for metrics in per_label) / len(per_label),
        micro_f1=2 * right / (total + found),
        per_label=per_label,
        confusion=tuple(tuple(counts[row, column] for column in with_none) for row in with_none),
    )


def _metrics(label: str, counts: Counter[tuple[str, str]]) -> LabelMetrics:
    right = counts[label, label]
    found = sum(count for (_, column), count in counts.items() if column == label)
    support = sum(count for (row, _), count in counts.items() if row == label)
    precision = right / found if found else 0.0
    recall = right / support if support else 0.0
    f1 = 2 * right / (found + support) if found + support else 0.0
    return LabelMetrics(label=label, precision=precision, recall=recall, f1=f1, support=support)
