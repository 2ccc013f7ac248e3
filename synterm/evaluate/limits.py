"""What a sweep must keep to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from synterm.core.completion import Completion
from synterm.evaluate.purse import Purse
from synterm.storage.responses import KEPT, Kept


@dataclass(frozen=True, slots=True)
class Limits:
    """How a sweep may go about it; None stands for no limit."""

    max_seconds: float | None = None
    seconds_gone: float = 0.0
    """How many of them are over already, where it is not the first sweep of its run."""
    purse: Purse | None = None
    """What it may spend; shared by all sweeps that are given it."""
    day_cap_usd: float | None = None
    """What all that use this project file may spend in a day together."""
    kept: Kept = KEPT
    """Which answers of the project file are served."""
    refresh: frozenset[str] = frozenset()
    """Cases, by id, that are asked afresh whatever the project file has."""
    only_judge: bool = False
    """Whether to judge answers that the project file has, and to ask for no others."""
    stream: bool = False
    """Whether to tell of answers as they stream in."""
    chunk: int = 100
    """How many answers are looked up and judged in one go, as long as some are to be asked for."""
    longest_chunk: int = 1600
    """The most where the project file has them all; never fewer than `chunk`."""
    ahead: int = 800
    """How many requests of a model wait for their turn, rendered. More would be no faster for a run, and take memory;
    where the next key makes all of them void, fewer are made for nothing."""
    told: Mapping[str, Completion] = field(default_factory=dict[str, Completion])
    """What became of requests already, by request key: they are not asked again."""
    fresh: set[int] = field(default_factory=set[int])
    """Rows of answers that were received for this run, though they are in the file: each is told of once as fresh, and
    taken out."""
    breath_s: float = 0.0
    """How long the event loop is left to others after each chunk, in seconds: a screen is to be drawn meanwhile."""


DEFAULT_LIMITS = Limits()
