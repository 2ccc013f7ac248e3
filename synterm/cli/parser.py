"""The parser of a command's options, whose errors read like all others."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, cast

from synterm.core.share import MOST_SHARES, Share
from synterm.errors import UsageError, did_you_mean


class Parser(argparse.ArgumentParser):
    """Raises UsageError instead of printing and leaving; shows examples as they are written."""

    def __init__(self, prog: str, description: str = "", epilog: str = "", **options: object) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            add_help=bool(options.pop("add_help", True)),
        )

    def error(self, message: str) -> NoReturn:
        """Raise UsageError, with the options that are near an unknown one."""
        head, _, unknown = message.partition("unrecognized arguments: ")
        hint = f"{self.prog} --help"
        if not head and unknown.startswith("-"):
            hint = did_you_mean(unknown.split()[0].partition("=")[0], self._long_options()) or hint
        raise UsageError(message, hint=hint)

    def _long_options(self) -> Iterator[str]:
        for action in self._actions:
            if isinstance(action.choices, Mapping):
                for below in cast("Mapping[str, object]", action.choices).values():
                    yield from below._long_options() if isinstance(below, Parser) else ()
            elif action.help is not argparse.SUPPRESS:
                yield from (option for option in action.option_strings if option.startswith("--"))


def add_where(add: Callable[..., Any], which: str = "cases") -> None:
    """The option `--where`, added by an `add_argument`."""
    add(
        "--where",
        action="append",
        default=[],
        metavar="QUERY",
        help=f"only {which} that fit a query, as in the workbench's filter: 'tag:typo -expected:clarify fails:last'; "
        "may be repeated, for what fits all of them (docs/where.md)",
    )


def positive(text: str) -> int:
    """A whole number over 0."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return number


def natural(text: str) -> int:
    """A whole number that is not below 0."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"must be at least 0, not {text}")
    return number


def amount(text: str) -> float:
    """A number that is not below 0: dollars, seconds."""
    number = float(text)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be at least 0, not {text}")
    return number


def share(text: str) -> float:
    """A share from 0 to 1."""
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"must be from 0 to 1 (0.9 for 90 %), not {text}")
    return number


def shard(text: str) -> Share:
    """``2/8``: the second of eight shares."""
    parts = text.split("/")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        raise argparse.ArgumentTypeError(f"must be I/N, such as 2/8, not {text!r}")
    index, of = map(int, parts)
    if not 1 <= index <= of <= MOST_SHARES:
        raise argparse.ArgumentTypeError(f"I must be from 1 to N, and N at most {MOST_SHARES}, not {text}")
    return Share(index, of)


# What argparse says of a text that is no number at all: "invalid whole number value: 'x'".
positive.__name__ = natural.__name__ = "whole number"
amount.__name__ = "number"
share.__name__ = "number"
