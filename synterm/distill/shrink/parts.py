"""An input taken apart, and put together again with some parts left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple, cast

from synterm.core.case import DOCUMENTS
from synterm.core.dialog import NAME, is_dialog

Level = Literal["turns", "sentences", "words"]
LEVELS: tuple[Level, ...] = ("turns", "sentences", "words")
"""From the coarsest on: what a whole turn can be left out of needs no trial of its words."""
MOST = 400
"""Parts of one input. Of a longer one neighbours hang together, until enough is left out."""

# What is written without spaces between words, Chinese and Japanese, is taken character by character.
_WORD = re.compile(r"[぀-ヿ㐀-䶿一-鿿]\s*|[^\s぀-ヿ㐀-䶿一-鿿]+\s*|\s+")
_SENTENCE = re.compile(r"[^.!?…。！？\n]*[.!?…。！？\n]+\s*|[^.!?…。！？\n]+")

Place = tuple[str | int, ...]
"""Where a text stands in an input: ("message",), or ("dialog", "turns", 2)."""


class Part(NamedTuple):
    """A stretch of one of the texts of an input."""

    place: Place
    start: int
    end: int


def parts_of(values: Mapping[str, Any], level: Level) -> list[Part]:
    """The parts of an input on a level, in order; at most `MOST`. Only texts have parts: numbers and lists stay."""
    found = [part for place, text in _texts(values) for part in _cut(place, text, level)]
    return _together(found) if len(found) > MOST else found


def only(values: Mapping[str, Any], kept: Sequence[Part]) -> dict[str, Any]:
    """The input with these parts of its texts, and no others. A turn of a dialog without any is left out."""
    texts = dict(_texts(values))
    left = dict.fromkeys(texts, "")
    for part in sorted(kept):
        left[part.place] += texts[part.place][part.start : part.end]
    left = {place: text.strip() for place, text in left.items()}
    made: dict[str, Any] = {name: left.get((name,), value) for name, value in values.items()}
    if is_dialog(values):
        spec = dict(cast("dict[str, Any]", values[NAME]))
        if spec.get("turns"):
            spec["turns"] = [text for place, text in left.items() if place[:2] == (NAME, "turns") and text]
        if (NAME, "opening") in left:
            spec["opening"] = left[(NAME, "opening")] or None
        made[NAME] = spec
    return made


def is_empty(values: Mapping[str, Any]) -> bool:
    """Whether no text is left, or a dialog nobody would begin."""
    texts = dict(_texts(values))
    spoken = [text for place, text in texts.items() if place[0] == NAME]
    needs = spoken if is_dialog(values) else [*texts.values()]
    return not any(text.strip() for text in needs)


def words_in(values: Mapping[str, Any]) -> list[str]:
    """All words of an input, in order."""
    return [word.strip() for _, text in _texts(values) for word in _WORD.findall(text) if word.strip()]


def _texts(values: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for name, value in values.items():
        if name == NAME and is_dialog(values):
            spec = cast("dict[str, Any]", value)
            yield from (((NAME, "turns", at), str(line)) for at, line in enumerate(spec.get("turns") or ()))
            if isinstance(opening := spec.get("opening"), str):
                yield (NAME, "opening"), opening
        elif isinstance(value, str) and name != DOCUMENTS:
            yield (name,), value


def _cut(place: Place, text: str, level: Level) -> Iterator[Part]:
    if level == "turns":
        yield Part(place, 0, len(text))
        return
    pattern = _SENTENCE if level == "sentences" else _WORD
    ends = [match.end() for match in pattern.finditer(text)]
    for start, end in pairwise([0, *ends, *((len(text),) if not ends or ends[-1] < len(text) else ())]):
        yield Part(place, start, end)


def _together(parts: Sequence[Part]) -> list[Part]:
    """So many neighbours joined, within their text, that there are about `MOST`."""
    size = -(-len(parts) // MOST)
    joined: list[Part] = []
    count = 0
    for part in parts:
        last = joined[-1] if joined else None
        if last and last.place == part.place and last.end == part.start and count < size:
            joined[-1] = Part(last.place, last.start, part.end)
            count += 1
        else:
            joined.append(part)
            count = 1
    return joined
