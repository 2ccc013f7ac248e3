"""What differs between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from synterm.core.prompt import PromptBody

Kind = Literal["kept", "removed", "added"]

_MOST = 250_000
"""Where the middle parts have more pairs of words than this, they are not compared word by word."""
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_CONTEXT = 24
"""How many characters stand before and after a difference in an excerpt."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the old text, of the new one, or of both."""

    kind: Kind
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """Kept and removed pieces make the old text, kept and added ones the new."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    first, second = before[start : len(before) - end], after[start : len(after) - end]
    pieces = [Piece("kept", "".join(before[:start])), *_middle(first, second)]
    pieces.append(Piece("kept", "".join(before[len(before) - end :])))
    return [piece for piece in pieces if piece.text]


def excerpt(pieces: Sequence[Piece], context: int = _CONTEXT) -> list[Piece]:
    """The same with only so many characters of kept text around what differs."""
    short: list[Piece] = []
    for place, piece in enumerate(pieces):
        if piece.kind == "kept":
            head = context if place > 0 else 0
            foot = context if place < len(pieces) - 1 else 0
            short.append(Piece("kept", _shortened(piece.text, head, foot)))
        else:
            short.append(piece)
    return [piece for piece in short if piece.text]


def prompt_differences(old: PromptBody, new: PromptBody) -> list[tuple[str, list[Piece]]]:
    """What two prompts say otherwise: where, and the pieces of it, shortened. Empty when they say the same."""
    found: list[tuple[str, list[Piece]]] = []
    for place in range(max(len(old.messages), len(new.messages))):
        before, after = (body.messages[place] if place < len(body.messages) else None for body in (old, new))
        texts = (before.content if before else "", after.content if after else "")
        if before != after:
            role = (after or before or new.messages[0]).role
            found.append((role, excerpt(differences(*texts))))
    if old.examples != new.examples:
        found.append(("examples", _swap(f"{len(old.examples)}", f"{len(new.examples)}")))
    for name in sorted({*old.params, *new.params}):
        was, now = old.params.get(name, "not set"), new.params.get(name, "not set")
        if was != now:
            found.append((name, _swap(str(was), str(now))))
    return found


def _swap(old: str, new: str) -> list[Piece]:
    return [Piece("removed", old), Piece("added", new)] if old != new else [Piece("kept", f"{new}, other ones")]


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many words are the same from the beginning on."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))


def _middle(before: list[str], after: list[str]) -> Iterator[Piece]:
    if len(before) * len(after) > _MOST:
        yield Piece("removed", "".join(before))
        yield Piece("added", "".join(after))
        return
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("kept", "".join(before[a:b]))
        else:
            yield Piece("removed", "".join(before[a:b]))
            yield Piece("added", "".join(after[c:d]))


def _shortened(text: str, head: int, foot: int) -> str:
    if len(text) <= head + foot + 1:
        return text
    return text[:head] + "…" + (text[-foot:] if foot else "")
