"""The parser of a command's options, whose errors read like all others."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, cast

from synterm.cli.help_page import HelpPage
from synterm.cli.near import project_hint
from synterm.core.share import MOST_SHARES, Share
from synterm.errors import UsageError, did_you_mean
from synterm.text import one_line

_LISTED = 12
"""So many choices are named beside the one that is near."""


class Parser(argparse.ArgumentParser):
    """Raises UsageError instead of printing and leaving; its help fits the terminal and keeps examples as they are."""

    def __init__(self, prog: str, description: str = "", epilog: str = "", **options: object) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=HelpPage,
            allow_abbrev=False,
            add_help=bool(options.pop("add_help", True)),
        )
        self._positionals.title = "arguments"

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        """As argparse's; a project that is not described is one like all others."""
        if names == ("project",):
            options.setdefault("help", "the project file, NAME.db")
        return super().add_argument(*names, **options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] - typeshed has overloads
        """As argparse's; an option that is unknown is named before anything else is found to be missing."""
        if args:
            self._refuse_without_project(args[0])
            self._refuse_unknown(args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError, with a hint on what was meant."""
        _, missing, names = message.partition("arguments are required: ")
        hint = self._hint_on_missing(names.split(", ")) if missing else None
        raise UsageError(message, hint=hint or f"{self.prog} --help")

    def _hint_on_missing(self, names: Sequence[str]) -> str | None:
        if names[0] == "PROJECT":
            return project_hint(self.prog, names[1:])
        choices = next((action.choices for action in self._actions if action.metavar == names[0]), None)
        return f"{names[0]} is one of {', '.join(map(str, choices))}" if choices else None

    def _refuse_without_project(self, word: str) -> None:
        """Raise UsageError where a kind, such as ``cases``, stands in the place of the project."""
        places = [action for action in self._actions if not action.option_strings]
        kinds = [str(choice) for action in places for choice in action.choices or ()]
        if places and places[0].dest == "project" and word in kinds and not Path(word).exists():
            hint = project_hint(self.prog, [word])
            raise UsageError(f"name the project first: {self.prog} PROJECT {word} …", hint=hint)

    def _refuse_unknown(self, words: Sequence[str]) -> None:
        known = frozenset(self._long_options())
        for word in words:
            if word == "--":
                return
            name = word.partition("=")[0]
            # As argparse has it: a word with a space in it is no option.
            if word.startswith("--") and " " not in word and name not in known:
                raise UsageError(f"unknown option {one_line(name, 60)}", hint=self._near_option(name, known))

    def _near_option(self, name: str, known: Iterable[str]) -> str:
        # Without the dashes, which make all options alike.
        near = did_you_mean(name[2:], (option[2:] for option in known)) or ""
        near = near.replace("mean ", "mean --").replace(" or ", " or --")
        return near if near.startswith("did you mean") else f"{self.prog} --help"

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Raise UsageError for what is none of an action's choices: which is near, or all of them."""
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        name = "/".join(action.option_strings) or action.metavar or action.dest
        hint = did_you_mean(str(value), choices) or f"{self.prog} --help"
        if not action.option_strings and str(value).endswith(".db"):
            hint = f"the project comes first: {self.prog} {one_line(str(value), 80)}"
        listed = f" ({', '.join(choices)})" if len(choices) <= _LISTED and hint.startswith("did you mean") else ""
        raise UsageError(f"argument {name}: invalid choice: {one_line(repr(value), 80)}{listed}", hint=hint)

    def _long_options(self) -> Iterator[str]:
        for action in self._actions:
            if isinstance(action.choices, Mapping):
                for below in cast("Mapping[str, object]", action.choices).values():
                    yield from below._long_options() if isinstance(below, Parser) else ()
            yield from (option for option in action.option_strings if option.startswith("--"))


def examples(*commands: str) -> str:
    """What stands at the end of a page of help: commands that work as they are."""
    return "\n".join(("examples:", *(f"  {command}" for command in commands)))


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
