"""How much an answer, or a dialog, says over again."""

from __future__ import annotations

from collections import Counter

from pydantic import Field

from synterm.checks.base import Answer, Check, Example
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError
from synterm.text import one_line

_MOST_WORDS = 20_000


class Repetition(Check):
    """At most so large a share of the words repeats what was said before, in one answer or in those of a dialog.

    A repetition is a run of several words that stood before; the score is 1 less the share of words in such runs.
    """

    type = "repetition"
    example = Example(
        {"words": 3},
        "",
        False,
        '50% of the words repeat, most often "how can i"',
        score=0.5,
        dialog=("hi", "How can I help?", "help me", "How can I help?"),
        end="given up",
    )

    threshold: float = Field(default=0.2, ge=0, le=1)
    """The largest share that passes."""
    words: int = Field(default=5, ge=2, le=50)
    """How many words in a row, the same as before, are a repetition."""

    def judge(self, answer: Answer) -> CheckResult:
        held = answer.transcript
        texts = [answer.text] if held is None else held.answers
        share, most = _repeated([text.casefold().split()[:_MOST_WORDS] for text in texts], self.words)
        if share is None:
            raise InputError(f"no answer has {self.words} words")
        reason = f"{share:.0%} of the words repeat" + (f', most often "{one_line(most, 60)}"' if share else "")
        return self.verdict(share <= self.threshold, reason, score=1 - share)


def _repeated(texts: list[list[str]], length: int) -> tuple[float | None, str]:
    """The share of words in runs of `length` that stood before, and the run that did most often."""
    seen: Counter[tuple[str, ...]] = Counter()
    repeated = total = 0
    for words in texts:
        again: set[int] = set()
        total += len(words)
        for start in range(len(words) - length + 1):
            run = tuple(words[start : start + length])
            if seen[run]:
                again.update(range(start, start + length))
            seen[run] += 1
        repeated += len(again)
    if not seen:
        return None, ""
    run, _ = seen.most_common(1)[0]
    return repeated / total, " ".join(run)
