"""``synterm import``: files of any kind become cases."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from synterm.cli import import_production
from synterm.cli.kept import MANY, add_no_backup, keep_before
from synterm.cli.output import on_terminal, rows, say
from synterm.cli.parser import positive
from synterm.cli.places import opened
from synterm.errors import ExitCode, InputError, UsageError, did_you_mean
from synterm.formats.sources.registry import source_names
from synterm.reports.figures import minute
from synterm.storage.project import Project
from synterm.text import one_line

if TYPE_CHECKING:
    from synterm.formats.case_import import Imported, Wanted
    from synterm.formats.sources.base import Source, SourceFile

HELP = """\
Bring cases in from a file of another program, row by row, or with --as production the calls of a log: what its columns
are is guessed and told, or said with options. Rows that can't be taken are named with their lines, the others are kept.
A whole import can be taken back."""

EXAMPLES = """\
examples:
  synterm import my.db utterances.csv --into 'Routing/Imported/csv' --preview
  synterm import my.db utterances.csv --into 'Routing/Imported/csv' --map message=utterance --expected intent
  synterm import my.db utterances.csv --into Routing/Imported --into-column intent      a scenario for each intent
  synterm import my.db promptfooconfig.yaml --into 'Routing/Imported/promptfoo' --judge gpt
  synterm import my.db requests.jsonl --into 'Routing/Live/requests' --production --split holdout
  zcat log.jsonl.gz | synterm import my.db - --into 'Routing/Live/log' --production
  synterm ls my.db imports
  synterm import my.db --undo

logs of the app, with their answers, kept beside the cases (synterm inbox my.db); docs/inbox.md:
  synterm import my.db requests.jsonl --as production --preview
  synterm import my.db requests.jsonl --as production
  synterm import my.db calls.csv --as production --output reply --time answered_at
  synterm import my.db traces.jsonl --as production --sample errors=1 --sample uncovered=1 --sample 0.05
  zcat log.jsonl.gz | synterm import my.db - --as production --keep 20000

exit codes:
  0  every row is a case or a call, or was there already
  2  some rows can't be (the others are kept), or nothing was done at all

More: docs/import.md"""

_FIRST = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm import`."""
    parser.add_argument("project", metavar="PROJECT")
    parser.add_argument("file", metavar="FILE", nargs="?", help="a file, or a folder with a data set; - for stdin")
    parser.add_argument(
        "--undo",
        metavar="IMPORT",
        nargs="?",
        const="",
        help="remove the cases of an import that nobody changed since: by its id or the end of it, else the newest",
    )
    add_no_backup(parser.add_argument)
    parser.add_argument(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="as JSON (synterm schema import, or log_import); - for stdout",
    )
    parser.add_argument(
        "--as",
        dest="as_what",
        choices=("cases", "production"),
        default="cases",
        help="what the rows are: cases (default), or calls of the app in production, with their answers",
    )
    _reading(parser)
    _mapping(parser)
    _placing(parser)
    import_production.add_arguments(parser)
    add = parser.add_argument_group("looking first").add_argument
    add("--dry-run", action="store_true", help="read all of it and say what would come of it; nothing is written")
    add(
        "--preview",
        type=positive,
        nargs="?",
        const=_FIRST,
        metavar="N",
        help=f"only the first N rows (default {_FIRST}), shown as the cases that they would be; nothing is written",
    )


def _reading(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("reading the file").add_argument
    add(
        "--format",
        metavar="F",
        help=f"what the file is (default: by its name and how it begins): {', '.join(source_names())}",
    )
    add("--encoding", metavar="E", help="how its text is written (default: UTF-8, or as it looks)")
    add("--no-header", action="store_true", help="a table's first row is data; its columns are 1, 2, …")
    add("--list", action="append", default=[], metavar="NAME", help="of JSON with several lists, only this; repeated")
    add("--judge", metavar="MODEL", help="the project's model that asks, for assertions such as llm-rubric")


def _mapping(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("columns").add_argument
    add(
        "--map",
        action="append",
        default=[],
        metavar="VARIABLE=COLUMN",
        help="the column of a prompt's variable (default: the same name, or the likeliest for the only variable)",
    )
    add("--expected", metavar="COLUMN", help="the column of the expected result (default: by its name)")
    add("--no-expected", action="store_true", help="nothing is expected")
    add(
        "--arm",
        action="append",
        default=[],
        metavar="COLUMN",
        help="the column of an A/B test's arm: the tag COLUMN:VALUE (default: a column named arm)",
    )


def _placing(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("cases").add_argument
    add("--into", metavar="PATH", help="their scenario, FEATURE/BEHAVIOR/SCENARIO; made where it is not there")
    add("--into-column", metavar="COLUMN", help="the column of the scenario's path; below --into, where both are given")
    add("--tags", action="append", default=[], metavar="A,B", help="tags for all of them")
    add("--split", choices=("dev", "holdout", "train"), help="the split of all (default: as the file says, else dev)")
    add("--production", action="store_true", help="they come from production: kept so in their origin")
    add("--draft", action="store_true", help="as drafts: not evaluated before somebody accepts them")
    add("--duplicates", action="store_true", help="also what the scenario holds already")


def run(args: argparse.Namespace) -> int:
    """Import, or take an import back."""
    if args.undo is not None:
        if args.file is not None:
            raise UsageError(f"--undo takes no file: {args.file}", hint="synterm import PROJECT --undo [IMPORT]")
        with opened(args.project) as project:
            return _undo(project, args)
    if args.file is None:
        raise UsageError("a file is missing", hint="synterm import PROJECT FILE; - for stdin")
    with opened(args.project) as project:
        import_production.refuse_others(args)
        if args.as_what == "production":
            return import_production.run(project, args)
        return _import(project, args)


def _undo(project: Project, args: argparse.Namespace) -> int:
    from synterm.formats.import_report import undone_lines

    if import_production.undo(project, args):
        return ExitCode.OK
    entry = project.imports.find(args.undo or None)
    keep_before(project.path, "undo", keep=not args.no_backup and entry.cases >= MANY)
    undone = project.imports.undo(entry.id).result()
    tree = project.nodes.tree()
    paths = [tree.path(scenario) for scenario in undone.empty]
    name = f"{one_line(entry.file)}, imported {minute(entry.created)}"
    for line in undone_lines(undone, paths, name, args.project):
        say(line)
    return ExitCode.OK


def _import(project: Project, args: argparse.Namespace) -> int:
    from synterm.formats.import_file import FileOptions, opened_source
    from synterm.formats.import_report import import_lines, import_report, preview_rows
    from synterm.reports.json import write_json

    if args.judge is not None and args.judge not in (names := {spec.name for spec in project.models.all()}):
        raise UsageError(f"no model named {args.judge!r}", hint=did_you_mean(args.judge, names) or "there are none")
    wanted = _wanted(args)
    options = FileOptions(args.format, args.encoding, not args.no_header, tuple(args.list), args.judge)
    with opened_source(args.file, options) as (source, file):
        try:
            found = _take(project, source, file, wanted)
        except OSError as error:
            raise InputError(error.strerror or str(error), where=file.title) from error
    if args.json:
        write_json(import_report(found, written=wanted.write), args.json)
    if not wanted.write and args.json != "-":
        rows(preview_rows(found))
        sys.stdout.flush()
    for line in import_lines(found, args.project, written=wanted.write, first=wanted.limit):
        say(line)
    return ExitCode.USAGE if found.wrong.count else ExitCode.OK


def _take(project: Project, source: Source, file: SourceFile, wanted: Wanted) -> Imported:
    from synterm.formats.case_import import import_cases

    found: Imported | None = None
    telling = on_terminal(sys.stderr)
    try:
        for found in import_cases(project, source, file, wanted):
            if telling and found.rows > 2000:
                sys.stderr.write(f"\r{found.rows:,} rows, {found.kept:,} kept ")
                sys.stderr.flush()
    except BaseException:
        if found is not None and found.wrote:
            there = f"stopped on the way, with {found.wrote:,} cases or more there"
            say(f"{there}: synterm import {project.path} --undo takes them back")
        raise
    finally:
        if telling and found is not None and found.rows > 2000:
            sys.stderr.write("\r\x1b[K")
    assert found is not None
    return found


def _wanted(args: argparse.Namespace) -> Wanted:
    from synterm.formats.case_import import Wanted
    from synterm.formats.import_mapping import Columns

    if args.expected is not None and args.no_expected:
        raise UsageError("--expected and --no-expected exclude each other")
    looking = args.dry_run or args.preview is not None
    return Wanted(
        columns=Columns(
            inputs=dict(pair(text) for text in args.map),
            expected=args.expected,
            no_expected=args.no_expected,
            arms=tuple(args.arm),
            path=args.into_column,
        ),
        into=args.into,
        tags=tuple(tag for text in args.tags for part in text.split(",") if (tag := part.strip())),
        split=args.split,
        kind="production" if args.production else "import",
        draft=args.draft,
        duplicates=args.duplicates,
        limit=args.preview,
        shown=(args.preview or _FIRST) if looking else 0,
        write=not looking,
    )


def pair(text: str) -> tuple[str, str]:
    """``VARIABLE=COLUMN``. Raises UsageError."""
    variable, equals, column = text.partition("=")
    if not (equals and variable.strip() and column.strip()):
        raise UsageError(f"--map {text!r} is not VARIABLE=COLUMN", hint="--map message=utterance")
    return variable.strip(), column.strip()
