"""Candidates that are no input at all: values missing, JSON broken, a template or a model's small talk left in them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson

from synterm.checks.patterns import Pattern, compile_pattern, found
from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.wording import compared, leaves, shown

_LEFTOVERS = {
    "a placeholder of a template": r"\{\{|\{%|%\}|\$\{[A-Za-z_]",
    "a gap to be filled in": (
        r"(?i)\[(?:your|the|insert|name|date|city|company|product|order|number|amount|time|place)\b[^\]]{0,40}\]"
        r"|<(?:your|insert|name|date|city|company|product|placeholder)\b[^>]{0,40}>|_{4,}|lorem ipsum"
    ),
    "a mark of a chat format": r"<\|[a-z_]{2,20}\|>|\[/?INST\]|(?m)^(?:###\s*)?(?:User|Assistant|Human|AI|Response):",
}
_TALK = (
    r"(?i)\A\W*(?:sure|certainly|of course|absolutely)\b\W+here(?:'s|’s| is| are)\b[^.\n]{0,60}:"
    r"|\A\W*(?:sure|certainly|of course|absolutely)\b\W+(?:i can help|i can do that|i'd be happy|i would be happy)\b"
    r"|\A\W*(?:(?:sure|certainly|of course|okay|ok)\b\W+)?here(?:'s|’s| is| are)\b.{0,60}\b"
    r"(?:paraphras|rewrit|rewrot|reword|rephras|variation|alternative|version)"
    r"|\b(?:as an ai|as a (?:large )?language model|i am an ai|i'm (?:just )?an ai)\b"
    r"|\A\W*(?:paraphrased?|rephrased|rewritten|reworded|variation|variant|version)(?: \d+)?(?: \w+){0,2}:"
    r"|\A\W*(?:i'm sorry|i am sorry|sorry|i apologi[sz]e)[,.]?(?: but)? i "
    r"(?:can(?:no|')t|am (?:not able|unable)|won't)\b.{0,60}"
    r"(?:rewrit|paraphras|rephras|generat|creat|assist with|fulfill|comply|that request)"
    r"|\b(?:i hope this helps|feel free to ask|let me know if you (?:need|want|would like|have)) ?[^.?!]{0,60}\W*\z"
    r"|\bnote: (?:this|the|i)\b.{0,60}\b(?:paraphras|rewrit|original|variation)"
)


_MARKS = {
    **{f"{what} is left in it": source for what, source in _LEFTOVERS.items()},
    "a model talks about its work": _TALK,
}


class WellFormed(Filter):
    """Drops what lacks a value that its seed has, breaks the seed's JSON, or holds what a template or a model left.

    What stands in the seed as well is never held against a candidate: a case may be about templates.
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
        if not compared(values).strip():
            yield "it is empty"
        wanted = [name for name, value in before.items() if not _empty(value)]
        for name in dict.fromkeys((*self._settings.variables, *wanted)):
            if name not in values:
                yield f"the value {shown(name)} is missing"
            elif _empty(values[name]):
                yield f"the value {shown(name)} is empty"
        for name, value in values.items():
            yield from _broken(name, value, before.get(name))
        old = compared(before)
        for text in leaves(values):
            for what, source in _MARKS.items():
                if (place := _place(source, text)) and not found(_pattern(source), old):
                    yield f"{what}: {shown(place)}"


def _empty(value: Any) -> bool:
    return not any(text.strip() for text in leaves(value))


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


def _place(source: str, text: str) -> str:
    """What a pattern matches first, with what follows; empty where it matches nothing."""
    searching: Any = _pattern(source)
    match = searching.search(text.encode("utf-8", "replace").decode())
    return match.string[match.start() : match.start() + 60] if match else ""


@cache
def _pattern(source: str) -> Pattern:
    return compile_pattern(source)
