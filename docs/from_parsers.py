"""What the pages on the command line have in common: each command as its parser and its help say it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from synterm.cli.commands import COMMANDS, GROUPS
from synterm.cli.help_page import usage_words
from synterm.cli.parser import Parser
from synterm.cli.parsers import every_parser

EXAMPLES, CODES = "examples", "exit codes"


@dataclass
class Rows:
    """A group of arguments or options, or of what stands below a command."""

    title: str
    said: str
    rows: list[tuple[str, str]]
    """What is typed, and what it means."""


@dataclass
class Block:
    """A part of what stands below the options."""

    title: str
    """Without the colon; empty for a paragraph."""
    lines: list[str] = field(default_factory=list[str])


@dataclass
class Page:
    """The help of one command."""

    name: str
    """``synterm add PROJECT case``."""
    said: str
    usage: str
    groups: list[Rows]
    blocks: list[Block]

    def lines_of(self, title: str) -> Sequence[str]:
        """The lines below a title, without their indent; none where there is no such title."""
        return next((block.lines for block in self.blocks if block.title == title), ())


def pages() -> Iterator[tuple[str, Page]]:
    """Every command and what stands below it, with the group it belongs to, in the order of the overview."""
    groups = {name: group for group, listed in GROUPS.items() for names in listed for name in names.split()}
    for name in COMMANDS:
        for parser in every_parser(name):
            yield groups[name], page_of(parser)


def page_of(parser: Parser) -> Page:
    """The help of a parser."""
    usage = " ".join(parser.format_usage().split()).removeprefix("usage: ")
    return Page(
        parser.prog,
        " ".join((parser.description or "").split()),
        usage,
        [*_groups(parser)],
        [*_blocks(parser.epilog or "")],
    )


def with_comment(line: str) -> str:
    """An example as a shell takes it: what is said about the command is a comment."""
    command, gap, said = line.partition("  ")
    return f"{command}  # {said.strip()}" if gap and command and said.strip() else line


def _groups(parser: Parser) -> Iterator[Rows]:
    for group in parser._action_groups:
        rows = [row for action in group._group_actions for row in _rows(parser, action)]
        if rows:
            yield Rows(group.title or "", " ".join((group.description or "").split()), rows)


def _rows(parser: Parser, action: argparse.Action) -> Iterator[tuple[str, str]]:
    if isinstance(action, argparse._HelpAction):
        return
    if isinstance(action, argparse._SubParsersAction):
        yield from ((one.metavar or one.dest, _words(parser, one)) for one in action._choices_actions)
        return
    yield _typed(action), _words(parser, action)


def _typed(action: argparse.Action) -> str:
    """``-o FILE, --output FILE``."""
    if not action.option_strings:
        return " ".join(usage_words(action))
    value = argparse.HelpFormatter("")._format_args(action, _value(action)) if action.nargs != 0 else ""
    return ", ".join(f"{name} {value}".strip() for name in action.option_strings)


def _value(action: argparse.Action) -> str:
    if action.choices is not None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.dest.upper()


def _words(parser: Parser, action: argparse.Action) -> str:
    words = parser._get_formatter()._expand_help(action) if action.help else ""
    listed = action.choices if not action.option_strings and action.choices is not None else ()
    missing = [str(choice) for choice in listed if str(choice) not in words]
    return words if not missing else f"{words}: {', '.join(missing)}"


def _blocks(epilog: str) -> Iterator[Block]:
    """The parts of a text: a line with a colon and what is indented below it, or a paragraph."""
    block: Block | None = None
    for line in re.sub(r" *\\\n *", " ", epilog).split("\n"):
        if not line.strip():
            continue
        if line.startswith(" ") and block is not None:
            block.lines.append(line.removeprefix("  "))
            continue
        if block is not None and (block.lines or block.title):
            yield block
        block = Block(line[:-1]) if line.endswith(":") else Block("", [line])
    if block is not None:
        yield block
