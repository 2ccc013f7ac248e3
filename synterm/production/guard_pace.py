"""How long a check takes, as far as it showed: what is fast is asked at once, what is slow by a thread."""

from __future__ import annotations

import time
from dataclasses import dataclass

from synterm.checks.asked import asked
from synterm.checks.base import Answer, Check
from synterm.checks.negated import NOT
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult

LONG_TEXT = 10_000
"""Characters of an answer over which no check is taken to be fast."""
_SLOW_MS, _FAST_MS = 5.0, 1.0
_PROOFS, _MOST_PROOFS = 20, 20_000
"""After so many fast verdicts in a row a check of synterm's own is taken to be fast; twice as many each time that it
turned out not to be, so that nobody can have it asked at once whenever it will be slow."""
_OWN = "synterm.checks."
_REHEARSAL = Answer(
    Completion(Outcome.COMPLETE, "Yes: your order 4471 is on its way, and should be there on Tuesday, 3 March."),
    Case(scenario_id="rehearsal", input={"input": "Where is my order?"}, expected="on its way"),
)


@dataclass(slots=True)
class Paced:
    """A check, and whether it is asked at once or by a thread."""

    check: Check
    own: bool
    """Whether nothing of it comes from a plugin, of which nobody knows what it does next time."""
    slow: bool
    _fast: int = 0
    _needed: int = _PROOFS

    def ask(self, answer: Answer) -> tuple[CheckResult, float]:
        """What it finds, and how many milliseconds it took."""
        worked, began = time.thread_time(), time.perf_counter()
        found = asked(self.check, answer)
        took_ms = (time.perf_counter() - began) * 1000
        if took_ms > _FAST_MS or self.slow:
            # What the machine did in between says nothing about the check.
            self._note((time.thread_time() - worked) * 1000, len(answer.completion.text) > LONG_TEXT)
        return found, took_ms

    def _note(self, work_ms: float, long: bool) -> None:
        if not self.slow:
            if work_ms > _SLOW_MS and not long:
                self.slow, self._fast, self._needed = True, 0, min(self._needed * 2, _MOST_PROOFS)
        elif self.own:
            self._fast = self._fast + 1 if work_ms < _FAST_MS else 0
            self.slow = self._fast < self._needed


def paced(check: Check) -> Paced:
    """A check of which nothing is known yet. One of synterm's own is tried out, so that what it loads when it is asked
    is there before the first answer; one that loads something, a model for one, is slow until it showed otherwise."""
    parts = (check, *check.parts())
    own = all(_base(type(part)).__module__.startswith(_OWN) for part in parts)
    loads = any(type(part).warm is not Check.warm for part in check.parts())
    made = Paced(check, own, not own or loads)
    if own and not check.asks:
        asked(check, _REHEARSAL)
        for _ in range(_PROOFS if made.slow else 1):
            made.ask(_REHEARSAL)
    return made


def _base(kind: type[Check]) -> type[Check]:
    """The class itself, or what it is the negation of."""
    return kind.__mro__[1] if kind.type.startswith(NOT) else kind
