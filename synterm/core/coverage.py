"""What the cases of a project cover, and what they leave open, as JSON: a contract with whoever reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

COVERAGE_SCHEMA = "synterm.coverage/1"

Axis = Literal["label", "length", "tone", "noise", "split"]
"""What cases differ in, as far as it counts for the score; `counts` tells of tags and origins too."""


class Place(BaseModel):
    """One value on an axis, which wants some cases: "long" on "length"."""

    model_config = ConfigDict(frozen=True)

    axis: Axis
    value: str
    have: int
    """Independent cases: of one lineage, or so like each other that they say the same, several count as one."""
    cases: int
    """All cases, each by itself."""
    want: int

    @property
    def missing(self) -> int:
        """How many independent cases it is short of."""
        return max(self.want - self.have, 0)


class Hole(BaseModel):
    """A place, or two places together, with fewer independent cases than are wanted: what to make next."""

    model_config = ConfigDict(frozen=True)

    id: str
    """The same for the same hole: twelve letters over the behavior and the places."""
    behavior_id: str
    path: str
    """Of the behavior."""
    at: tuple[tuple[str, str], ...]
    """Axis and value, one or two: (("label", "clarify"), ("length", "long"))."""
    have: int
    want: int
    words: str
    """In one line: "1 of 3 long cases that expect clarify"."""
    alike: int = 0
    """Labels of the behavior besides for which the same is missing, as much of it."""
    generators: tuple[str, ...] = ()
    """Chains, as ``synterm generate --with`` takes them, that make such cases; empty where none can."""
    filters: tuple[str, ...] = ()
    """As ``synterm generate --filter`` takes them: what drops of it what would lie elsewhere."""
    seeds: tuple[str, ...] = ()
    """Ids of the cases that are fit as seeds for them, best first; empty where the generators need none."""
    into: str = ""
    """The id of the scenario that would get them."""


class BehaviorCoverage(BaseModel):
    """What the accepted cases of a behavior cover."""

    model_config = ConfigDict(frozen=True)

    node_id: str
    path: str
    cases: int
    """Accepted ones."""
    roots: int
    """Lineages."""
    independent: int
    """Lineages, with those that are near-duplicates of each other counted as one."""
    drafts: int
    """Cases that wait for review: they don't count for anything else here."""
    redundancy: float
    """The share of cases that say what another one says already: 1 − independent ÷ cases; 0 without cases."""
    counts: dict[str, dict[str, int]]
    """Cases by value on each of: split, tag, tone, length, noise, origin, label."""
    places: tuple[Place, ...]
    score: float
    """0 to 1: the independent cases that places have, up to what each wants, ÷ all that they want."""
    holes: tuple[Hole, ...]
    """The worst first; so many at most."""
    more_holes: int = 0
    """How many there are besides."""


class MapPoint(BaseModel):
    """A case on the map."""

    model_config = ConfigDict(frozen=True)

    case_id: str
    behavior_id: str
    x: float
    """0 to 1."""
    y: float
    """0 to 1."""


class CoverageMap(BaseModel):
    """Cases by meaning in two dimensions: those that lie near each other say much the same."""

    model_config = ConfigDict(frozen=True)

    points: tuple[MapPoint, ...]
    shown: float
    """The share of all the differences between the meanings that two dimensions can show, 0 to 1."""
    left_out: int = 0
    """Cases beyond the most that are drawn; those that are were chosen evenly over behaviors."""


class CoverageReport(BaseModel):
    """What ``synterm coverage --json`` gives."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_version: Literal["synterm.coverage/1"] = Field(default=COVERAGE_SCHEMA, alias="schema")
    project: str
    by: Literal["meaning", "wording"]
    """What likeness was found by: embeddings (``synterm[analysis]``), or the words alone."""
    score: float
    """As of a behavior, over all places of all behaviors."""
    definition: str
    """What the score is, in a sentence or two."""
    behaviors: tuple[BehaviorCoverage, ...]
    map: CoverageMap | None = None
    """None where there are no embeddings, or none were asked for."""
    notes: tuple[str, ...] = ()
    """What could not be looked at, and why."""
