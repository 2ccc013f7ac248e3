"""From the generators that a project or a command names to generators that make cases."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import ValidationError

from synterm.core.ids import canonical_json
from synterm.core.problems import InvalidError, Problem, problems_of
from synterm.describe.generators.base import Generator
from synterm.errors import InputError, did_you_mean

GROUP = "synterm.generators"
"""The entry points by which installed packages bring generators."""

BUILT_IN = {
    "ambiguous": "synterm.describe.generators.borderline:Ambiguous",
    "borderline": "synterm.describe.generators.borderline:Borderline",
    "casing": "synterm.describe.generators.casing:Casing",
    "contractions": "synterm.describe.generators.contractions:Contractions",
    "contradict": "synterm.describe.generators.contradict:Contradict",
    "edge-cases": "synterm.describe.generators.edge_cases:EdgeCases",
    "elaborate": "synterm.describe.generators.elaborate:Elaborate",
    "emoji": "synterm.describe.generators.emoji:Emoji",
    "fillers": "synterm.describe.generators.fillers:Fillers",
    "fragments": "synterm.describe.generators.fragments:Fragments",
    "from-description": "synterm.describe.generators.from_description:FromDescription",
    "from-documents": "synterm.describe.generators.from_documents:FromDocuments",
    "homoglyphs": "synterm.describe.generators.homoglyphs:Homoglyphs",
    "misspellings": "synterm.describe.generators.misspellings:Misspellings",
    "paraphrase": "synterm.describe.generators.paraphrase:Paraphrase",
    "personas": "synterm.describe.generators.personas:Personas",
    "punctuation": "synterm.describe.generators.punctuation:Punctuation",
    "recombine": "synterm.describe.generators.recombine:Recombine",
    "shorthand": "synterm.describe.generators.shorthand:Shorthand",
    "template": "synterm.describe.generators.template:Template",
    "terse": "synterm.describe.generators.elaborate:Terse",
    "vary": "synterm.describe.generators.vary:Vary",
    "whitespace": "synterm.describe.generators.whitespace:Whitespace",
}
"""The generators that come with synterm, as in its entry points: so they are there in a checkout that is not installed,
looking for plugins costs nothing until one is named, and no plugin takes their names."""


def load_generator(config: dict[str, Any]) -> Generator:
    """The generator of a configuration such as ``{"type": "casing", "strength": 0.5}``.

    Raises InvalidError, with each problem and its field, when it can't be made.
    """
    fields = dict(config)
    kind = fields.pop("type", None)
    if not isinstance(kind, str):
        problem = Problem(("type",), "is missing" if kind is None else "must be text")
        raise InvalidError([problem], where="generator", hint=did_you_mean("", _places()))
    try:
        generator_class = _generator_class(kind)
    except InputError as error:
        raise InvalidError([Problem(("type",), error.message)], hint=error.hint) from error
    try:
        canonical_json(fields)
        return generator_class.model_validate(fields)
    except TypeError as error:
        raise InvalidError([Problem((), f"is not plain JSON: {error}")], where=f"generator {kind}") from error
    except ValidationError as error:
        raise InvalidError(problems_of(error, generator_class), where=f"generator {kind}") from error


def known_generators() -> dict[str, str]:
    """Every type of generator that can be used here, with what it does in one line."""
    return {kind: _title(kind) for kind in sorted(_places())}


def _title(kind: str) -> str:
    try:
        return _generator_class(kind).title
    except InputError as error:
        return error.message


@lru_cache
def _generator_class(kind: str) -> type[Generator]:
    places = BUILT_IN if kind in BUILT_IN else _places()
    if kind not in places:
        raise InputError(f"{kind!r} is not a type of generator", hint=did_you_mean(kind, places))
    place = places[kind]
    try:
        # A plugin may fail in any way while it is imported.
        loaded: object = EntryPoint(kind, place, GROUP).load()
    except Exception as error:
        raise InputError(
            f"the generator {kind} can't be loaded from {place}: {error or type(error).__name__}"
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, Generator)):
        raise InputError(f"{place} is not a generator")
    return loaded


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Where each type of generator is, as ``module:Class``."""
    return {**{entry.name: entry.value for entry in entry_points(group=GROUP)}, **BUILT_IN}
