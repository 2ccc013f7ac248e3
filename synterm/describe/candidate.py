"""A case on its way through the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Keeps = Literal["same", "changed", "unknown"]
"""What becomes of the expected result of the seed: it is the same, it was changed along with the input, or nobody knows
whether it holds still (a label check, or a person, has to say)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a generator made. Its `id` is not given yet: it becomes a case when it is kept or dropped."""

    input: dict[str, Any]
    expected: Any
    keeps: Keeps
    note: str
    """What was done, in a few words: "two neighbouring keys swapped"."""
    tags: tuple[str, ...] = ()
    """Tags that it gets besides those of its seed."""
    form: str = ""
    """How its form alone was changed, as in "whitespace:tabs": it says what its seed says, and is meant to be near it.
    Empty where it has other words."""
    lineage: str = ""
    """The id of the case with which its lineage began; empty for one that has no seed."""
    steps: tuple[dict[str, Any], ...] = field(default=())
    """The generators that it went through, the first one first: their configuration, with the random seed."""
