"""How a command's --help is laid out: prose wrapped to the terminal, examples left as they can be copied."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

MOST_OPTIONS = 4
"""A usage line names so many options one by one; where there are more it says ``[options]``."""
_WIDEST = 100
"""Columns: longer lines are hard to read."""
_COMMENT = re.compile(r" {2,}(?=\S)")
_CONTINUED = re.compile(r" *\\\n *")
_COMMANDS = ("synterm ", "zcat ", "printf ", "git ", "ssh ")
"""What examples begin with."""
_NOTE_INDENT = " " * 6
_LEAST_NOTE = 24


class HelpPage(argparse.HelpFormatter):
    """Fills paragraphs to the width of the terminal; what is indented keeps its lines."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog)
        self._width = min(self._width, _WIDEST)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(f"{indent}{line}".rstrip() for line in laid_out(text, width - len(indent)))

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],  # pyright: ignore[reportPrivateUsage]
        prefix: str | None,
    ) -> str:
        shown = [action for action in actions if action.dest != "help" and action.help != argparse.SUPPRESS]
        if sum(not action.required for action in shown if action.option_strings) <= MOST_OPTIONS:
            return super()._format_usage(usage, shown, groups, prefix)
        named = [action for action in shown if action.required or not action.option_strings]
        # Options that are needed come after the project, as one types them.
        named.sort(key=lambda action: bool(action.option_strings))
        words = [part for action in named for part in usage_words(action)]
        return f"{prefix or 'usage: '}{' '.join((self._prog, *words))} [options]\n\n"


def usage_words(action: argparse.Action) -> list[str]:
    """An action as a usage line has it: ``[RUN]``, ``FILE [FILE ...]``, ``-o OUT``."""
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.option_strings:
        return [action.option_strings[0], name]
    plain = {"?": [f"[{name}]"], "*": [f"[{name} ...]"], "+": [name, f"[{name} ...]"], argparse.PARSER: [name, "..."]}
    return plain.get(str(action.nargs), [name])


def laid_out(text: str, width: int) -> Iterator[str]:
    """A text in lines of at most `width` columns, as far as what is indented can be broken."""
    prose: list[str] = []
    for line in _CONTINUED.sub(" ", text).split("\n"):
        if line and not line.startswith(" "):
            prose.append(line)
            if not line.endswith(":"):
                continue
        yield from textwrap.wrap(" ".join(prose), width, break_long_words=False, break_on_hyphens=False)
        prose = []
        if not line:
            yield ""
        elif line.startswith(" "):
            yield from _indented(line, width)
    yield from textwrap.wrap(" ".join(prose), width, break_long_words=False, break_on_hyphens=False)


def _indented(line: str, width: int) -> Sequence[str]:
    """A line of a list; what is said about its beginning goes below where there is no room beside it."""
    if len(line) <= width:
        return [line]
    bare = line.lstrip()
    start = len(line) - len(bare)
    found = _COMMENT.search(bare)
    if found is None:
        return list(_broken(line, width)) if bare.startswith(_COMMANDS) else [line]
    head, note = line[: start + found.start()], bare[found.end() :]
    column = start + found.end()
    if width - column >= _LEAST_NOTE and not bare.startswith(_COMMANDS):
        return textwrap.wrap(
            note, width, initial_indent=f"{head:<{column}}", subsequent_indent=" " * column, break_on_hyphens=False
        )
    below = textwrap.wrap(note, width, initial_indent=_NOTE_INDENT, subsequent_indent=_NOTE_INDENT)
    return [*_broken(head, width), *below]


def _broken(line: str, width: int) -> Iterator[str]:
    r"""A command in several lines with ``\`` at their ends, so that it can be copied; never within quotes."""
    while len(line) > width:
        at = max((place for place in _gaps(line) if place <= width - 2), default=0)
        if not at:
            break
        yield f"{line[:at]} \\"
        line = _NOTE_INDENT + line[at:].lstrip()
    yield line


def _gaps(line: str) -> Iterator[int]:
    """Where a command can be broken: at spaces outside of quotes, before an option or after it."""
    quote = ""
    start = len(line) - len(line.lstrip())
    for at, mark in enumerate(line):
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "'\"":
            quote = mark
        elif mark == " " and at > start and line[at : at + 2] in (" -", " |", " >", " <"):
            yield at
