"""``synterm import --as production``: logs of the app become traffic."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from synterm.cli.kept import MANY, keep_before
from synterm.cli.output import on_terminal, rows, say
from synterm.cli.parser import positive
from synterm.errors import ExitCode, InputError, NotFoundError, UsageError
from synterm.storage.project import Project
from synterm.text import one_line, plural

if TYPE_CHECKING:
    from synterm.core.traffic import TrafficLog
    from synterm.formats.sources.base import Source, SourceFile
    from synterm.production.intake import LogImported, LogWanted
    from synterm.production.masking import Masker
    from synterm.production.people import Pseudonyms
    from synterm.production.placing_aside import Places

_OF_CASES = ("into", "into_column", "split", "production", "draft", "duplicates", "judge", "no_expected", "arm", "tags")
_OF_LOGS = ("output", "no_output", "time", "sample", "keep", "no_placing", "mask", "no_mask", "phone_region", "people")
_FIRST = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm import` that are for logs alone."""
    group = parser.add_argument_group(
        "logs (--as production)",
        "Calls of the app in production are kept apart from cases: synterm inbox shows them. Personal data and keys "
        "are masked before anything is written, and who asked becomes a pseudonym.",
    )
    add = group.add_argument
    add("--output", metavar="COLUMN", help="the column of the answer (default: by its name)")
    add("--no-output", action="store_true", help="there are no answers in it, only what was asked")
    add("--time", metavar="COLUMN", help="the column of when it was answered (default: by its name)")
    add(
        "--sample",
        action="append",
        default=[],
        metavar="RATE",
        help="keep this part of all calls, 0.1 or 10%%; or WHAT=RATE, the first that fits: errors, uncovered, "
        "'behavior GLOB', 'model GLOB', 'tag GLOB'; repeated. A kept call stands for 1/RATE calls",
    )
    add("--keep", type=positive, metavar="N", help="at most N calls of the file, drawn so that shares stay right")
    add("--no-placing", action="store_true", help="do not look for the behavior of each call now")
    add("--mask", metavar="KINDS", help="only these: email,phone,card,iban,ip,us-ssn,secrets (default: all of them)")
    add("--no-mask", action="store_true", help="keep personal data and keys as they are")
    add("--phone-region", metavar="CC", help="the country whose phone numbers are known without +: US, DE, …")
    add(
        "--people",
        choices=("pseudonym", "drop"),
        help="columns such as user, end_user, ip: a pseudonym (default), by a key outside of the project; or nothing",
    )


def refuse_others(args: argparse.Namespace) -> None:
    """Raise UsageError for options that are for the other kind of import."""
    of_log = args.as_what == "production"
    for name in _OF_CASES if of_log else _OF_LOGS:
        if getattr(args, name) not in (None, False, []):
            option = f"--{name.replace('_', '-')}"
            hint = "without --as production they become cases" if of_log else "--as production reads logs"
            raise UsageError(f"{option} is for {'cases' if of_log else 'logs'}", hint=hint)


def run(project: Project, args: argparse.Namespace) -> int:
    """Bring a log in."""
    from synterm.formats.import_file import FileOptions, opened_source
    from synterm.production.intake_report import log_lines, log_report, shown_rows
    from synterm.reports.json import write_json

    wanted = _wanted(project, args)
    if args.no_mask:
        say("! nothing is masked: personal data and keys in the log get into the project file as they are")
    options = FileOptions(args.format, args.encoding, not args.no_header, tuple(args.list), of_calls=True)
    with opened_source(args.file, options) as (source, file):
        try:
            found = _take(project, source, file, wanted, args)
        except OSError as error:
            raise InputError(error.strerror or str(error), where=file.title) from error
    if args.json:
        write_json(log_report(found, wanted), args.json)
    if not wanted.write and args.json != "-":
        rows(shown_rows(found))
        sys.stdout.flush()
    for line in log_lines(found, wanted, args.project):
        say(line)
    return ExitCode.USAGE if found.wrong.count else ExitCode.OK


def undo(project: Project, args: argparse.Namespace) -> bool:
    """Take a log back where that is what is meant: the one that is named, or the newest of imports and logs."""
    log = _named(project, args.undo)
    if log is None:
        return False
    keep_before(project.path, "undo", keep=not args.no_backup and log.kept >= MANY)
    gone = project.traffic.remove_log(log.id).result()
    say(f"removed {plural(gone, 'call')} of {one_line(log.file)}")
    if stay := log.kept - gone:
        say(f"{plural(stay, 'call')} {'stays' if stay == 1 else 'stay'}: cases were made of them")
    return True


def _named(project: Project, name: str) -> TrafficLog | None:
    logs = project.traffic.logs()
    if not name:
        newest = logs[0] if logs else None
        try:
            other = project.imports.find(None)
        except NotFoundError:
            return newest
        return newest if newest and newest.id > other.id else None
    wanted = name.upper()
    fit = [log for log in logs if log.id == wanted or (len(wanted) >= 6 and log.id.endswith(wanted))]
    return fit[0] if len(fit) == 1 else None


def _take(
    project: Project, source: Source, file: SourceFile, wanted: LogWanted, args: argparse.Namespace
) -> LogImported:
    from synterm.production.intake import import_log

    found: LogImported | None = None
    telling = on_terminal(sys.stderr)
    places, why_not = _places(project, wanted, args)
    try:
        for found in import_log(project, source, file, wanted, places):
            if telling and found.rows >= 2000:
                sys.stderr.write(f"\r{found.rows:,} rows, {found.calls.kept:,} kept ")
                sys.stderr.flush()
    except BaseException:
        if found is not None and found.calls.kept and wanted.write:
            say(f"stopped on the way, with {found.calls.kept:,} calls there: the same command goes on")
        raise
    finally:
        if telling and found is not None and found.rows >= 2000:
            sys.stderr.write("\r\x1b[K")
    assert found is not None
    if why_not:
        found.notes.append(f"not placed: {why_not}")
    return found


def _places(project: Project, wanted: LogWanted, args: argparse.Namespace) -> tuple[Places | None, str]:
    """What places calls, or why nothing does. Raises UsageError where the sampling asks for places."""
    if args.no_placing:
        _refuse_rules(wanted, "--no-placing leaves all calls without a place")
        return None, ""
    from synterm.production.placing import Placer

    def told(text: str) -> None:
        if on_terminal(sys.stderr):
            sys.stderr.write(f"\r\x1b[K{text} ")
            sys.stderr.flush()

    placer = Placer(project, told)
    told("")
    if not placer.why_not:
        return placer, ""
    _refuse_rules(wanted, placer.why_not)
    return None, placer.why_not


def _refuse_rules(wanted: LogWanted, why_not: str) -> None:
    if wanted.sampling.needs_place:
        raise UsageError("--sample by behavior, or of what is uncovered, needs places", hint=why_not)


def _wanted(project: Project, args: argparse.Namespace) -> LogWanted:
    from synterm.cli.imports import pair
    from synterm.evaluate.provenance import who
    from synterm.formats.import_mapping import Columns
    from synterm.production.columns import WantedColumns
    from synterm.production.intake import LogWanted
    from synterm.production.sampling import read_sampling

    if args.output is not None and args.no_output:
        raise UsageError("--output and --no-output exclude each other")
    inputs = dict(pair(text) for text in args.map)
    looking = args.dry_run or args.preview is not None
    return LogWanted(
        columns=Columns(inputs=inputs, expected=args.expected, no_expected=args.expected is None, no_split=True),
        table=WantedColumns(args.output, args.no_output, args.time, tuple(inputs.values()), args.expected),
        sampling=read_sampling(args.sample, project.nodes.tree()),
        most=args.keep,
        masker=_masker(args),
        pseudonyms=_pseudonyms(args),
        who=who(),
        limit=args.preview,
        shown=(args.preview or _FIRST) if looking else 0,
        write=not looking,
    )


def _masker(args: argparse.Namespace) -> Masker | None:
    from synterm.production.masking import PERSONAL, SECRETS, Masker, kinds_named

    if args.no_mask:
        if args.mask:
            raise UsageError("--mask and --no-mask exclude each other")
        return None
    region = args.phone_region and args.phone_region.upper()
    if region and not (len(region) == 2 and region.isascii() and region.isalpha()):
        raise UsageError(f"--phone-region {args.phone_region!r} is no country", hint="two letters: US, DE, …")
    masker = Masker(kinds_named(args.mask) if args.mask else (*PERSONAL, SECRETS), region)
    if not masker.kinds:
        raise UsageError("nothing of what --mask names can be looked for", hint="pip install 'synterm[analysis]'")
    return masker


def _pseudonyms(args: argparse.Namespace) -> Pseudonyms | None:
    from synterm.production.people import Pseudonyms

    return None if args.people == "drop" else Pseudonyms()
