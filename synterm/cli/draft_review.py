"""``synterm review --drafts``: accepting and rejecting what waits for review, and bringing back what was rejected."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from synterm.cli.output import on_terminal, refuse_commands, rows, say
from synterm.cli.parser import add_where
from synterm.cli.places import opened
from synterm.core.case import Split, Status
from synterm.core.decision import Decision, Verdict
from synterm.errors import ExitCode, InputError, UsageError
from synterm.evaluate.provenance import who as login
from synterm.evaluate.query.where import read_where
from synterm.evaluate.scenarios import scenario_ids
from synterm.storage.cases import CaseFilter
from synterm.storage.clock import now
from synterm.storage.drafts import ORDERS, DraftFilter, DraftOrder
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.text import one_line, plural, printable

if TYPE_CHECKING:
    from synterm.formats.draft_rows import DraftRow

_ID = re.compile(r"[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{6,26}")
_LISTED = 12
_PAGE = 200
_DOING: dict[str, Verdict] = {"accept": "accepted", "reject": "rejected", "restore": "restored"}


def about_drafts(args: argparse.Namespace) -> bool:
    """Whether the options are about drafts, and not about answers."""
    doing = any(getattr(args, name) is not None for name in _DOING)
    named = args.generation is not None or bool(args.where) or args.reason is not None
    return bool(args.drafts or args.rejected or named or doing)


def add_draft_arguments(parser: argparse.ArgumentParser) -> None:
    """The options about drafts."""
    add = parser.add_argument_group("drafts: cases that wait for review").add_argument
    add("--drafts", action="store_true", help="review drafts instead of answers")
    add("--rejected", action="store_true", help="list what was rejected or dropped, with why; --json, --export too")
    add("--generation", nargs="?", const="last", metavar="ID", help="only those of a generation (default: the last)")
    add_where(add, "drafts")
    for name, words in (
        ("accept", "accept these drafts"),
        ("reject", "reject these drafts"),
        ("restore", "have these rejected cases wait for review again"),
    ):
        add(f"--{name}", nargs="*", metavar="ID|QUERY", help=f"{words}; without any: all that fit the other options")
    add("--reason", metavar="TEXT", help="why they are rejected; else only what was rejected for it, or by that filter")
    add("--yes", action="store_true", help="do not ask")


def run_drafts(args: argparse.Namespace) -> int:
    """Do what the options say about drafts."""
    _refuse_others(args)
    doing = next((name for name in _DOING if getattr(args, name) is not None), None)
    reads = doing is None and (args.export is not None or args.json or args.rejected)
    with (read_only if reads else opened)(args.project) as project:
        if doing is not None:
            return _decide(project, args, doing)
        if args.source_file is not None:
            return _import(project, args)
        if args.export is not None:
            return _export(project, args)
        if args.json:
            return _list(project, args)
        return _rejected(project, args) if args.rejected else _review(project, args)


def _refuse_others(args: argparse.Namespace) -> None:
    doing = [name for name in _DOING if getattr(args, name) is not None]
    if len(doing) > 1:
        raise UsageError(f"--{doing[0]} and --{doing[1]} can't go together")
    if doing and (args.source_file is not None or args.export is not None or args.json):
        raise UsageError(f"--{doing[0]} goes without --json, --import and --export")
    for name in ("calibration", "run", "prompt", "model", "open", "source", "tell"):
        if getattr(args, name):
            raise UsageError(f"--{name} is about answers, not about drafts")
    if args.reason is not None and not (args.rejected or args.restore is not None or args.reject is not None):
        raise UsageError("--reason goes with --reject, --restore or --rejected")


def _keys(project: Project, args: argparse.Namespace, status: Status, words: Sequence[str] = ()) -> list[int]:
    """The row numbers of the cases that are meant, in the order of review. Raises UsageError, InputError."""
    ids = [project.cases.get(word).id for word in words] if words and all(map(_ID.fullmatch, words)) else None
    chosen = _filter(project, args, status, [*args.where, *([" ".join(words)] if words and ids is None else ())])
    generation = None if args.generation is None else project.generations.find(args.generation).id
    cause = args.reason if status == "rejected" else None
    found = [*project.drafts.keys(DraftFilter(chosen, generation, cause), _order(args.order))]
    if ids is not None:
        wanted = set(project.cases.keys_of(ids))
        if missing := wanted.difference(found):
            [case] = project.cases.page([min(missing)])
            what = f"is {case.status}, not {status}" if case.status != status else "does not fit the other options"
            raise UsageError(f"case {case.id[-8:]} {what}")
        found = [key for key in found if key in wanted]
    return found[: args.limit]


def _filter(project: Project, args: argparse.Namespace, status: Status, where: Sequence[str]) -> CaseFilter:
    scenarios = scenario_ids(project.nodes.tree(), args.behavior)
    split: Split | None = None if args.split == "all" else args.split
    chosen = read_where(project, where).narrowed(CaseFilter(scenario_ids=scenarios, split=split, tags=args.tag))
    return replace(chosen, status=status)  # whatever else a query asks for: no other case is decided on here


def _order(name: str) -> DraftOrder:
    wanted = "doubt" if name == "telling" else name
    return next(order for order in ORDERS if order == wanted)


def _who(args: argparse.Namespace) -> str:
    return login() if args.who is None else args.who


def _review(project: Project, args: argparse.Namespace) -> int:
    from synterm.cli.draft_loop import review_drafts
    from synterm.describe.review.queue import DraftQueue

    keys = _keys(project, args, "draft")
    if not keys:
        say("nothing waits for review here; synterm generate and synterm import make drafts")
        return ExitCode.OK
    queue = DraftQueue(keys)
    try:
        review_drafts(project, queue, _who(args))
    finally:
        counts = queue.counts
        say(
            f"\n{counts['accepted']:,} accepted, {counts['rejected']:,} rejected, {len(queue.open):,} left open; "
            f"synterm review {project.path} --rejected lists what was rejected"
        )
    return ExitCode.OK


def _decide(project: Project, args: argparse.Namespace, name: str) -> int:
    verdict = _DOING[name]
    keys = _keys(project, args, "rejected" if verdict == "restored" else "draft", getattr(args, name))
    if not keys:
        say("no case fits: nothing was changed")
        return ExitCode.OK
    count = plural(len(keys), "case" if verdict == "restored" else "draft")
    tree = project.nodes.tree()
    for scenario, number in [*project.drafts.by_scenario(keys).items()][:_LISTED]:
        say(f"  {number:>6,}  {tree.path(scenario) if scenario in tree else 'in no scenario'}")
    if verdict == "accepted" and (doubts := project.drafts.in_doubt(keys)):
        say(f"of {plural(doubts, 'draft')} among them nobody could tell whether the label holds")
    if not args.yes and not _agreed(f"{name} {count}"):
        say("nothing was changed")
        return ExitCode.OK
    reason = (args.reason or "") if verdict == "rejected" else ""
    decision = Decision(verdict=verdict, reason=reason, who=_who(args), time=now())
    project.drafts.decide(keys, decision).result()
    say(f"{verdict} {count}")
    return ExitCode.OK


def _agreed(what: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(f"this would {what}", hint="--yes if that is what you want")
    sys.stderr.write(f"{printable(what)}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _chosen_rows(project: Project, args: argparse.Namespace) -> Iterator[DraftRow]:
    from synterm.describe.review.drafts import doubt_words, load_drafts
    from synterm.formats.draft_rows import draft_row
    from synterm.storage.base import chunks

    tree = project.nodes.tree()
    for part in chunks(_keys(project, args, "rejected" if args.rejected else "draft"), _PAGE):
        for draft in load_drafts(project, part):
            yield draft_row(draft.case, draft.seed, tree, doubt_words(draft.case))


def _list(project: Project, args: argparse.Namespace) -> int:
    from synterm.reports.json import safe_json, write_parts

    def parts() -> Iterator[str]:
        yield '{\n  "schema": "synterm.drafts/1",\n  "drafts": ['
        separator = "\n    "
        for row in _chosen_rows(project, args):
            yield separator + safe_json(row.model_dump_json())
            separator = ",\n    "
        yield "\n  ]\n}\n"

    write_parts(parts(), "-")
    return ExitCode.OK


def _rejected(project: Project, args: argparse.Namespace) -> int:
    chosen = _filter(project, args, "rejected", args.where)
    generation = None if args.generation is None else project.generations.find(args.generation).id
    causes = project.drafts.causes(DraftFilter(chosen, generation, args.reason))
    if not causes:
        say("nothing was rejected here")
        return ExitCode.OK
    for cause, count in causes:
        say(f"  {count:>6,}  {one_line(cause, 100)}")
    say("")
    rows(
        [
            (row.id[-8:], one_line(row.why, 40), row.decisions[-1].who if row.decisions else "", cell_of(row))
            for row in _chosen_rows(project, args)
        ]
    )
    sys.stdout.flush()
    say(f"\nsynterm review {project.path} --restore ID has it wait for review again; so all of one --reason")
    return ExitCode.OK


def cell_of(row: DraftRow) -> str:
    """The input of a row in a line."""
    from synterm.formats.draft_rows import cell

    return one_line(cell(row.input), 200)


def _export(project: Project, args: argparse.Namespace) -> int:
    from synterm.formats.draft_rows import draft_file
    from synterm.formats.row_files import kind_of
    from synterm.reports.json import safe_json, write_parts

    kind = kind_of(args.export, args.format)
    if kind != "jsonl":
        refuse_commands(args.export, "--export")
    count = 0

    def counted() -> Iterator[DraftRow]:
        nonlocal count
        for row in _chosen_rows(project, args):
            count += 1
            yield row

    parts = draft_file(counted(), kind)
    if kind == "jsonl":
        parts = map(safe_json, parts)
    elif args.export == "-" and on_terminal(sys.stdout):
        parts = map(printable, parts)
    write_parts(parts, args.export, private=True)
    word = "restore" if args.rejected else "accept or reject"
    say(f"{plural(count, 'case')}: write {word} under 'decision', then --drafts --import it; texts can be edited there")
    return ExitCode.OK


def _import(project: Project, args: argparse.Namespace) -> int:
    from synterm.formats.draft_import import NAMED, import_decisions

    found = import_decisions(project, args.source_file, kind=args.format, who=_who(args))
    told = [f"{count:,} {verdict}" for verdict, count in sorted(found.decided.items())]
    told += [f"{found.edited:,} of them edited"] if found.edited else []
    told += [f"{found.same:,} decided so before"] if found.same else []
    told += [f"{found.open:,} left open"] if found.open else []
    say(f"{plural(found.rows, 'row')}: {', '.join(told) or 'nothing was decided'}")
    if found.wrong:
        say(f"{plural(found.wrong, 'row')} not kept:")
        for problem in found.problems:
            say(f"  {_words(problem)}")
        if found.wrong > NAMED:
            say(f"  and {found.wrong - NAMED:,} more")
    return ExitCode.USAGE if found.wrong else ExitCode.OK


def _words(error: InputError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)
