"""Checks that hold others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field, PrivateAttr, field_validator, model_validator

from synterm.checks.base import Answer, Check
from synterm.checks.question import Question
from synterm.core.completion import Completion, Outcome
from synterm.core.dialog import Transcript
from synterm.core.request import Constraint
from synterm.errors import InputError


class OfDialog(Check):
    """Judges a dialog by another check, which gets each of the app's answers by itself."""

    check: dict[str, Any] = Field()
    """The check, as it would stand by itself."""
    _check: Check = PrivateAttr()

    @field_validator("check")
    @classmethod
    def _usable(cls, value: dict[str, Any]) -> dict[str, Any]:
        _load(value)
        return value

    @model_validator(mode="after")
    def _make(self) -> OfDialog:
        self._check = _load(self.check)
        return self

    @property
    def inner(self) -> Check:
        """The check that judges each answer."""
        return self._check

    @property
    def judges(self) -> Collection[str]:
        """Those of the check within."""
        return self._check.judges

    @property
    def needs_expected(self) -> bool:
        return self._check.needs_expected

    def unexpecting(self) -> Check | None:
        return self._with(self._check.unexpecting())

    def fitting(self, fits: Callable[[Check], bool]) -> Check | None:
        return self._with(self._check.fitting(fits))

    def _with(self, inner: Check | None) -> Check | None:
        if inner is None or inner is self._check:
            return None if inner is None else self
        copy = self.model_copy()
        copy._check = inner
        return copy

    def warm(self) -> None:
        self._check.warm()

    def parts(self) -> Iterable[Check]:
        return self._check.parts()

    def constraint(self) -> Constraint | None:
        return self._check.constraint()

    def questions(self, answer: Answer) -> Sequence[Question]:
        """Those of the check within, on every answer."""
        return [question for turn in self.turns(answer) for question in self._check.questions(turn)]

    def turns(self, answer: Answer) -> list[Answer]:
        """Each of the app's answers by itself; one, where the case is no dialog."""
        held = answer.transcript
        if held is None:
            return [answer]
        return [_single(text, answer) for text in held.answers]


def transcript(answer: Answer) -> Transcript:
    """The dialog that is judged. Raises InputError where the case is none."""
    held = answer.transcript
    if held is None:
        raise InputError("the case is no dialog: its input has no value named dialog")
    return held


def _single(text: str, answer: Answer) -> Answer:
    completion = Completion(Outcome.COMPLETE if text else Outcome.EMPTY, text)
    return replace(answer, completion=completion)


def _load(config: dict[str, Any]) -> Check:
    from synterm.checks.registry import load_check

    return load_check(config)
