"""Verdicts in arrays: some 20 bytes and a short text for each case, where evaluations take two thousand."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from sys import intern
from typing import Literal

from synterm.core.completion import Completion, failed_call
from synterm.core.evaluation import Evaluation
from synterm.evaluate.review.candidate import torn
from synterm.text import one_line

Kind = Literal["pass", "fail", "error"]
MARKS: dict[Kind, str] = {"pass": "✓", "fail": "✗", "error": "!"}

SHOWN = 60
"""The most characters of an answer that a cell keeps; the whole answer is in the project file."""

_KINDS: tuple[Kind, ...] = ("error", "fail", "pass")
_PASSED = (None, False, True)
_KIND = 0b011
_CACHED = 0b100
_NEVER = -1
_UNSCORED = 127
_TORN = 128


@dataclass(frozen=True, slots=True)
class Cell:
    """The newest verdict on a case under one variant."""

    kind: Kind
    text: str
    """The answer in short, or what kept it from coming."""
    generation: int
    """Which text of its column it is about."""
    cached: bool
    stored: int | None
    """The row of its answer in the project file; None when there is none."""
    completion: Completion | None
    """How the call failed, or an answer that is not stored."""
    score: float | None = None
    """The checks' mean score, to a hundredth."""
    torn: bool = False
    """Whether some of the checks pass it and some fail it."""

    @property
    def passed(self) -> bool | None:
        """The verdict; None: there is none."""
        return {"pass": True, "fail": False, "error": None}[self.kind]


class Verdicts:
    """Cells by slot."""

    def __init__(self) -> None:
        self._state = bytearray()
        self._generation = array("q")
        self._stored = array("q")
        self._doubt = bytearray()
        """The score in hundredths or `_UNSCORED`, and whether checks disagree."""
        self._text: list[str] = []
        self._failed: dict[int, Completion] = {}
        self._alike: dict[Completion, Completion] = {}

    def put(self, slot: int, evaluation: Evaluation, generation: int) -> None:
        """Keep what an evaluation found, in place of what was there."""
        self._grow(slot + 1)
        completion, passed = evaluation.completion, evaluation.passed
        self._state[slot] = _PASSED.index(passed) | (_CACHED if completion.cached else 0)
        self._generation[slot] = generation
        self._stored[slot] = completion.stored or 0
        self._doubt[slot] = _doubt(evaluation)
        self._text[slot] = intern(short_answer(evaluation))
        if completion.outcome.answered and completion.stored is not None:
            self._failed.pop(slot, None)
        else:
            self._failed[slot] = self._merged(completion)

    def write(self, slot: int, passed: bool | None, text: str, stored: int | None, generation: int) -> None:
        """Keep what a run recorded, in place of what was there. `text`: the answer in short."""
        self._grow(slot + 1)
        self._state[slot] = _PASSED.index(passed) | _CACHED
        self._generation[slot] = generation
        self._stored[slot] = stored or 0
        self._doubt[slot] = _UNSCORED
        self._text[slot] = intern(text)
        self._failed.pop(slot, None)

    def get(self, slot: int) -> Cell | None:
        """The cell in a slot."""
        if not self.has(slot):
            return None
        state, stored, doubt = self._state[slot], self._stored[slot], self._doubt[slot]
        score = doubt & ~_TORN
        return Cell(
            _KINDS[state & _KIND],
            self._text[slot],
            self._generation[slot],
            bool(state & _CACHED),
            stored or None,
            self._failed.get(slot),
            None if score == _UNSCORED else score / 100,
            bool(doubt & _TORN),
        )

    def has(self, slot: int) -> bool:
        """Whether there is a cell."""
        return slot < len(self._state) and self._generation[slot] != _NEVER

    def passed(self, slot: int) -> bool | None:
        """The verdict in a slot that has a cell."""
        return _PASSED[self._state[slot] & _KIND]

    def cached(self, slot: int) -> bool:
        """Whether the answer in a slot that has a cell came from the project file."""
        return bool(self._state[slot] & _CACHED)

    def text(self, slot: int) -> str:
        """The answer in short; empty without a cell."""
        return self._text[slot] if slot < len(self._text) else ""

    def generation(self, slot: int) -> int:
        """Which text the cell is about; -1 without a cell."""
        return self._generation[slot] if slot < len(self._generation) else _NEVER

    def about(self, generation: int) -> bytes:
        """By slot: 1 where the cell is about this text. For all at once, as `states` is: slot by slot it takes ten
        times as long."""
        return bytes(map(generation.__eq__, self._generation))

    @property
    def states(self) -> Sequence[int]:
        """By slot, what `read_state` tells."""
        return self._state

    def remove(self, slot: int) -> None:
        """Forget what was known of a slot."""
        if self.has(slot):
            self._generation[slot] = _NEVER
            self._failed.pop(slot, None)

    def age(self, slot: int) -> None:
        """Have the cell be about the text before."""
        self._generation[slot] -= 1

    def __len__(self) -> int:
        return len(self._state)

    def _grow(self, size: int) -> None:
        missing = size - len(self._state)
        if missing > 0:
            # In steps, so that growing costs the same per cell however many there are.
            missing = max(missing, len(self._state) // 4, 64)
            self._state.extend(bytes(missing))
            self._doubt.extend(bytes(missing))
            self._generation.extend([_NEVER] * missing)
            self._stored.extend([0] * missing)
            self._text.extend([""] * missing)

    def _merged(self, completion: Completion) -> Completion:
        """One object for all calls that failed alike."""
        if completion.outcome.answered:
            return completion
        bare = failed_call(completion.outcome, completion.error or completion.outcome.value, completion.hint)
        return self._alike.setdefault(bare, bare)


def read_state(state: int) -> tuple[bool | None, bool]:
    """The verdict, and whether its answer came from the project file."""
    return _PASSED[state & _KIND], bool(state & _CACHED)


def _doubt(evaluation: Evaluation) -> int:
    score = _UNSCORED if evaluation.score is None else round(evaluation.score * 100)
    return score | (_TORN if torn(evaluation.checks) else 0)


def kind_of(evaluation: Evaluation) -> Kind:
    """What the verdict is."""
    return _KINDS[_PASSED.index(evaluation.passed)]


def short_answer(evaluation: Evaluation, limit: int = SHOWN) -> str:
    """What was answered, in a line; or what kept the answer from coming."""
    completion = evaluation.completion
    if not completion.outcome.answered:
        return completion.outcome.value
    return one_line(evaluation.label or completion.said or completion.outcome.value, limit)


def marked(kind: Kind, text: str) -> str:
    """The mark and the short answer: ``✓ schedule``, ``! timed out``."""
    return f"{MARKS[kind]} {text}"
