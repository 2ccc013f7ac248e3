"""The answer names the expected label."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PrivateAttr, model_validator

from synterm.checks.base import Answer, Check, Example
from synterm.checks.json_text import look_up, parse_json, unfenced
from synterm.checks.label_reader import LabelReader, Reading
from synterm.checks.words import Word, word
from synterm.core.case import value_text
from synterm.core.evaluation import CheckResult
from synterm.core.request import Constraint, Labels
from synterm.errors import InputError, did_you_mean

Letter = Annotated[Word, Field(pattern=r"^[A-Za-z0-9]{1,3}$")]


class Label(Check):
    """The answer names the label that the case expects, out of a fixed set."""

    type = "label"
    example = Example(
        {"labels": ["schedule", "summarize", "out_of_scope"]},
        "That would be out of scope.",
        False,
        "out_of_scope, expected schedule",
        expected="schedule",
    )

    labels: tuple[Word, ...] = Field(min_length=2)
    """All labels; distinct, whatever their case and punctuation."""
    path: str | None = Field(default=None, min_length=1)
    """Where the label stands in an answer that is JSON: ``route.name``, ``items.0.label``."""
    aliases: dict[str, Word] = Field(default_factory=dict)
    """Other words for a label."""
    choices: dict[Letter, Word] = Field(default_factory=dict)
    """Letters that stand for labels, where the prompt offers ``A) …``."""
    _reader: LabelReader = PrivateAttr()

    @model_validator(mode="after")
    def _ready(self) -> Label:
        for label in (*self.aliases.values(), *self.choices.values()):
            if label not in self.labels:
                raise ValueError(f"{label!r} is not one of the labels; {did_you_mean(label, self.labels)}")
        self._reader = LabelReader(self.labels, self.aliases, self.choices)
        return self

    def constraint(self) -> Constraint | None:
        """The labels, or the letters where there are choices; nothing where the label stands within JSON."""
        return None if self.path else Labels(tuple(self.choices) or self.labels)

    @property
    def needs_expected(self) -> bool:
        return True

    def unexpecting(self) -> Check | None:
        form = AnyLabel.model_construct(**dict(self))
        form._reader = self._reader
        return form

    def judge(self, answer: Answer) -> CheckResult:
        expected = self._expected(answer.expected)
        reading = self._read(answer.text)
        if reading.label is None:
            return self.verdict(False, reading.reason, expected_label=expected)
        passed = reading.label == expected
        reason = reading.label if passed else f"{reading.label}, expected {expected}"
        return self.verdict(passed, reason, label=reading.label, expected_label=expected)

    def _expected(self, expected: Any) -> str:
        if expected is None:
            raise InputError("the case expects no label")
        label = self._reader.exact(value_text(self._inner(expected)))
        if label is None:
            raise InputError(
                f"the case expects {value_text(expected)!r}, which is not one of the labels",
                hint=did_you_mean(value_text(expected), self.labels),
            )
        return label

    def _inner(self, expected: Any) -> Any:
        """What stands at the path, where a case expects JSON as the answer should be."""
        if self.path is None or not isinstance(expected, dict | list):
            return expected
        try:
            return look_up(expected, self.path)
        except LookupError as error:
            raise InputError(f"what the case expects has no {self.path}") from error

    def _read(self, text: str) -> Reading:
        if self.path is None:
            return self._reader.read(text)
        try:
            found = word(look_up(parse_json(unfenced(text)), self.path))
        except ValueError as error:
            return Reading(None, str(error))
        except LookupError:
            return Reading(None, f"the answer has no {self.path}")
        return self._reader.read(found) if isinstance(found, str) else Reading(None, f"{self.path} holds no label")


class AnyLabel(Label):
    """The answer names one of the labels, whichever: all that can be said where none is expected."""

    @property
    def needs_expected(self) -> bool:
        return False

    def unexpecting(self) -> Check | None:
        return self

    def judge(self, answer: Answer) -> CheckResult:
        reading = self._read(answer.text)
        return self.verdict(reading.label is not None, reading.label or reading.reason, label=reading.label)
