"""Cases that are hard to place: ambiguous ones, and ones on the border between two labels."""

from __future__ import annotations

from random import Random
from typing import Any, Self

from pydantic import Field

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.describe.candidate import Candidate
from synterm.describe.generators.asked import about, examples, longest_of, question
from synterm.describe.generators.base import Question, Surroundings
from synterm.describe.generators.replies import texts_of
from synterm.describe.generators.writing import Writer
from synterm.text import one_line


class Borderline(Writer):
    """Writes inputs on the border between two labels. Which of the two is expected, a person has to say."""

    type = "borderline"
    title = "inputs on the border between two labels"
    then = "unknown"

    first: str | None = Field(default=None, min_length=1)
    second: str | None = Field(default=None, min_length=1)
    """The two labels; those that are not given are chosen anew for each question."""

    def settled(self, seed: Case | None, around: Surroundings, random: Random) -> Self:
        for label in (self.first, self.second):
            if label is not None and label not in around.labels:
                raise ValueError(f"{label!r} is no label here: {', '.join(around.labels) or 'there are none'}")
        chosen = [label for label in (self.first, self.second) if label]
        others = [label for label in around.labels if label not in chosen]
        if len(chosen) + len(others) < 2:
            raise ValueError("a border needs two labels, and the scenario's checks know fewer")
        first, second = [*chosen, *random.sample(others, 2 - len(chosen))]
        return self.model_copy(update={"first": first, "second": second})

    def task(self, around: Surroundings) -> str:
        return (
            f"Write inputs on the border between the labels {self.first!r} and {self.second!r}: a careful person could "
            "give either, and would have to think. They are not vague: everything is said, and still both fit."
        )

    def told(self) -> str:
        return f"on the border between {self.first} and {self.second}"

    def ask(self, seed: Case | None, around: Surroundings, number: int, random: Random) -> Question:
        if around.small:
            return self.ask_small(seed, around, random)
        self.input_of("", seed, around)
        known = [one_line(str(case.input), 1000) for case in around.examples]
        return question(self.task(around), [*about(around), *examples(around)], number, longest_of(known, 2.0, 400))

    def read(self, reply: Completion, seed: Case | None, around: Surroundings) -> list[Candidate]:
        tags: tuple[str, ...] = (self.type,)
        return [
            Candidate(self.input_of(text, seed, around), self.expected_alone(around), "unknown", self.told(), tags)
            for text in texts_of(reply)
        ]

    def expected_alone(self, around: Surroundings) -> Any:
        return None


class Ambiguous(Borderline):
    """Writes inputs that can be understood in two ways, each of which asks for another label."""

    type = "ambiguous"
    title = "inputs that can be understood in two ways, with another label each"

    def task(self, around: Surroundings) -> str:
        return (
            f"Write inputs that are ambiguous: understood in one way they belong under {self.first!r}, in another way "
            f"under {self.second!r}, through a word with two meanings, a pronoun, an ellipsis or missing context. They "
            "sound natural, and their writer does not notice that they are ambiguous."
        )

    def told(self) -> str:
        return f"ambiguous between {self.first} and {self.second}"
