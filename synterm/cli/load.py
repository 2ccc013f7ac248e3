"""``synterm load``: the project file that a text was made of."""

from __future__ import annotations

import argparse
from pathlib import Path

from synterm.cli.made import tell_made
from synterm.cli.trusting import tell_trust
from synterm.formats.build import build_project, refuse_existing
from synterm.formats.project_text import read_project_text

HELP = """\
Make the project file that a text of `synterm dump` was made of: the same project, with the same ids. A text that was
written by hand loads too. An existing file is never touched; when something is wrong, none is made.
(`synterm new PROJECT --from FILE` makes another project of the same content.)"""

EXAMPLES = """\
examples:
  synterm load project.yaml -o my.db
  git show HEAD~3:project.yaml | synterm load - -o before.db"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm load`."""
    parser.add_argument("file", metavar="FILE", help="the text; - for stdin")
    parser.add_argument("-o", "--output", metavar="PROJECT", required=True, help="the file to make, NAME.db")
    parser.add_argument("--trust", action="store_true", help="trust it at once with what it asks for (docs/trust.md)")


def run(args: argparse.Namespace) -> int:
    """Make the file."""
    path = Path(args.output)
    refuse_existing(path)
    text = read_project_text(Path("/dev/stdin" if args.file == "-" else args.file))
    tell_made(path, build_project(path, text, same=True))
    tell_trust(path, grant=args.trust)
    return 0
