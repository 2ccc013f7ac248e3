"""The answer means what was expected."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field

from synterm.analysis.embeddings import embedder, nearness
from synterm.checks.base import Answer, Check, Example
from synterm.checks.words import quoted, word
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError, ModelError


def _texts(value: Any) -> Any:
    """One text as a list of one: a comma within it is part of what it says."""
    value = word(value)
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_texts), Field(min_length=1)]


class Similar(Check):
    """The answer means much the same as a text, by the cosine of their embeddings.

    The score is the cosine, 0 where it is negative. The embeddings are made here (wordllama, in the extra `analysis`),
    so it costs nothing; the first 8,000 characters count. They tell paraphrases from other topics, but not a sentence
    from its negation.
    """

    type = "similar"
    instead = "value"
    example = Example(
        {"threshold": 0.7},
        "Please call me back tomorrow.",
        True,
        '0.85 like "Call me tomorrow, please."',
        expected="Call me tomorrow, please.",
        score=0.852,
    )

    value: Texts | None = None
    """A text, or several of which the nearest counts; without it, what the case expects."""
    threshold: float = Field(default=0.75, ge=0, le=1)
    """The least similarity that passes."""

    def warm(self) -> None:
        with suppress(ModelError):  # `judge` says it of each answer
            embedder().warm()

    def judge(self, answer: Answer) -> CheckResult:
        wanted = self.value or _expected(answer.expected)
        if not answer.text.strip():
            return self.verdict(False, "the answer is empty")
        vectors = embedder().embed([answer.text, *wanted])
        if not vectors[0].any():
            return self.verdict(False, "the answer holds no words")
        found = nearness(vectors[0], vectors[1:]).tolist()
        best = max(range(len(wanted)), key=found.__getitem__)
        score = min(1.0, max(0.0, found[best]))
        passed = score >= self.threshold
        needs = "" if passed else f", needs {self.threshold:g}"
        return self.verdict(passed, f"{score:.2f} like {quoted([wanted[best]])}{needs}", score=score)


def _expected(expected: Any) -> tuple[str, ...]:
    wanted = _texts(expected)
    texts = cast("list[Any]", wanted) if isinstance(wanted, list) else []
    if not texts or not all(isinstance(one, str) and one for one in texts):
        raise InputError("the check has no value, and the case expects no text")
    return tuple(texts)
