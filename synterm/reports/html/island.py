"""Data for a page's script, as text that may stand between the tags of a ``script`` element."""

from __future__ import annotations

from typing import Any

import orjson
from markupsafe import Markup

# What could end the element or begin another, for a parser of HTML or XML; and two that end a line of older scripts.
_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def island(value: Any) -> Markup:
    """`value` as JSON in which no character means anything to HTML; a JSON parser gives the same value.

    Raises TypeError for what JSON can't hold, among it texts with half a surrogate pair: see `text.storable`.
    """
    text = orjson.dumps(value).decode()
    # In JSON these stand within texts only, where an escape says the same.
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - what HTML would act on is escaped
