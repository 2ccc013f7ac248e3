"""What a run over production's traffic says of itself: which calls it judged, by which checks, and which it did not."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

PRODUCTION = "production"
"""What stands in place of a prompt's name: what the app asked is known, how it asked is not."""
LOGGED = "logged"
"""What stands in place of a version."""

Form = Literal["full", "unexpecting", "mixed"]
"""How the calls of a scenario were judged: against what each should have been answered; by what can be said where
nothing is expected; or some in one form and some in the other."""


class LeftOut(BaseModel):
    """A check that judged nothing."""

    model_config = ConfigDict(frozen=True)

    type: str
    why: str
    calls: int
    """So many calls were judged without it."""


class ProductionReport(BaseModel):
    """The calls of a run over production's traffic."""

    model_config = ConfigDict(frozen=True)

    since: str | None = None
    """Calls that were answered at this time or later: ISO 8601, UTC; None: from the first on."""
    until: str | None = None
    """Answered before it; None: to the last."""
    first: str = ""
    """When the earliest of those that were judged was answered."""
    last: str = ""
    calls: int = 0
    stands_for: float = 0.0
    """How many calls these are of all traffic, by the weights of the sample."""
    weighted: bool = False
    """Whether some calls stand for more than others: rates are then estimated with these weights."""
    unanswered: int = 0
    """Calls without an answer, as the log tells: errors, and no failures."""
    not_judged: dict[str, int] = Field(default_factory=dict[str, int])
    """Calls of that time that were left out, by why."""
    expected: dict[str, int] = Field(default_factory=dict[str, int])
    """Of how many calls it is known what was expected, by who says so: ``log``, ``behavior``."""
    left_out: tuple[LeftOut, ...] = ()
    judges: bool = True
    """Whether checks that ask a model took part."""
    min_confidence: float = 0.0
    forms: dict[str, Form] = Field(default_factory=dict[str, Form])
    """By scenario id."""
    after_row: int = 0
    """Only calls that came into the project file after this row."""
    row: int = 0
    """The last row that it looked at, and the call in it: where the next one goes on."""
    row_id: str = ""


def production_of(config: dict[str, Any]) -> ProductionReport | None:
    """What a run's configuration says of production's traffic; None for a run over cases, or where it can't be read."""
    said = config.get(PRODUCTION)
    if not isinstance(said, dict):
        return None
    try:
        return ProductionReport.model_validate(cast("dict[str, Any]", said))
    except ValueError:
        return ProductionReport()
