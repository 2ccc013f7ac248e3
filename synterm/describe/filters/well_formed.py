"""Candidates that are no input at all: values missing, JSON broken, a template or a model's small talk left in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from synterm.checks.patterns import Pattern, compile_pattern, found
from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.filters.leftovers import marks
from synterm.describe.wording import compared, leaves, shown
from synterm.text import storable

_VISIBLE = (
    r"[^\s\pZ\p{Cc}\p{Cf}"  # white space, control and format characters
    r"\x{034F}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}"  # joiner and selectors: they change the letter before them
    r"\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}]"  # letters that are blank by design
)


class WellFormed(Filter):
    """Drops what lacks a value that its seed has, breaks the seed's JSON, or holds what a template or a model left.

    What stands in the seed as well is never held against a candidate: a case may be about templates. Small talk and
    gaps are told by words of English and sixteen other languages; the rest is the same in every language.
    """

    type = "well-formed"
    title = "values missing, JSON broken, placeholders or a model's small talk left in"

    variables: tuple[str, ...] = ()
    """Values it must have besides those of its seed."""

    def open(self, known: Known) -> Judge:
        return _FormJudge(self)


class _FormJudge(Judge):
    def __init__(self, settings: WellFormed) -> None:
        self._settings = settings

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        before: dict[str, Any] = seed.input if seed else {}
        for problem in self._problems(candidate.input, before):
            return Found(False, None, problem)
        return Found(True, None, "well formed")

    def _problems(self, values: dict[str, Any], before: dict[str, Any]) -> Iterator[str]:
        old = compared(before)
        if not _seen(compared(values)) and (_seen(old) or not before):
            yield "it is empty"
        wanted = [name for name, value in before.items() if not _empty(value)]
        for name in dict.fromkeys((*self._settings.variables, *wanted)):
            if name not in values:
                yield f"the value {shown(name)} is missing"
            elif _empty(values[name]):
                yield f"the value {shown(name)} is empty"
        for name, value in values.items():
            yield from _broken(name, value, before.get(name))
        for text in leaves(values):
            for what, pattern in marks().items():
                if (place := _place(pattern, text)) and not found(pattern, old):
                    yield f"{what}: {shown(place)}"


def _empty(value: Any) -> bool:
    return not any(map(_seen, leaves(value)))


def _seen(text: str) -> bool:
    """Whether there is anything to be seen in a text: an emoji or a question mark is, a zero-width space is not."""
    return found(compile_pattern(_VISIBLE), text)


def _broken(name: str, value: Any, before: Any) -> Iterator[str]:
    """The value is to be what the seed's is: a list, an object, or the text of one."""
    if before is None:
        return
    if type(value) is not type(before) and not (_number(value) and _number(before)):
        yield f"the value {shown(name)} is {_kind(value)}, and the seed's is {_kind(before)}"
    elif isinstance(value, str) and _is_json(before) and not _is_json(value):
        yield f"the value {shown(name)} is no valid JSON, and the seed's is"


_KINDS: dict[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _kind(value: Any) -> str:
    for kind, words in _KINDS.items():
        if isinstance(value, kind):
            return words
    return "null"


def _is_json(text: str) -> bool:
    """Whether a text is a JSON object or list; a bare number or word is a text like any other."""
    if text.strip()[:1] not in ("{", "["):
        return False
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _place(pattern: Pattern, text: str) -> str:
    """What a pattern matches first, with what follows; empty where it matches nothing."""
    searching: Any = pattern
    match = searching.search(storable(text))
    return match.string[match.start() : match.start() + 60] if match else ""
