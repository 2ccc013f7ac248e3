"""``synterm review``: people's verdicts on answers, and what they say about the checks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from synterm.cli.choose import require_tags
from synterm.cli.draft_review import about_drafts, add_draft_arguments, run_drafts
from synterm.cli.output import data, on_terminal, refuse_commands, say
from synterm.cli.parser import positive
from synterm.cli.places import opened
from synterm.errors import ExitCode, UsageError
from synterm.evaluate.provenance import who as login
from synterm.evaluate.review.order import ORDERS
from synterm.evaluate.scenarios import scenario_ids
from synterm.formats.row_files import KINDS, kind_of
from synterm.storage.cases import CaseFilter
from synterm.storage.drafts import ORDERS as DRAFT_ORDERS
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.text import plural, printable

if TYPE_CHECKING:
    from synterm.evaluate.review.choosing import Chosen
    from synterm.storage.recorded import Recorded

HELP = """\
Judge the answers of a recorded run yourself, blind to what checks and others say: one key for each, the most telling
first. Or take verdicts out to a spreadsheet and back, take in what users of your app said, and see how far each check,
and each judge, can be trusted. With --drafts: accept or reject the cases that wait for review."""

EXAMPLES = """\
examples:
  synterm review my.db
  synterm review my.db --order random --limit 60        a fair sample, for figures
  synterm review my.db --export open.csv --open         to be judged in a spreadsheet: fill the column 'passed'
  synterm review my.db --import open.csv --who ann
  synterm review my.db --import feedback.jsonl          {"input": "…", "output": "…", "thumb": "down"} a line
  synterm review my.db --calibration
  synterm review my.db --json | jq '.verdicts[].note'
  printf 'pass\\nnote too long\\nfail\\n' | synterm review my.db

  synterm review my.db --drafts                         drafts, one key each; what is in doubt first
  synterm review my.db --accept --generation last --where 'tag:typo' --yes
  synterm review my.db --reject 8FH3K2QW --reason 'wrong label'
  synterm review my.db --rejected                       what was rejected or dropped, and why
  synterm review my.db --restore --reason near-duplicate
  synterm review my.db --drafts --export drafts.csv     fill the column 'decision', then --drafts --import it
  printf 'accept\\nreject wrong label\\nlabel clarify\\n' | synterm review my.db --drafts

keys: y pass, f fail, space skip, b back, u undo, o note, t tell, q quit; of drafts: a accept, x reject, e edit,
l label, space skip, b back, u undo, q quit; from a pipe: such a key or its word a line"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm review`."""
    parser.add_argument("project", metavar="PROJECT")
    add = parser.add_argument_group("instead of judging").add_mutually_exclusive_group().add_argument
    add("--calibration", action="store_true", help="how far each check agrees with people, for each judge and version")
    add("--import", dest="source_file", metavar="FILE", help="take in verdicts from CSV or JSONL; - for stdin")
    add("--export", metavar="FILE", help="write all verdicts as CSV or JSONL; - for stdout")
    add = parser.add_argument
    add("--json", action="store_true", help="the verdicts as JSON; so with --calibration and --import what they found")
    _what_to_judge(parser)
    _files(parser)
    add_draft_arguments(parser)


def _what_to_judge(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what is judged, or exported with --open").add_argument
    add("--run", metavar="ID", help="the recorded run, by its id or its end, last or last-1 (default: the newest)")
    add("--prompt", metavar="NAME[@V]", help="only answers of this prompt, or this version of it")
    add("--model", metavar="NAME", help="only answers of this model")
    add("--behavior", action="append", default=[], metavar="GLOB", help="as in synterm run")
    add("--tag", action="append", default=[], metavar="T", help="only cases with this tag; repeated: with all of them")
    add("--split", choices=("dev", "holdout", "train", "all"), default="all", help="default: all")
    add(
        "--order",
        choices=(*ORDERS, *(order for order in DRAFT_ORDERS if order not in ORDERS)),
        default="telling",
        help="telling: what checks or variants disagree on first, of drafts what is in doubt (default); random: a fair "
        "sample, for --calibration; doubt, added, seed: of drafts",
    )
    add("--limit", type=positive, metavar="N", help="at most N answers (default 200)")
    add("--who", metavar="NAME", help="in whose name (default: your login name)")
    add("--tell", action="store_true", help="tell what the checks said, after each of your verdicts")


def _files(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("files").add_argument
    add("--format", choices=KINDS, help="what the file holds (default: by its name; JSONL for -)")
    add("--open", action="store_true", help="export what is to be judged, with the column 'passed' left empty")
    add(
        "--source",
        choices=("review", "feedback"),
        help="who spoke: reviewers or users of the app (default: --import takes rows with a thumb or a rating for "
        "feedback and others for reviews, --calibration takes reviews)",
    )
    add("--min-rating", type=_rating, default=4.0, metavar="R", help="the rating, 1 to 5, that passes (default 4)")


def _rating(text: str) -> float:
    number = float(text)
    if not 1 <= number <= 5:
        raise argparse.ArgumentTypeError(f"must be from 1 to 5, not {text}")
    return number


_rating.__name__ = "number"


def run(args: argparse.Namespace) -> int:
    """Do what the options say."""
    if about_drafts(args):
        return run_drafts(args)
    if args.order not in ORDERS:
        raise UsageError(f"--order {args.order} is for --drafts")
    if args.open and args.export is None:
        raise UsageError("--open goes with --export FILE")
    only_reads = args.calibration or args.export is not None or (args.json and args.source_file is None)
    with (read_only if only_reads else opened)(args.project) as project:
        if args.calibration:
            return _calibration(project, args)
        if args.source_file is not None:
            return _import(project, args)
        if args.export is not None:
            return _export(project, args)
        return _list(project) if args.json else _judge(project, args)


def _judge(project: Project, args: argparse.Namespace) -> int:
    from synterm.cli.review_loop import review_answers
    from synterm.evaluate.review.queue import ReviewQueue

    chosen = _chosen(project, args)
    if not chosen.outputs:
        _refuse_unknown(project, args)
        say("nothing is left to judge here: you judged it all, or no answer fits")
        return ExitCode.OK
    queue = ReviewQueue(chosen, _who(args))
    try:
        review_answers(project, queue, telling=args.tell)
    finally:
        say(f"\n{plural(queue.judged, 'answer')} judged, {len(queue) - queue.judged + queue.left:,} left open")
        if queue.loose_notes:
            say(f"{plural(queue.loose_notes, 'note')} without a verdict: not kept, a note goes with a verdict only")
    if queue.judged:
        say(f"synterm review {project.path} --calibration tells how far the checks agree")
    return ExitCode.OK


def _chosen(project: Project, args: argparse.Namespace) -> Chosen:
    from synterm.evaluate.review.choosing import MOST, choose
    from synterm.evaluate.review.recorded import candidates, newest_run

    record = newest_run(project) if args.run is None else project.runs.named(args.run)
    wanted_cases = CaseFilter(
        scenario_ids=scenario_ids(project.nodes.tree(), args.behavior),
        split=None if args.split == "all" else args.split,
        tags=args.tag,
        status=None,
    )
    everything = not (args.behavior or args.tag or args.split != "all")
    ids = None if everything else frozenset(project.cases.ids_of(project.cases.keys(wanted_cases)))
    prompt, _, version = (args.prompt or "*").partition("@")

    def wanted(done: Recorded) -> bool:
        is_prompt = fnmatchcase(done.prompt, prompt) and version in ("", "all", done.version)
        return is_prompt and args.model in (None, done.model_name)

    found = candidates(project, record, ids, wanted)
    return choose(project, found, _who(args), args.order, args.limit or MOST)


def _refuse_unknown(project: Project, args: argparse.Namespace) -> None:
    """Raise NotFoundError for a prompt, a model or a tag that the project does not have."""
    if args.prompt is not None and "*" not in args.prompt:
        project.prompts.get(args.prompt.partition("@")[0])
    if args.model is not None:
        project.models.get(args.model)
    require_tags(project, args.tag)


def _who(args: argparse.Namespace) -> str:
    return login() if args.who is None else args.who


def _list(project: Project) -> int:
    from synterm.formats.verdict_export import verdict_rows
    from synterm.reports.json import safe_json, write_parts

    def parts() -> Iterator[str]:
        yield '{\n  "schema": "synterm.verdicts/1",\n  "verdicts": ['
        separator = "\n    "
        for row in verdict_rows(project):
            yield separator + safe_json(row.model_dump_json())
            separator = ",\n    "
        yield "\n  ]\n}\n"

    write_parts(parts(), "-")
    return ExitCode.OK


def _export(project: Project, args: argparse.Namespace) -> int:
    from synterm.formats.verdict_export import open_rows, verdict_file, verdict_rows
    from synterm.reports.json import safe_json, write_parts

    kind = kind_of(args.export, args.format)
    if kind != "jsonl":
        refuse_commands(args.export, "--export")
    chosen = _chosen(project, args) if args.open else None
    rows = open_rows(project, chosen.outputs) if chosen else verdict_rows(project)
    if args.source and not chosen:
        rows = (row for row in rows if row.source == args.source)
    parts = verdict_file(rows, kind)
    if kind == "jsonl":
        parts = map(safe_json, parts)
    elif args.export == "-" and on_terminal(sys.stdout):
        parts = map(printable, parts)
    write_parts(parts, args.export, private=True)
    if chosen:
        say(f"{plural(len(chosen.outputs), 'answer')} to judge: write pass or fail under 'passed', then --import it")
    return ExitCode.OK


def _import(project: Project, args: argparse.Namespace) -> int:
    from synterm.formats.verdict_import import import_verdicts
    from synterm.formats.verdict_report import import_lines, import_report
    from synterm.reports.json import write_json

    found = import_verdicts(
        project, args.source_file, kind=args.format, who=_who(args), source=args.source, least=args.min_rating
    )
    if args.json:
        write_json(import_report(found), "-")
    else:
        for line in import_lines(found):
            say(line)
    return ExitCode.USAGE if found.wrong.count else ExitCode.OK


def _calibration(project: Project, args: argparse.Namespace) -> int:
    from synterm.evaluate.review.calibration import calibrations
    from synterm.reports.calibration import calibration_lines, calibration_list
    from synterm.reports.json import write_json

    source = args.source or "review"
    found = calibrations(project, source)
    if args.json:
        write_json(calibration_list(found, source), "-")
        return ExitCode.OK
    if not found.answers:
        say(f"nobody judged an answer yet: synterm review {project.path}")
        return ExitCode.OK
    people = "reviewers" if source == "review" else "users"
    data(f"{plural(found.answers, 'answer')} judged by {people}; 95 % intervals over independent lineages\n")
    for line in calibration_lines(found):
        data(line)
    sys.stdout.flush()
    if source == "review":
        say("fair for answers picked with --order random: the telling order looks for what checks get wrong")
    return ExitCode.OK
