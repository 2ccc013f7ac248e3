"""How two texts differ: lines that went and came, and the words that changed within them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from synterm.core.params_text import params_text
from synterm.core.prompt import PromptBody

MOST_WORK = 4_000_000
"""Lines of one text times lines of the other that are compared at most, after what is the same at both ends."""
_MOST_PAIRED = 400
"""Characters up to which the words of a changed line are compared."""
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
Sign = Literal[" ", "+", "-", "…"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a difference. `sign` is ``…`` where lines that are the same are left out; `text` says how many."""

    sign: Sign
    text: str
    changed: tuple[tuple[int, int], ...] = ()
    """The stretches that the other side does not have."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a prompt, as ``system``, and how it differs."""

    title: str
    lines: tuple[Line, ...]


class TooLargeError(Exception):
    """Two texts differ in so much that telling how would take too long."""


def prompt_differences(old: PromptBody, new: PromptBody, context: int = 2) -> list[Section]:
    """The parts of two prompts that differ, each with its lines. Raises TooLargeError."""
    before, after = _parts(old), _parts(new)
    # Both end with the examples and the parameters.
    titles = [*dict.fromkeys([*list(before)[:-2], *list(after)[:-2]]), *list(after)[-2:]]
    changed = [title for title in titles if before.get(title) != after.get(title)]
    return [
        Section(title, tuple(line_differences(before.get(title, ""), after.get(title, ""), context)))
        for title in changed
    ]


def _parts(body: PromptBody) -> dict[str, str]:
    parts = {f"{index}. {message.role}": message.content for index, message in enumerate(body.messages, start=1)}
    parts["examples"] = "\n".join(example.model_dump_json() for example in body.examples)
    return {**parts, "params": params_text(body.params)}


def line_differences(old: str, new: str, context: int = 2) -> Iterator[Line]:
    """How `new` differs from `old`, with `context` lines of what is the same around. Raises TooLargeError."""
    left, right = _lines(old), _lines(new)
    head = _same(left, right)
    tail = _same(left[head:][::-1], right[head:][::-1])
    middle = left[head : len(left) - tail], right[head : len(right) - tail]
    if len(middle[0]) * len(middle[1]) > MOST_WORK:
        raise TooLargeError(f"{len(middle[0]):,} lines against {len(middle[1]):,}")
    lines = [*(Line(" ", line) for line in left[:head])]
    for tag, a, b, c, d in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [Line(" ", line) for line in middle[0][a:b]]
        else:
            lines += _changed(middle[0][a:b], middle[1][c:d])
    lines += [Line(" ", line) for line in left[len(left) - tail :]]
    return _folded(lines, context)


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _same(left: Sequence[str], right: Sequence[str]) -> int:
    """How many lines are the same from the first on."""
    for count, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return count
    return min(len(left), len(right))


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    pairs = [_words(one, other) for one, other in zip(old, new, strict=False)]
    gone = [spans for spans, _ in pairs] + [()] * (len(old) - len(pairs))
    came = [spans for _, spans in pairs] + [()] * (len(new) - len(pairs))
    yield from (Line("-", line, spans) for line, spans in zip(old, gone, strict=True))
    yield from (Line("+", line, spans) for line, spans in zip(new, came, strict=True))


Spans = tuple[tuple[int, int], ...]


def _words(old: str, new: str) -> tuple[Spans, Spans]:
    """What of two lines the other does not have; nothing where they have little in common."""
    if max(len(old), len(new)) > _MOST_PAIRED:
        return (), ()
    left, right = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < 0.4:
        return (), ()
    codes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return _spans(left, [(a, b) for _, a, b, _, _ in codes]), _spans(right, [(c, d) for _, _, _, c, d in codes])


def _spans(words: Sequence[str], ranges: Sequence[tuple[int, int]]) -> Spans:
    return tuple((len("".join(words[:a])), len("".join(words[:b]))) for a, b in ranges if a < b)


def _folded(lines: Sequence[Line], context: int) -> Iterator[Line]:
    """Leave out what is the same but near a change."""
    changes = [index for index, line in enumerate(lines) if line.sign != " "]
    near = {index for change in changes for index in range(change - context, change + context + 1)}
    hidden = 0
    for index, line in enumerate(lines):
        if index in near:
            yield from _left_out(hidden)
            hidden = 0
            yield line
        else:
            hidden += 1
    yield from _left_out(hidden)


def _left_out(count: int) -> Iterator[Line]:
    if count:
        yield Line("…", f"{count:,} line{'' if count == 1 else 's'} the same")
