from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.classification import NO_LABEL, classify

LABELS = ["schedule", "summarize", "clarify"]
PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([*LABELS, "extra", None])), min_size=1)


def test_the_metrics_are_those_of_scikit_learn() -> None:
    # The example of its precision_recall_fscore_support.
    truth = ["cat", "dog", "pig", "cat", "dog", "pig"]
    found = ["cat", "pig", "dog", "cat", "cat", "dog"]
    metrics = classify(zip(truth, found, strict=True), ["pig", "dog", "cat"])
    assert metrics is not None
    assert metrics.labels == ("pig", "dog", "cat")
    assert [round(label.precision, 2) for label in metrics.per_label] == [0.0, 0.0, 0.67]
    assert [label.recall for label in metrics.per_label] == [0.0, 0.0, 1.0]
    assert [round(label.f1, 2) for label in metrics.per_label] == [0.0, 0.0, 0.8]
    assert [label.support for label in metrics.per_label] == [2, 2, 2]
    assert round(metrics.macro_f1, 2) == 0.27
    assert round(metrics.micro_f1, 2) == round(metrics.accuracy, 2) == 0.33


def test_rows_are_what_was_expected_and_columns_what_was_found() -> None:
    metrics = classify([("a", "b"), ("a", "b"), ("b", None)], ["a", "b"])
    assert metrics is not None
    assert metrics.labels == ("a", "b", NO_LABEL)
    assert metrics.confusion == ((0, 2, 0), (0, 0, 1), (0, 0, 0))


def test_an_answer_without_a_label_lowers_recall_and_not_precision() -> None:
    metrics = classify([("a", "a"), ("a", None)])
    assert metrics is not None
    (label,) = metrics.per_label
    assert (label.precision, label.recall, label.support) == (1.0, 0.5, 2)
    assert metrics.accuracy == 0.5
    assert metrics.micro_f1 == pytest.approx(2 / 3)


def test_labels_that_occur_nowhere_are_left_out_and_unknown_ones_follow() -> None:
    metrics = classify([("b", "z"), ("c", "c")], ["c", "never", "b"])
    assert metrics is not None
    assert metrics.labels == ("c", "b", "z")


def test_without_pairs_there_are_no_metrics() -> None:
    assert classify([]) is None


@given(PAIRS)
def test_the_counts_add_up(pairs: list[tuple[str, str | None]]) -> None:
    metrics = classify(pairs, LABELS)
    assert metrics is not None
    assert sum(map(sum, metrics.confusion)) == len(pairs) == sum(label.support for label in metrics.per_label)
    assert metrics.accuracy == sum(expected == found for expected, found in pairs) / len(pairs)
    rates = [rate for label in metrics.per_label for rate in (label.precision, label.recall, label.f1)]
    assert all(0 <= rate <= 1 for rate in (*rates, metrics.macro_f1, metrics.micro_f1))


@given(PAIRS)
def test_micro_f1_is_accuracy_when_every_answer_has_a_label(pairs: list[tuple[str, str | None]]) -> None:
    labelled = [(expected, found or "extra") for expected, found in pairs]
    metrics = classify(labelled)
    assert metrics is not None
    assert metrics.micro_f1 == pytest.approx(metrics.accuracy)
