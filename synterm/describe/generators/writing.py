"""Generators that have a model write new cases, each with what is expected, and what they share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, ClassVar, cast

from synterm.core.case import Case, input_text
from synterm.core.completion import Completion
from synterm.describe.candidate import Candidate
from synterm.describe.generators.asked import about, examples, input_for, longest_of, question
from synterm.describe.generators.base import Asker, Question, Surroundings
from synterm.describe.generators.replies import items_of, texts_of
from synterm.describe.generators.small import TOO_SMALL

UNKNOWN = "unknown"
"""What a model says where it can't tell what is expected."""


class Writer(Asker):
    """Has a model write texts, each with the label that it belongs under where the scenario has labels."""

    needs_seed: ClassVar[bool] = False
    then: ClassVar[str] = "as the model says, or unknown"

    @abstractmethod
    def task(self, around: Surroundings) -> str:
        """What is to be written, in words."""

    @abstractmethod
    def told(self) -> str:
        """What was done, in a few words."""

    def parts(self, seed: Case | None, around: Surroundings) -> Iterator[str]:
        """What the model is shown."""
        yield from about(around)
        yield from examples(around)

    def ask(self, seed: Case | None, around: Surroundings, number: int, random: Random) -> Question:
        if around.small:
            return self.ask_small(seed, around, random)
        self.input_of("", seed, around)
        task = self.task(around)
        if around.labels:
            task += (
                f' "expected" is the label that the app should give the text, or {UNKNOWN!r} where that is debatable.'
            )
        known = [input_text(case.input) for case in around.examples]
        return question(task, [*self.parts(seed, around)], number, longest_of(known, 2.0, 400), _item(around))

    def ask_small(self, seed: Case | None, around: Surroundings, random: Random) -> Question:
        """How a very small model is asked. Raises ValueError where it can't be."""
        raise ValueError(TOO_SMALL)

    def read(self, reply: Completion, seed: Case | None, around: Surroundings) -> Iterable[Candidate]:
        if not around.labels or around.small:
            for text in texts_of(reply):
                yield self._candidate(text, self.expected_alone(around), seed, around)
            return
        for item in items_of(reply):
            text, label = _read_item(item, around)
            yield self._candidate(text, label, seed, around)

    def expected_alone(self, around: Surroundings) -> Any:
        """What is expected of a text that came without that; None: nobody knows."""
        return None

    def input_of(self, text: str, seed: Case | None, around: Surroundings) -> dict[str, Any]:
        """The input that holds a text. Raises ValueError where there is no place for it."""
        return input_for(text, around)

    def _candidate(self, text: str, expected: Any, seed: Case | None, around: Surroundings) -> Candidate:
        keeps = "unknown" if expected is None else "changed"
        return Candidate(self.input_of(text, seed, around), expected, keeps, self.told(), (self.type,))


def _item(around: Surroundings) -> dict[str, Any] | None:
    if not around.labels:
        return None
    fields: dict[str, Any] = {
        "text": {"type": "string", "minLength": 1, "maxLength": 4000},
        "expected": {"enum": [*around.labels, UNKNOWN]},
    }
    return {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}


def _read_item(item: Any, around: Surroundings) -> tuple[str, str | None]:
    if isinstance(item, str) and item.strip():
        return item.strip(), None
    if not isinstance(item, dict):
        raise ValueError("an item of the reply is no text")
    found = cast("dict[str, Any]", item)
    text, label = found.get("text"), found.get("expected")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("an item of the reply has no text")
    spelled = {known.casefold(): known for known in around.labels}
    return text.strip(), spelled.get(str(label).strip().casefold())
