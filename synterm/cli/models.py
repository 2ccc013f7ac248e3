"""``synterm models``: which models are usable now, why others are not, and one call to try a model out."""

from __future__ import annotations

import argparse

from synterm.cli.output import data, rows, say
from synterm.cli.ready import pull_weights
from synterm.core.model import ModelSpec
from synterm.errors import UsageError, did_you_mean, near
from synterm.providers import weights
from synterm.providers.availability import known_families
from synterm.reports.json import write_json
from synterm.reports.usable import UsableRow, usable_list
from synterm.settings import load_settings
from synterm.storage.foreign import read_only

HELP = """\
Say which models are usable now, and what the others lack: those that a project names, and the families there are.
`synterm models pull default` fetches the weights of the embedded model ahead of its first use; --test makes one call to
a model of a project, and keeps nothing of it."""

EXAMPLES = """\
examples:
  synterm models
  synterm models my.db --json
  synterm models pull default
  synterm models my.db --test app --message 'can we meet tomorrow?'

exit codes:
  0  told, or there was an answer
  2  the command is wrong
  3  with --test: there was no answer"""

_MARKS = {"ready": "✓", "fetch": "↓", "missing": "✗"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm models`."""
    parser.add_argument("words", metavar="PROJECT", nargs="*", help="a project, or: pull default")
    parser.add_argument("--json", action="store_true", help="as JSON (synterm schema usable, or trial)")
    add = parser.add_argument_group("one test call").add_argument
    add("--test", metavar="NAME", help="send one request to this model of PROJECT; show what is sent and comes back")
    add("--message", metavar="TEXT", help="what to say (default: 'Hello.'); @FILE reads it from a file")
    add("--case", metavar="ID", help="ask about this case instead, by a prompt")
    add("--prompt", metavar="NAME[@VERSION]", help="the prompt for --case (default: the draft of the first one)")


def run(args: argparse.Namespace) -> int:
    """Write the list, fetch the weights, or make a test call."""
    if args.test is not None:
        return _test(args)
    if unused := next((name for name in ("message", "case", "prompt") if getattr(args, name) is not None), None):
        raise UsageError(f"--{unused} is for --test", hint="synterm models PROJECT --test NAME")
    match args.words:
        case ["pull", *names]:
            return _pull(names)
        case []:
            return _list([], args.json)
        case [project]:
            with read_only(project) as found:
                models = found.models.all()
            return _list(models, args.json)
        case _:
            meant = near(args.words[0], ("pull",))
            raise UsageError("one project at a time", hint=meant or "synterm models --help")


def _test(args: argparse.Namespace) -> int:
    if len(args.words) != 1:
        raise UsageError("--test takes one project", hint="synterm models PROJECT --test NAME")
    from synterm.cli.try_model import run as try_model

    return try_model(args)


def _pull(names: list[str]) -> int:
    if names != ["default"]:
        named = " ".join(names) or "(nothing)"
        raise UsageError(f"no weights named {named!r}", hint=did_you_mean(named, ("default",)))
    if (path := weights.find()) is not None:
        say(f"already in {path}")
    else:
        pull_weights(say)
    return 0


def _list(models: list[ModelSpec], as_json: bool) -> int:
    listing = usable_list(models, known_families(), load_settings().approved_endpoints)
    if as_json:
        write_json(listing, "-")
        return 0
    if listing.project:
        data("named by the project")
        rows((_MARKS[row.state], row.name, row.title, _said(row)) for row in listing.project)
        data("\nwhat there is to use")
    families = sorted(listing.families, key=lambda row: row.state == "missing")
    rows((_MARKS[row.state], row.name, row.hint or row.reason, row.title) for row in families)
    return 0


def _said(row: UsableRow) -> str:
    return f"{row.reason}; {row.hint}" if row.hint else row.reason
