"""``synterm diff``: what differs between two projects."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

from synterm.cli.output import say, without_commands
from synterm.errors import ExitCode
from synterm.reports.difference.compare import project_diff
from synterm.reports.difference.shapes import ProjectDiff
from synterm.storage.foreign import read_only
from synterm.storage.project import Project

HELP = """\
Say what differs between two projects, by meaning: tree, checks, gates, cases, prompts word by word, models, documents,
baselines, and how many verdicts, runs and answers. Each may be a project file or a text of `synterm dump`. Cases are
the same by their id, or else by what they say in the same scenario. Nothing is changed."""

EXAMPLES = """\
examples:
  synterm diff before.db after.db
  synterm diff project.yaml my.db --stat
  synterm diff before.db after.db --json - | jq '.cases[] | select(.sign == "added").input'

exit codes:
  0  they are the same
  1  they differ
  2  one of them can't be read"""

_TEXTS = (".yaml", ".yml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm diff`."""
    parser.add_argument("before", metavar="A", help="the earlier side: a project file, or a text of synterm dump")
    parser.add_argument("after", metavar="B", help="the later side")
    parser.add_argument("--stat", action="store_true", help="only how many of what differ")
    parser.add_argument("--limit", type=int, default=100, metavar="N", help="name at most N cases (default: 100)")
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="as JSON (synterm schema diff), to a file or - for stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Write what differs."""
    texts = [Path(name).suffix.casefold() in _TEXTS for name in (args.before, args.after)]
    with _side(args.before, texts[0]) as before, _side(args.after, texts[1]) as after:
        names = (args.before, args.after)
        diff = project_diff(before, after, names, limit=max(args.limit, 0), results=not any(texts))
    if args.json:
        from synterm.reports.json import write_json

        write_json(diff, args.json)
    if args.json != "-":
        _print(diff, brief=args.stat)
        if diff.same:
            say("no difference")
    return ExitCode.OK if diff.same else ExitCode.GATE_FAILED


@contextlib.contextmanager
def _side(name: str, is_text: bool) -> Generator[Project]:
    """The project in a file, or in one that is made of a text for as long as it is needed."""
    if not is_text:
        with read_only(name) as project:
            yield project
        return
    from synterm.formats.build import build_project
    from synterm.formats.project_text import read_project_text

    with tempfile.TemporaryDirectory(prefix="synterm-") as folder:
        path = Path(folder) / "text.db"
        build_project(path, read_project_text(Path(name)), same=True)
        with Project.look(path) as project:
            yield project


def _print(diff: ProjectDiff, *, brief: bool) -> None:
    from rich.console import Console

    from synterm.reports.difference.words import diff_lines

    with without_commands(sys.stdout) as stream:
        console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
        for line in diff_lines(diff, brief=brief):
            console.print(line, soft_wrap=True)
