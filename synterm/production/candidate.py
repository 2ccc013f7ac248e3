"""What a case made of a logged call might expect: a candidate, which a person accepts or corrects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from synterm.checks.base import Answer, Check
from synterm.checks.label import Label
from synterm.core.case import Case
from synterm.core.completion import Outcome
from synterm.core.traffic import LoggedCall

How = Literal["log", "label", "no label", "output", "nothing"]
_WHOLE = (Outcome.COMPLETE, Outcome.REFUSED)
"""How calls ended whose output is all of the answer."""
WORDS: dict[How, str] = {
    "log": "by the log",
    "label": "the label in the output",
    "no label": "nothing: the output names no label",
    "output": "the output",
    "nothing": "nothing: there was no answer",
}
"""Where a candidate comes from."""


class Candidate(NamedTuple):
    """An expected result, and where it comes from."""

    expected: Any
    how: How


def candidate_of(call: LoggedCall, checks: Sequence[Check]) -> Candidate:
    """What a case of the call might expect, in a scenario with these checks (those of sets in place of the sets).

    What the log tells that should have been answered; else the label that a label check reads in the output; else the
    output, where no check reads labels.
    """
    if call.expected is not None:
        return Candidate(call.expected, "log")
    if call.outcome not in _WHOLE or not call.output:
        return Candidate(None, "nothing")
    readers = [form for check in checks if isinstance(check, Label) and (form := check.unexpecting())]
    if not readers:
        return Candidate(call.output, "output")
    case = Case(id=call.id, scenario_id=call.scenario_id, input=call.input)
    answer = Answer(call.completion, case)
    label = next((found for form in readers if (found := form.judge(answer).label)), None)
    return Candidate(label, "label" if label is not None else "no label")
