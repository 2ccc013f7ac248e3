"""The texts of a case that a generator may rewrite: one value of its input, or the lines of a dialog's user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeAlias, cast

from synterm.core.dialog import NAME, is_dialog

Path: TypeAlias = "tuple[str | int, ...]"
"""The way to a text inside an input: names and positions."""


def lines_of(values: Mapping[str, Any], variables: Sequence[str], value: str | None) -> list[tuple[Path, str]]:
    """The texts to rewrite, each with the way to it; empty where there are none.

    Of a dialog what its user says: the opening, or all turns. Else the value named `value`; without a name the longest
    text among the prompt's `variables`, or among all values where none of those is a text.
    """
    if is_dialog(values) and value in (None, NAME):
        return [(path, text) for path, text in _said(values[NAME]) if text.strip()]
    texts = {name: text for name, text in values.items() if isinstance(text, str) and text.strip()}
    if value is not None:
        return [((value,), texts[value])] if value in texts else []
    names = [name for name in texts if name in variables] or list(texts)
    return [((name,), texts[name]) for name in sorted(names, key=lambda name: -len(texts[name]))[:1]]


def _said(dialog: Mapping[str, Any]) -> list[tuple[Path, str]]:
    opening, turns = dialog.get("opening"), dialog.get("turns")
    if isinstance(opening, str):
        return [((NAME, "opening"), opening)]
    lines = cast("list[object]", turns) if isinstance(turns, list) else []
    return [((NAME, "turns", at), line) for at, line in enumerate(lines) if isinstance(line, str)]


def rewritten(values: Mapping[str, Any], texts: Mapping[Path, str]) -> dict[str, Any]:
    """An input with other texts in their places; the old one stays as it is."""
    new = deepcopy(dict(values))
    for path, text in texts.items():
        place: Any = new
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = text
    return new
