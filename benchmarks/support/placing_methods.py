"""Other ways to tell where a text belongs, and whether it belongs anywhere: what placing was chosen from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synterm.analysis.embeddings import embedder
from synterm.analysis.regression import RIDGE, Regression
from synterm.production.likeness import Likeness

Method = Callable[[Any, Any, Any], Any]
"""From the vectors of cases, their classes and vectors of texts to a row of scores for each text."""


def compared(
    cases: Sequence[tuple[str, int]], inside: Sequence[tuple[str, int]], near: Sequence[str], far: Sequence[str]
) -> dict[str, tuple[float, float, float]]:
    """By method: how many of the texts of known classes get theirs, and how well the highest score tells them from
    texts of other intents, and from texts of none (area under the ROC curve)."""
    texts, classes = [text for text, _ in cases], np.array([kind for _, kind in cases])
    groups = [[text for text, _ in inside], near, far]
    truth = np.array([kind for _, kind in inside])
    vectors = embedder().embed(texts)
    others = [embedder().embed(group) for group in groups]
    scores = {name: [method(vectors, classes, part) for part in others] for name, method in METHODS.items()}
    likeness = Likeness(texts, vectors)
    prepared = likeness.prepared(Regression(likeness.own()[0], classes, np.ones(len(classes))).coefficients)
    scores["regression, meaning and words"] = [prepared.said_of(group)[0] for group in groups]
    return {name: _figures(of, truth) for name, of in scores.items()}


def _figures(scores: Sequence[Any], truth: Any) -> tuple[float, float, float]:
    inside, near, far = scores
    best = inside.max(axis=1)
    return float((inside.argmax(axis=1) == truth).mean()), _area(best, near.max(axis=1)), _area(best, far.max(axis=1))


def _area(some: Any, others: Any) -> float:
    ranks = np.concatenate([some, others]).argsort().argsort() + 1.0
    count = len(some)
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * len(others)))


def _nearest(count: int) -> Method:
    def scores(vectors: Any, classes: Any, texts: Any) -> Any:
        likeness = texts @ vectors.T
        columns = [
            np.sort(likeness[:, classes == kind], axis=1)[:, ::-1][:, :count].mean(axis=1)
            for kind in range(classes.max() + 1)
        ]
        return np.stack(columns, axis=1)

    return scores


def _middles(vectors: Any, classes: Any, texts: Any) -> Any:
    middles = np.stack([vectors[classes == kind].mean(axis=0) for kind in range(classes.max() + 1)])
    return texts @ (middles / np.linalg.norm(middles, axis=1, keepdims=True)).T


def _meaning(vectors: Any, classes: Any, texts: Any) -> Any:
    def kernel(one: Any, other: Any) -> Any:
        return np.exp(2 * (one @ other.T - 1))

    targets = np.eye(classes.max() + 1)[classes]
    return kernel(texts, vectors) @ np.linalg.solve(kernel(vectors, vectors) + RIDGE * np.eye(len(vectors)), targets)


METHODS: dict[str, Method] = {
    "the nearest case": _nearest(1),
    "the three nearest of each behavior": _nearest(3),
    "the middle of each behavior": _middles,
    "regression, meaning alone": _meaning,
}
