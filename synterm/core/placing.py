"""How well traffic can be placed onto the behaviors of a project, as its own cases tell."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from synterm.core.metrics import Bounds
from synterm.text import plural


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class OwnRate(_Frozen):
    """A share of the project's own cases. Each lineage counts as one: what was made from one seed is much the same."""

    rate: float
    """0 to 1."""
    interval: Bounds
    """95 %, over lineages."""
    cases: int
    lineages: int

    @property
    def words(self) -> str:
        """``84 % of 312 cases (95 %: 79 to 88 %)``."""
        low, high = self.interval
        return f"{100 * self.rate:.0f} % of {self.cases:,} cases (95 %: {100 * low:.0f} to {100 * high:.0f} %)"


class PlacingBin(_Frozen):
    """Own cases that were placed with about the same confidence."""

    low: float
    high: float
    cases: int
    confidence: float
    """The mean."""
    right: float
    """The share that was placed rightly: about the confidence, if that can be trusted."""


class BehaviorPlacing(_Frozen):
    """How the cases of one behavior are placed."""

    behavior_id: str
    behavior: str
    """Its path."""
    cases: int
    right: float | None
    """The share that is placed in it, each without its own lineage; None where all are of one lineage."""
    called_uncovered: float
    """The share that is called uncovered though it is not."""
    elsewhere: str = ""
    """The path of the behavior that most of the others are placed in; empty where there is none."""
    found_left_out: float
    """The share that is called uncovered, rightly, when the behavior has no cases."""


class PlacingReport(_Frozen):
    """What the project's own cases say of placing: each was placed by the others, without those of its lineage, and
    again without those of its behavior, which is how traffic looks that is not covered."""

    cases: int
    """Accepted cases."""
    used: int
    """Those that calls are placed by: of very many a choice, from all behaviors and lineages."""
    lineages: int
    """Of those that are used."""
    behaviors: int
    """With cases."""
    calibrated: bool
    """Whether the project's cases tell what is uncovered. Where not, a limit of the likeness decides, and uncovered
    calls have no confidence."""
    doubt: str = ""
    """Why not, in words."""
    right: OwnRate | None = None
    """Placed in their own behavior; None where there are too few cases, or only one behavior."""
    covered: OwnRate | None = None
    """Not called uncovered."""
    left_out: OwnRate | None = None
    """Called uncovered when their behavior has no cases; None where that tells nothing."""
    bins: tuple[PlacingBin, ...] = ()
    by_behavior: tuple[BehaviorPlacing, ...] = ()

    @property
    def words(self) -> str:
        """In a sentence or two, with figures."""
        said = [self.doubt] if self.doubt else []
        if self.right:
            said.append(f"placing is right for {self.right.words}, each without its own lineage")
        if self.left_out:
            said.append(f"of cases whose behavior is left out, {self.left_out.words} are called uncovered")
        return "; ".join(said)

    @property
    def basis(self) -> str:
        """``312 cases of 80 lineages in 15 behaviors``."""
        used = (
            f"{plural(self.used, 'case')} of {plural(self.lineages, 'lineage')} in {plural(self.behaviors, 'behavior')}"
        )
        return used if self.used == self.cases else f"{used}, of {self.cases:,}"
