"""What the Generate screen is opened with, when another screen knows already what is wanted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """What to fill in; whoever opened the screen may change all of it."""

    chains: tuple[str, ...] = ()
    """Chains of generators, as ``synterm generate --with`` takes them."""
    seeds: tuple[str, ...] = ()
    """Ids of the cases to begin from."""
    into: str = ""
    """The id of the scenario that gets them; empty: each seed's own."""
    count: int = 0
    """How many are wanted; 0: as the screen sets it."""
    words: str = ""
    """What it is for, in a line: "1 of 3 long cases that expect clarify"."""
    filters: tuple[str, ...] = ()
    """As ``synterm generate --filter`` takes them, beside the usual ones."""
