"""New cases of nothing but what the behavior's description says, and of how cases look that are there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

from pydantic import Field

from synterm.core.case import Case, input_text
from synterm.core.completion import Completion
from synterm.describe.candidate import Candidate
from synterm.describe.generators.base import Question, Surroundings
from synterm.describe.generators.replies import texts_of
from synterm.describe.generators.small import go_on, slip_of
from synterm.describe.generators.writing import Writer
from synterm.text import one_line

_FEWEST = 3
"""Examples that a very small model needs to go on from."""


class FromDescription(Writer):
    """Writes inputs that probe the behavior, from its description alone."""

    type = "from-description"
    title = "new inputs from the behavior's description"

    label: str | None = Field(default=None, min_length=1)
    """Only inputs that belong under this label; None: under any."""

    def ask(self, seed: Case | None, around: Surroundings, number: int, random: Random) -> Question:
        if self.label is not None and self.label not in around.labels:
            raise ValueError(f"{self.label!r} is no label here: {', '.join(around.labels) or 'there are none'}")
        return super().ask(seed, self._of_label(around), number, random)

    def read(self, reply: Completion, seed: Case | None, around: Surroundings) -> Iterable[Candidate]:
        if around.small:
            known = [input_text(case.input) for case in around.examples]
            for problem in filter(None, (slip_of(text, known) for text in texts_of(reply))):
                raise ValueError(problem)
        for made in super().read(reply, seed, self._of_label(around)):
            if self.label is None or made.expected == self.label:
                yield made

    def task(self, around: Surroundings) -> str:
        only = f" Only such as belong under the label {self.label!r}." if self.label else ""
        return (
            "Write inputs of users that probe whether the app behaves as the behavior's description says: everyday "
            "ones as well as unusual ones, of different users, lengths and wordings. Examples of what is there already "
            f"are given where there are any: write others, about other things.{only}"
        )

    def told(self) -> str:
        return "written from the description"

    def ask_small(self, seed: Case | None, around: Surroundings, random: Random) -> Question:
        known = [one_line(input_text(case.input), 200) for case in around.examples]
        if len(known) < _FEWEST:
            such = f" that expect {self.label}" if self.label else ""
            raise ValueError(f"a model as small as this needs {_FEWEST} cases of the scenario{such} to go on from")
        self.input_of("", None, around)
        instruction = f"Write a message: {one_line(around.scenario, 80)}."
        return go_on(instruction, known, max(60, *map(len, known)), random)

    def _of_label(self, around: Surroundings) -> Surroundings:
        """The surroundings with examples of the label alone, as far as a very small model goes on from them."""
        if self.label is None or not around.small:
            return around
        return replace(around, examples=[case for case in around.examples if case.expected == self.label])

    def expected_alone(self, around: Surroundings) -> Any:
        if not around.small:
            return None
        # It went on from the examples: what they have in common holds for it too, as far as anyone knows.
        expected = [case.expected for case in around.examples]
        return expected[0] if expected and all(one == expected[0] for one in expected) else None
