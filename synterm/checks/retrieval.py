"""The context that the answer was given holds what it should."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from math import log2
from typing import Literal

from pydantic import Field

from synterm.checks.base import Answer, Check, Example, Fact
from synterm.checks.words import quoted
from synterm.core.context import relevant_documents
from synterm.core.evaluation import CheckResult
from synterm.text import plural

Measure = Literal["precision", "recall", "mrr", "ndcg"]


class Retrieval(Check):
    """The chunks that the request got as context come from the documents that the case names as relevant.

    A case names them in its input, as a list of names under ``documents``; where it names none, or the prompt takes no
    context, there is no verdict. It is the retrieval that is judged here, whatever the model made of it.

    ``recall`` is the share of the relevant documents of which a chunk was found, ``precision`` the share of the chunks
    that come from a relevant document, ``mrr`` is 1 / the rank of the first such chunk, and ``ndcg`` tells how far up
    the relevant documents stand, where only the first chunk of each counts.
    """

    type = "retrieval"
    example = Example(
        {"measure": "recall", "threshold": 1},
        "You have 30 days.",
        False,
        'recall 0.5, needs 1: not found "shipping.md"',
        input={"message": "How long may I keep it?", "documents": ["returns.md", "shipping.md"]},
        found=("warranty.md", "returns.md", "returns.md"),
        score=0.5,
    )

    measure: Measure = "recall"
    """What is measured: `precision`, `recall`, `mrr` or `ndcg`."""
    k: int | None = Field(default=None, ge=1)
    """How many of the chunks count, the best first; without it, all that the request got."""
    threshold: float = Field(default=0.5, ge=0, le=1)
    """The least that passes."""

    @property
    def relies_on(self) -> Collection[Fact]:
        return ("context", "input")

    def judge(self, answer: Answer) -> CheckResult:
        # No InputError: that would say that the case lacks something which every check of its kind needs.
        if answer.retrieval is None:
            return CheckResult.abstain(self.type, "the prompt takes no context: its params have none")
        if answer.retrieved is None:
            return CheckResult.abstain(self.type, f"nothing was looked for: {answer.retrieval.problem}")
        relevant = relevant_documents(answer.case.input)
        if relevant is None:
            return CheckResult.abstain(
                self.type, "the case names no relevant documents; its input may hold documents: [NAME]"
            )
        found = [chunk.document for chunk in answer.retrieved][: self.k]
        score = MEASURES[self.measure](found, relevant)
        passed = score >= self.threshold
        return self.verdict(passed, self._reason(score, found, relevant, passed), score=score)

    def _reason(self, score: float, found: Sequence[str], relevant: Sequence[str], passed: bool) -> str:
        at = f"@{self.k}" if self.k else ""
        words = f"{self.measure}{at} {score:.3g}"
        if passed:
            return f"{words}, {plural(len(found), 'chunk')}"
        missing = [name for name in relevant if name not in found]
        lacks = f": not found {quoted(missing)}" if missing else ": what is relevant stands too far down"
        return f"{words}, needs {self.threshold:g}{lacks}"


def precision(found: Sequence[str], relevant: Collection[str]) -> float:
    """The share of chunks found that come from a relevant document; 0 where none was found."""
    return sum(name in relevant for name in found) / len(found) if found else 0.0


def recall(found: Sequence[str], relevant: Collection[str]) -> float:
    """The share of the relevant documents of which a chunk was found."""
    return len(set(relevant) & set(found)) / len(set(relevant))


def reciprocal_rank(found: Sequence[str], relevant: Collection[str]) -> float:
    """1 / the rank of the first chunk that comes from a relevant document; 0 without one. Its mean is MRR."""
    return next((1 / rank for rank, name in enumerate(found, start=1) if name in relevant), 0.0)


def ndcg(found: Sequence[str], relevant: Collection[str]) -> float:
    """Normalised discounted cumulative gain: DCG = Σ 1 / log2(1 + rank) over the first chunks of relevant documents,
    divided by what it would be if those stood on top (Järvelin & Kekäläinen, ACM TOIS 20 (4), 2002)."""
    firsts = {name: rank for rank, name in reversed([*enumerate(found, start=1)]) if name in relevant}
    best = sum(1 / log2(1 + rank) for rank in range(1, min(len(set(relevant)), len(found)) + 1))
    return sum(1 / log2(1 + rank) for rank in sorted(firsts.values())) / best if best else 0.0


MEASURES: dict[Measure, Callable[[Sequence[str], Collection[str]], float]] = {
    "precision": precision,
    "recall": recall,
    "mrr": reciprocal_rank,
    "ndcg": ndcg,
}
