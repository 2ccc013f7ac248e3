"""What can come next on a command line, told to the shell that asks through one of the scripts of `scripts`.

The shell gives the line in the environment, as argcomplete has it; stdout gets one value a line, for other shells than
bash with a tab and a few words after it. No command's module is imported (see `grammar`).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from argcomplete.completers import SuppressCompleter
from argcomplete.finders import ExclusiveCompletionFinder
from argcomplete.lexers import split_line

from synterm.cli.commands import COMMANDS, GROUPS
from synterm.cli.complete.files import is_project, matching
from synterm.cli.complete.grammar import read
from synterm.cli.complete.quoting import can_stand, quoted
from synterm.cli.complete.values import Values, values
from synterm.cli.parser import Parser
from synterm.text import one_line

_LONGEST_WORDS = 60
_GOES_ON = ("/", "=", ":", "@")
"""After these a word is not at its end."""


class _Lenient(Parser):
    """A parser of a line that is not finished: what is unknown in it is none of Tab's business."""

    def _refuse_without_project(self, word: str) -> None:
        pass

    def _refuse_unknown(self, words: Sequence[str]) -> None:
        pass


class _Finder(ExclusiveCompletionFinder):
    """Options once there is a dash or nothing else to say; nothing that a terminal or a shell takes for more than
    text."""

    typed = ""

    def _init_debug_stream(self) -> None:
        pass

    def collect_completions(
        self, active_parsers: list[argparse.ArgumentParser], parsed_args: argparse.Namespace, cword_prefix: str
    ) -> list[str]:
        found = super().collect_completions(active_parsers, parsed_args, cword_prefix)
        parser = active_parsers[-1]
        active = cast("list[argparse.Action]", getattr(parser, "active_actions", []))
        if not found and not cword_prefix and not any(action.option_strings for action in active):
            found = cast("list[str]", self._get_option_completions(parser, "--"))
        self.typed = cword_prefix
        self._display_completions = {
            name: one_line(str(words or ""), _LONGEST_WORDS) for name, words in self._display_completions.items()
        }
        return [name for name in found if can_stand(name)]

    def quote_completions(
        self, completions: list[str], cword_prequote: str, last_wordbreak_pos: int | None
    ) -> list[str]:
        if os.environ.get("_ARGCOMPLETE_SHELL") != "bash":
            return completions
        if not cword_prequote and last_wordbreak_pos is not None:
            # What stands before a mark that bash breaks words at stays as it is, and the mark itself, but for some.
            completions = [name[last_wordbreak_pos + (name[last_wordbreak_pos] not in "@$") :] for name in completions]
        # Bash would take the quote after such a one for the last, and leave one open.
        completions = [name for name in completions if not (cword_prequote == '"' and name.endswith("!"))]
        typed = "" if last_wordbreak_pos is not None else self.typed
        done = [quoted(name, cword_prequote, typed) for name in completions]
        if len(done) == 1 and not cword_prequote and not completions[0].endswith(_GOES_ON):
            done[0] += " "
        return done


def answer() -> int:
    """Write what can come next; gives the exit code. Nothing is written about what goes wrong: nobody reads it."""
    line, point = os.environ.get("COMP_LINE", ""), os.environ.get("COMP_POINT", "")
    if not point.isdecimal():
        return 1
    before = split_line(line, int(point))[3]
    parser, start = _parser(before)
    # argcomplete reads where its words begin from here.
    os.environ["_ARGCOMPLETE"] = str(start)
    with open(1, "w", encoding="utf-8", errors="replace", newline="\n", closefd=False) as stream:
        _Finder()(
            parser,
            always_complete_options=False,
            exit_method=_stay,
            output_stream=stream,
            append_space=False,
            default_completer=SuppressCompleter(),
        )
        stream.write("\n")
    return 0


def _stay(_code: int = 0) -> None:
    """Where argcomplete would end the process."""


def _parser(before: Sequence[str]) -> tuple[Parser, int]:
    """The parser of the command in the words before the one that is typed, and at which of them it begins."""
    if len(before) < 2:
        parser = _Lenient("synterm")
        parser.add_argument("--version", action="store_true", help="what a report of a fault needs")
        _complete(parser.add_argument("word"), _first)
        return parser, 1
    name = before[1]
    if name in COMMANDS:
        parser, kinds = read(name, _Lenient)
        for action, kind in kinds.items():
            _complete(action, _of_kind(kind))
        return parser, 2
    parser = _Lenient(f"synterm {name}", add_help=False)
    if name == "help":
        parser.add_argument("command", choices=tuple(COMMANDS))
    elif name in ("-V", "--version"):
        parser.add_argument("--json", action="store_true", help="as JSON (synterm schema version)")
    return parser, 2


def _first(prefix: str, **_: Any) -> Values:
    """The first word: a command, or a project to open."""
    commands = {name: group for group, listed in GROUPS.items() for names in listed for name in names.split()}
    return {**commands, "help": "of a command", **matching(prefix, is_project)}


def _of_kind(kind: str) -> Callable[..., Mapping[str, str]]:
    def complete(prefix: str, parsed_args: argparse.Namespace, **_: Any) -> Mapping[str, str]:
        return values(kind, prefix, parsed_args)

    return complete


def _complete(action: argparse.Action, by: Callable[..., Mapping[str, str]]) -> None:
    action.completer = by  # pyright: ignore[reportAttributeAccessIssue]
