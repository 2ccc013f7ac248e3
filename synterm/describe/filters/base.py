"""What every quality filter is."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from synterm.core.case import Case
from synterm.core.prompt import Message
from synterm.describe.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Found:
    """What a filter found about one candidate."""

    kept: bool
    score: float | None
    """The figure that is held against the threshold; None where there is none."""
    reason: str
    """In words, also where it is kept: "0.93 like case 8FH3K2QX"."""


class Filter(BaseModel, ABC):
    """Drops candidates. Its fields are its configuration, with the threshold among them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    title: ClassVar[str]
    """What it drops, in one line."""
    extra: ClassVar[str | None] = None
    """The extra that it needs to be installed (``analysis``), if any."""
    side: ClassVar[Literal["below", "from"] | None] = None
    """Which scores are kept: those below its `threshold`, or those from it on; None where it has no threshold.

    A candidate without a score is kept whatever the threshold.
    """
    whole: ClassVar[bool] = False
    """Whether its judge has to `choose` among all candidates, when there are no more."""

    @abstractmethod
    def open(self, known: Known) -> Judge:
        """A judge over candidates, who remembers those that were kept. Raises InputError where it can't work."""

    def reach(self) -> tuple[float, float]:
        """From which threshold to which the scores tell what would be kept; infinite where there is no bound."""
        low, high = 0.0, math.inf
        for bound in type(self).model_fields["threshold"].metadata:
            low = float(getattr(bound, "ge", low))
            if (over := getattr(bound, "gt", None)) is not None:
                low = math.nextafter(over, math.inf)
            high = float(getattr(bound, "le", high))
        return low, high

    def lets_be(self, candidate: Candidate) -> bool:
        """Whether it leaves a candidate alone whose generator goes beyond it on purpose: never where it was asked for
        with other settings than the usual ones."""
        return self.type in candidate.beyond and self.config() == {"type": self.type}

    def config(self) -> dict[str, Any]:
        """Its type, and the fields that are not as they are by default."""
        return {"type": self.type, **self.model_dump(mode="json", exclude_defaults=True)}


@dataclass(frozen=True, slots=True)
class Known:
    """What is there already: what a candidate may be too near to."""

    cases: Sequence[Case]
    """Lazy: reading all of it is the judge's choice (a project may have a hundred thousand)."""
    labels: Sequence[str]


class Judge(ABC):
    """A filter at work."""

    @abstractmethod
    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        """What it finds about one candidate."""

    def keep(self, candidate: Candidate) -> None:  # noqa: B027 - most have nothing to remember
        """All filters kept this one: the next may be too near to it."""

    def choose(self, candidates: Sequence[Candidate]) -> Sequence[Found]:
        """What it finds about those that all filters kept, seen together; for filters that are `whole`."""
        return [Found(True, None, "judged by itself") for _ in candidates]


class Asking(Filter):
    """A filter that asks a model of the project, in a generation, about what all other filters kept."""

    model: str = ""
    """The name of the model; without one, that which writes."""

    answers: ClassVar[tuple[str, ...]]
    """The words that it can answer with."""
    probes: ClassVar[tuple[tuple[str, str], ...]]
    """Texts, and the right answer to each: a model that is wrong about one can't be asked."""

    @abstractmethod
    def question(self, values: dict[str, Any]) -> tuple[Message, ...]:
        """What it is asked about an input."""

    @abstractmethod
    def found(self, answer: str, by: str) -> Found:
        """What an answer of the model of this name comes to."""

    def open(self, known: Known) -> Judge:
        """A judge that keeps all: the model is asked later on, about many at once."""
        return _Waits()


class _Waits(Judge):
    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        return Found(True, None, "no model was asked")
