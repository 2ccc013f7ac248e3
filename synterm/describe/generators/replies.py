"""Reading texts from a model's reply: the JSON that was asked for, or the plain list that some models write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

import orjson

from synterm.core.completion import Completion, Outcome
from synterm.text import one_line

TEXTS = "texts"
"""The name under which a reply has its list."""
_SHOWN = 80
_MOST = 200_000
_MOST_TEXTS = 200
_BULLET = re.compile(r"^\s{0,8}(?:\d{1,3}[.):]|[-*•–])\s+(\S.*)$")
_FENCE = re.compile(r"^\s*```\w*\s*$")
_QUOTES = {'"': '"', "'": "'", "“": "”", "«": "»", "`": "`"}


def texts_schema(number: int, longest: int, item: dict[str, Any] | None = None) -> dict[str, Any]:
    """The JSON schema of a reply that holds `number` texts, or other items."""
    text: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": longest}
    items = {"type": "array", "items": item or text, "minItems": number, "maxItems": number}
    return {"type": "object", "properties": {TEXTS: items}, "required": [TEXTS], "additionalProperties": False}


def replied(reply: Completion) -> str:
    """The text of a reply. Raises ValueError, in words, where the model wrote nothing, or refused."""
    if reply.outcome is Outcome.REFUSED:
        raise ValueError("the model refused")
    if reply.outcome is Outcome.FILTERED:
        raise ValueError("the provider's content filter held the reply back")
    if not reply.text.strip():
        raise ValueError("the reply is empty")
    if len(reply.text) > _MOST:
        raise ValueError("the reply is far too long")
    return reply.text


def items_of(reply: Completion) -> list[Any]:
    """The items of a reply's JSON: objects or texts. Raises ValueError, in words, for anything else."""
    text = replied(reply)
    found = _json_in(text)
    if isinstance(found, dict):
        values = cast("dict[str, Any]", found).values()
        lists = [cast("list[Any]", value) for value in values if isinstance(value, list)]
        return (lists[0] if len(lists) == 1 else [cast("Any", found)])[:_MOST_TEXTS]
    if not isinstance(found, list):
        cut = reply.outcome is Outcome.TRUNCATED
        raise ValueError("the reply was cut off at the token limit" if cut else "the reply is not the JSON asked for")
    return cast("list[Any]", found)[:_MOST_TEXTS]


def texts_of(reply: Completion) -> list[str]:
    """The texts of a reply: of its JSON, else of a plain list, else the lines that it consists of.

    Raises ValueError, in words, where there is none.
    """
    text = replied(reply)
    found = _json_in(text)
    if isinstance(found, str):
        texts = [found]
    elif found is not None:
        texts = [item for item in items_of(reply) if isinstance(item, str)]
    elif text.lstrip().startswith(("{", "[")):
        cut = reply.outcome is Outcome.TRUNCATED
        raise ValueError("the reply was cut off at the token limit" if cut else "the reply is JSON that can't be read")
    else:
        texts = list(_plain(text, cut=reply.outcome is Outcome.TRUNCATED))
    texts = [bare for one in texts if (bare := _bare(one))]
    if not texts:
        raise ValueError("there is no text in the reply")
    return texts[:_MOST_TEXTS]


def _json_in(text: str) -> Any:
    """The JSON value that a text is or holds; None where there is none."""
    for piece in (text, _between(text, "{", "}"), _between(text, "[", "]")):
        try:
            return orjson.loads(piece)
        except orjson.JSONDecodeError:
            continue
    return None


def _between(text: str, first: str, last: str) -> str:
    start, end = text.find(first), text.rfind(last)
    return text[start : end + 1] if 0 <= start < end else ""


def _plain(text: str, *, cut: bool) -> Iterator[str]:
    lines = [line for line in text.splitlines() if line.strip() and not _FENCE.match(line)]
    listed = [found.group(1) for line in lines if (found := _BULLET.match(line))]
    # What introduces a list, or follows it, is none of the texts.
    chosen: Sequence[str] = listed or [line for line in lines if not line.rstrip().endswith(":")]
    # The last line of what was cut off is half a text.
    yield from chosen[:-1] if cut else chosen


def _bare(text: str) -> str:
    """A text without the quotation marks around it."""
    text = text.strip()
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        return text[1:-1].strip()
    return text


def said(text: str) -> str:
    """The beginning of a text, to name it by."""
    return one_line(text, _SHOWN)
