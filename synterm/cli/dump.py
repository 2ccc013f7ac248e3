"""``synterm dump``: a project as text, for review and for git."""

from __future__ import annotations

import argparse
import shlex
from contextlib import closing
from pathlib import Path

from synterm.cli.output import refuse_commands, say
from synterm.formats.dump import dump_project
from synterm.reports.json import refuse_database, write_parts
from synterm.storage.foreign import read_only

HELP = """\
Write a project as text: the same text whenever the content is the same, and `synterm load` makes the same project file
of it again. Without --all: what the project is (tree, checks, gates, prompts with their history, models, documents,
cases) and what people said about answers; runs and baselines are only told of, a line each. With --all: everything,
also all runs and answers. The project may be open elsewhere, and is not changed."""

EXAMPLES = """\
examples:
  synterm dump my.db                          to stdout
  synterm dump my.db -o project.yaml
  synterm dump my.db --all -o everything.yaml
  git config diff.synterm.textconv 'synterm dump'    # with *.db diff=synterm in .gitattributes: git diff shows text"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm dump`."""
    parser.add_argument("project", metavar="PROJECT")
    parser.add_argument("-o", "--output", metavar="FILE", default="-", help="the file to write (default: -, stdout)")
    parser.add_argument("--all", action="store_true", help="also runs, evaluations, answers and spending")


def run(args: argparse.Namespace) -> int:
    """Write the text."""
    refuse_commands(args.output, "-o")
    if args.output != "-":
        refuse_database(Path(args.output))
    with read_only(args.project, whole=True) as project, closing(dump_project(project, everything=args.all)) as pieces:
        write_parts(pieces, args.output, private=True)
    if args.output != "-":
        say(f"wrote {args.output}: synterm load {shlex.quote(args.output)} -o PROJECT makes the project of it again")
    return 0
