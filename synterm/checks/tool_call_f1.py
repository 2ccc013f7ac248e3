"""The answer calls the right tools, as a set."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import BeforeValidator

from synterm.checks.base import Answer, Check, Example
from synterm.checks.called import calls_in
from synterm.checks.fields import Threshold, bounded
from synterm.checks.words import quoted, words_of
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError


class ToolCallF1(Check):
    """The tools that the answer calls are those that it must call, by the F1 of their names.

    F1 is the harmonic mean of precision (how many of the tools called are expected) and recall (how many of those
    expected are called), after van Rijsbergen, Information Retrieval, 1979. Order, arguments and how often a tool is
    called count for nothing. An answer without calls, or an empty one, scores 0. No verdict where nothing says which
    tools are expected.
    """

    type = "tool-call-f1"
    instead = "value"
    example = Example(
        {"value": ["find_room", "book_room"]},
        '[{"name": "find_room", "arguments": {"size": 4}}]',
        False,
        'F1 0.67, below 1; not called: "book_room"',
        score=0.667,
    )

    value: Annotated[tuple[str, ...], BeforeValidator(words_of)] | None = None
    """The names of the tools: a list, or one text with commas between; without it, what the case expects, names or
    calls."""
    threshold: Threshold = 1.0
    """The lowest F1 that passes, from 0 to 1."""

    def judge(self, answer: Answer) -> CheckResult:
        wanted = set(_names(answer.expected) if self.value is None else self.value)
        called = {call.name for call in calls_in(bounded(answer.text))}
        score = 2 * len(called & wanted) / (len(called) + len(wanted))
        passed = score >= self.threshold
        reason = f"F1 {score:.2f}" if passed else f"F1 {score:.2f}, below {self.threshold:g}"
        for said, names in (("not called", wanted - called), ("not expected", called - wanted)):
            reason += f"; {said}: {quoted(sorted(names)[:5])}" if names else ""
        return self.verdict(passed, reason, score=score)


def _names(expected: Any) -> tuple[str, ...]:
    items = cast("list[Any]", expected if isinstance(expected, list) else [expected])
    named = [cast("dict[str, Any]", item).get("name") if isinstance(item, dict) else item for item in items]
    try:
        return words_of(named[0] if len(named) == 1 and isinstance(expected, str) else named)
    except ValueError as error:
        raise InputError(f"the check has no value, and what the case expects {error}") from error
