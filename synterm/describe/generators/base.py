"""What every generator is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.ids import content_id
from synterm.core.prompt import Message
from synterm.core.request import Constraint
from synterm.describe.candidate import Candidate
from synterm.describe.generators.example import Example


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a generator may know besides its seed."""

    feature: str
    behavior: str
    description: str
    """Of the behavior, as people wrote it; may be empty."""
    scenario: str
    labels: Sequence[str]
    """The labels that the scenario's checks know; empty where there are none."""
    variables: Sequence[str]
    """The names of values that the project's prompts take, the most used first."""
    examples: Sequence[Case] = ()
    """Some cases of the scenario, the seed not among them."""
    documents: Sequence[str] = ()
    """Passages of the project's documents, where the generator asks for them."""
    small: bool = False
    """Whether the model that writes is a very small one: it follows examples, not instructions, and writes one text at
    a time."""
    looked_for: Sequence[str] = ()
    """Texts that the scenario's checks look for in an answer: where an input has them, noise leaves them alone."""


class Generator(BaseModel, ABC):
    """Makes candidates. Its fields are its configuration, as it stands in the project file and on the command line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    """Its name."""
    title: ClassVar[str]
    """What it does, in one line, for people who choose."""
    needs_seed: ClassVar[bool] = True
    """Whether it makes candidates of a case; else of the surroundings alone."""
    then: ClassVar[str] = "told by each case"
    """What becomes of the expected result, in a few words, for people who choose."""
    reads_documents: ClassVar[bool] = False
    """Whether it needs passages of the project's documents."""

    def config(self) -> dict[str, Any]:
        """What a case's origin keeps of it: its type, and the fields that are not as they are by default."""
        return {"type": self.type, **self.model_dump(mode="json", exclude_defaults=True)}


class Maker(Generator):
    """A generator that needs no model: the same seed and random numbers give the same candidates."""

    example: ClassVar[Example] = Example()
    """What the documentation shows it with."""

    @abstractmethod
    def make(self, seed: Case | None, around: Surroundings, random: Random) -> Iterator[Candidate]:
        """Candidates without end, or as many as there are; taken one by one, so nothing is made for nothing.
        Raises InputError, in words, where nothing can be made of this case."""


class Asker(Generator):
    """A generator that has a model write."""

    wording: ClassVar[int] = 2
    """Raised whenever the same configuration would ask in other words than before."""

    def settled(self, seed: Case | None, around: Surroundings, random: Random) -> Self:
        """The generator with everything chosen that its configuration leaves open: which tone, which two labels.

        It is asked and read so, and lineage keeps it. Raises ValueError, in words, where there is nothing to choose.
        """
        return self

    @property
    def version(self) -> str:
        """Six letters that name how it asks."""
        return content_id("asker", {"wording": self.wording, **self.config()})[:6]

    @abstractmethod
    def ask(self, seed: Case | None, around: Surroundings, number: int, random: Random) -> Question:
        """What a model is asked, for about so many candidates. Raises ValueError, in words, for a seed that it can't
        take."""

    @abstractmethod
    def read(self, reply: Completion, seed: Case | None, around: Surroundings) -> Iterable[Candidate]:
        """The candidates in a reply. Raises ValueError, with the reason for people, for what can't be read."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked to write."""

    messages: tuple[Message, ...]
    constraint: Constraint | None
    """What the reply is held to, where the model can be held to something."""
    max_tokens: int
    temperature: float = 0.9
    """Where the model takes it."""
