"""From the filters that a pipeline names to filters that drop."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import ValidationError

from synterm.core.ids import canonical_json
from synterm.core.problems import InvalidError, Problem, problems_of
from synterm.describe.filters.base import Filter
from synterm.errors import InputError, did_you_mean

GROUP = "synterm.filters"
"""The entry points by which installed packages bring filters."""

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
    "well-formed": "synterm.describe.filters.well_formed:WellFormed",
}
"""The filters that come with synterm, as in its entry points: so they are there in a checkout that is not installed,
looking for plugins costs nothing until one is named, and no plugin takes their names."""


def load_filter(config: dict[str, Any]) -> Filter:
    """The filter of a configuration such as ``{"type": "near-duplicate", "threshold": 0.9}``.

    Raises InvalidError, with each problem and its field, when it can't be made.
    """
    fields = dict(config)
    kind = fields.pop("type", None)
    if not isinstance(kind, str):
        raise InvalidError(
            [Problem(("type",), "is missing" if kind is None else "must be text")],
            where="filter",
            hint="write {type: near-duplicate, threshold: 0.9}",
        )
    try:
        filter_class = _filter_class(kind)
    except InputError as error:
        raise InvalidError([Problem(("type",), error.message)], hint=error.hint) from error
    try:
        canonical_json(fields)
        return filter_class.model_validate(fields)
    except TypeError as error:
        raise InvalidError([Problem((), f"is not plain JSON: {error}")], where=f"filter {kind}") from error
    except ValidationError as error:
        raise InvalidError(problems_of(error, filter_class), where=f"filter {kind}") from error


def known_filters() -> dict[str, str]:
    """Every type of filter that can be used here, with what it drops in a line."""
    return {kind: _title(kind) for kind in sorted(_places())}


def _title(kind: str) -> str:
    try:
        return _filter_class(kind).title
    except InputError as error:
        return error.message


@lru_cache
def _filter_class(kind: str) -> type[Filter]:
    places = _places() if kind not in BUILT_IN else BUILT_IN
    if kind in places:
        return _load(kind, places[kind])
    raise InputError(f"{kind!r} is not a type of filter", hint=did_you_mean(kind, places))


def _load(kind: str, place: str) -> type[Filter]:
    try:
        # A plugin may fail in any way while it is imported.
        loaded: object = EntryPoint(kind, place, GROUP).load()
    except Exception as error:
        raise InputError(f"the filter {kind} can't be loaded from {place}: {error or type(error).__name__}") from error
    if not (isinstance(loaded, type) and issubclass(loaded, Filter)):
        raise InputError(f"{place} is not a filter")
    return loaded


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Where each type of filter is, as ``module:Class``."""
    return {**{entry.name: entry.value for entry in entry_points(group=GROUP)}, **BUILT_IN}
