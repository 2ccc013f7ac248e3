"""From the filters that a pipeline names to filters that drop."""

from __future__ import annotations

from typing import Any

from synterm.describe.filters.base import Filter
from synterm.plugins import Registry

BUILT_IN = {
    "contradiction": "synterm.describe.filters.contradiction:Contradiction",
    "diverse": "synterm.describe.filters.diverse:Diverse",
    "language": "synterm.describe.filters.language:Language",
    "leak": "synterm.describe.filters.leak:Leak",
    "length": "synterm.describe.filters.length:Length",
    "near-duplicate": "synterm.describe.filters.near_duplicate:NearDuplicate",
    "no-pii": "synterm.describe.filters.private:NoPiiFilter",
    "no-secrets": "synterm.describe.filters.private:NoSecretsFilter",
    "place": "synterm.describe.filters.place:InPlace",
    "same-meaning": "synterm.describe.filters.near_duplicate:SameMeaning",
    "too-close": "synterm.describe.filters.from_seed:TooClose",
    "too-far": "synterm.describe.filters.from_seed:TooFar",
    "toxicity": "synterm.describe.filters.toxicity:Toxicity",
    "well-formed": "synterm.describe.filters.well_formed:WellFormed",
}
FILTERS = Registry("filter", Filter, BUILT_IN)


def load_filter(config: dict[str, Any]) -> Filter:
    """The filter of a configuration such as ``{"type": "near-duplicate", "threshold": 0.9}``.

    Raises InvalidError, with each problem and its field, when it can't be made.
    """
    return FILTERS.make(config)


def known_filters() -> dict[str, str]:
    """Every type of filter that can be used here, with what it drops in a line."""
    return FILTERS.titles()
