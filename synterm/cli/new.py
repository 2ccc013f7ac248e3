"""``synterm new``: make a project file."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from synterm.cli.made import tell_made
from synterm.cli.samples import sample_text, tell_samples
from synterm.cli.trusting import tell_trust
from synterm.errors import UsageError
from synterm.formats.build import build_project, refuse_existing
from synterm.formats.project_text import ProjectText, read_project_text

HELP = "Make a project file. An existing file is never touched; when something is wrong, none is made."

EXAMPLES = """\
examples:
  synterm new my.db
  synterm new --sample                        which samples there are
  synterm new my.db --sample meeting_router
  synterm new my.db --from project.yaml"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm new`."""
    parser.add_argument("project", metavar="PROJECT", nargs="?", help="the file to make, NAME.db")
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--sample", metavar="NAME", nargs="?", const="", help="start from a sample project; without NAME: list them"
    )
    source.add_argument("--from", dest="source", metavar="FILE", help="start from a text form; - for stdin")
    source.add_argument("--list-samples", action="store_true", help="say which samples there are")
    parser.add_argument("--trust", action="store_true", help="trust it at once with what it asks for (docs/trust.md)")
    parser.add_argument("--name", metavar="NAME", help="what people call it (default: the file's, or the source's)")


def run(args: argparse.Namespace) -> int:
    """Make the file."""
    if args.list_samples or (args.sample == "" and args.project is None):
        tell_samples()
        return 0
    if args.project is None:
        words = f" --sample {args.sample}" if args.sample else ""
        raise UsageError("name the file to make", hint=f"synterm new my.db{words}")
    path = Path(args.project)
    refuse_existing(path)
    text = _text(args, path)
    tell_made(path, build_project(path, text))
    # A text from a file may be anybody's; a sample comes with synterm.
    tell_trust(path, grant=args.trust or args.source is None)
    return 0


def _text(args: argparse.Namespace, path: Path) -> ProjectText:
    if args.sample == "":
        raise UsageError("name the sample", hint="synterm new --sample says which there are")
    if args.sample is not None:
        text = sample_text(args.sample)
    elif args.source is not None:
        text = read_project_text(Path("/dev/stdin" if args.source == "-" else args.source))
    else:
        text = ProjectText(path.stem, [], [], [], [])
    name = (args.name or text.name).strip()
    if not name:
        raise UsageError("the name is empty", hint="--name 'what people call it'")
    return replace(text, name=name)
