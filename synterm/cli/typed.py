"""What people type who judge one thing after the other in a plain terminal, or pipe in; and long texts for them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from synterm.cli.one_key import read_key
from synterm.errors import UsageError, did_you_mean
from synterm.text import one_line, plural, printable

_LONGEST = 20_000
"""Characters of a text that are shown."""
_LONGEST_LINE = 100_000

Command = tuple[str, str]
"""What is to be done, and the text that goes with it."""


def typed_line(prompt: str, before: str) -> str:
    """A line that is typed on a terminal with single keys; what stood there stays when nothing is."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    typed = ""
    while (key := read_key()) not in ("\n", "\r", "\x04"):
        if key in ("\x7f", "\b"):
            typed, shown = typed[:-1], "\b \b" if typed else ""
        elif key == "\x15":
            typed, shown = "", "\b \b" * len(typed)
        else:
            shown = printable(key)
            typed += key if key.isprintable() else ""
        sys.stderr.write(shown)
        sys.stderr.flush()
    sys.stderr.write("\n")
    return typed or before


def from_lines(keys: Mapping[str, str], noun: str) -> Iterator[Command]:
    """A command a line from stdin: a key or its word, and then a text. `noun`: what a command is called.

    Raises UsageError for a line that is none.
    """
    number = 0
    while line := sys.stdin.readline(_LONGEST_LINE):
        number += 1
        word, _, text = line.strip().partition(" ")
        if not word:
            continue
        word = word.casefold()
        name = word if word in keys.values() else keys.get(word)
        if name is None:
            said = f"{one_line(word, 40)!r} is no {noun}; nothing after it was read"
            raise UsageError(said, where=f"line {number}", hint=did_you_mean(word, set(keys.values())))
        yield name, text.strip()


def block(text: str) -> str:
    """A text, indented, as much of it as one looks at."""
    cut = f"\n… {plural(len(text) - _LONGEST, 'character')} more" if len(text) > _LONGEST else ""
    return "\n".join(f"  {line}" for line in (text[:_LONGEST] + cut).splitlines()) or "  (empty)"
