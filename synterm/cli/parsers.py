"""The parser of each command, made of its module; of those below it, such as ``add case``, too."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import cast

from synterm.cli.commands import COMMANDS
from synterm.cli.parser import Parser
from synterm.errors import UsageError, did_you_mean


def parser_of(name: str, kind: type[Parser] = Parser) -> Parser:
    """The parser of a command, of a class of one's own if need be. Only that command's module is imported."""
    module = import_module(COMMANDS[name])
    parser = kind(f"synterm {name}", module.HELP, module.EXAMPLES)
    module.add_arguments(parser)
    return parser


def below(parser: argparse.ArgumentParser) -> dict[str, Parser]:
    """The parsers of what stands below a command, by all of their names."""
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage] - argparse tells of them in no other way
        if isinstance(action, argparse._SubParsersAction):  # pyright: ignore[reportPrivateUsage]
            return cast("dict[str, Parser]", action.choices)
    return {}


def every_parser(name: str) -> Iterator[Parser]:
    """The parser of a command, then those below it."""
    parser = parser_of(name)
    yield parser
    yield from dict.fromkeys(below(parser).values())


def help_of(name: str, words: Sequence[str]) -> str:
    """The help of a command, or of what the first of `words` names below it. Raises UsageError for one unknown."""
    parser = parser_of(name)
    kinds = below(parser)
    if not words or not kinds:
        return parser.format_help().rstrip()
    named = next((word for word in words if word in kinds), None)
    if named is None:
        raise UsageError(f"synterm {name} has no {words[0]!r}", hint=did_you_mean(words[0], kinds))
    return kinds[named].format_help().rstrip()
