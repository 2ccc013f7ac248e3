"""What each command takes, in a file: made of the parsers, and read instead of them when a shell asks.

Some commands take longer to import than anybody waits for a Tab. ``python docs/make.py cli`` makes the file again; a
test says when the parsers have changed since.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from synterm.cli.commands import COMMANDS
from synterm.cli.complete.kinds import kind_of, value_of
from synterm.cli.parser import Parser
from synterm.cli.parsers import parser_of
from synterm.text import one_line

FILE = Path(__file__).with_name("grammar.json")
_LONGEST_HELP = 60

Action = dict[str, Any]
Command = dict[str, Any]


def described(parser: argparse.ArgumentParser) -> Command:
    """A parser as the file has it: its actions, what stands below it, and which options exclude each other."""
    # argparse tells of none of it in another way.
    actions = [one for one in parser._actions if not isinstance(one, argparse._HelpAction)]  # pyright: ignore[reportPrivateUsage]
    groups = [
        [actions.index(one) for one in group._group_actions]  # pyright: ignore[reportPrivateUsage]
        for group in parser._mutually_exclusive_groups  # pyright: ignore[reportPrivateUsage]
    ]
    return {"actions": [_action(parser.prog, one) for one in actions], "either": groups}


def _action(prog: str, action: argparse.Action) -> Action:
    said: Action = {"names": list(action.option_strings) or [action.dest], "value": value_of(action)}
    if isinstance(action, argparse._SubParsersAction):  # pyright: ignore[reportPrivateUsage]
        choices = cast("Mapping[str, argparse.ArgumentParser]", action.choices)
        said["below"] = {name: described(one) for name, one in choices.items()}
        said["help"] = {one.dest: _words(one.help) for one in action._choices_actions}  # pyright: ignore[reportPrivateUsage]
        return said
    said |= {"nargs": action.nargs, "help": _words(action.help)}
    if isinstance(action, argparse._AppendAction):  # pyright: ignore[reportPrivateUsage]
        said["again"] = True
    if action.choices is not None:
        said["choices"] = [str(choice) for choice in action.choices]
    elif kind := kind_of(prog, action):
        said["kind"] = kind
    return said


def _words(text: str | None) -> str:
    return one_line(text or "", _LONGEST_HELP)


def grammar() -> str:
    """The whole file, of the parsers of all commands."""
    lines = [f"{json.dumps(name)}: {_line(described(parser_of(name)))}" for name in COMMANDS]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(said: Command) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def read(name: str, kind: type[Parser]) -> tuple[Parser, Mapping[argparse.Action, str]]:
    """A parser of a command that takes the same words as its own, and what kinds of values its actions take."""
    said: Mapping[str, Command] = json.loads(FILE.read_text(encoding="utf-8"))
    kinds: dict[argparse.Action, str] = {}
    parser = kind(f"synterm {name}")
    _fill(parser, said[name], kinds)
    return parser, kinds


def _fill(parser: argparse.ArgumentParser, said: Command, kinds: dict[argparse.Action, str]) -> None:
    either: Sequence[Sequence[int]] = said["either"]
    groups = {at: group for members in either for group in [parser.add_mutually_exclusive_group()] for at in members}
    for at, one in enumerate(said["actions"]):
        if "below" in one:
            commands = parser.add_subparsers(dest=one["names"][0], metavar=one["value"])
            made: dict[str, argparse.ArgumentParser] = {}
            for name, command in one["below"].items():
                made[name] = commands.add_parser(name, help=one["help"].get(name, ""))
                _fill(made[name], command, kinds)
            continue
        action = groups.get(at, parser).add_argument(*one["names"], **_options(one))
        if "kind" in one:
            kinds[action] = one["kind"]


def _options(one: Action) -> dict[str, Any]:
    # A % in a help that was shortened may be half of something.
    options: dict[str, Any] = {"help": one["help"].replace("%", "%%")}
    if one["nargs"] == 0:
        return options | {"action": "store_true"}
    options |= {"nargs": one["nargs"], "choices": one.get("choices")}
    return options | ({"action": "append"} if one.get("again") else {})
