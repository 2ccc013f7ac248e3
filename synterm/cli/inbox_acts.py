"""What people do with calls on the command line: make cases of them, put them away, take that back."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from synterm.cli.inbox_choice import chosen, targets
from synterm.cli.inbox_replace import place_again
from synterm.cli.output import say
from synterm.core.case import input_text
from synterm.core.inbox import DraftRow, PromotionReport, SkippedRow
from synterm.errors import ExitCode
from synterm.production.candidate import WORDS
from synterm.production.promote import Promoter, Promotion, Wanted
from synterm.reports.json import write_json
from synterm.reports.promotion import next_lines, promotion_lines
from synterm.storage.project import Project
from synterm.text import plural


def act(project: Project, args: argparse.Namespace) -> int:
    """Do what is asked for."""
    if args.replace:
        place_again(project, args)
    acts: list[tuple[object, Callable[[Project, argparse.Namespace], None]]] = [
        (args.promote, _promote),
        (args.dismiss, _dismiss),
        (args.undo, _undo),
    ]
    for asked, deed in acts:
        if asked is not None:
            deed(project, args)
    return ExitCode.OK


def _promote(project: Project, args: argparse.Namespace) -> None:
    calls = targets(project, args.promote, args)
    wanted = Wanted(into=args.into, split=args.split, most=args.most, duplicates=args.duplicates)
    promoter = Promoter(project)
    found = promoter.plan(calls, wanted)
    if not args.dry_run:
        promoter.write(found)
    report = promotion_report(found, written=not args.dry_run)
    if args.json:
        write_json(report, args.json)
    for line in [*promotion_lines(report), *next_lines(report, args.project)]:
        say(line)


def promotion_report(found: Promotion, *, written: bool) -> PromotionReport:
    """A promotion as JSON."""
    return PromotionReport(
        id=found.id,
        written=written,
        drafts=[
            DraftRow(
                call=one.call.id,
                case=one.case.id,
                path=one.path,
                input=one.case.title,
                expected=one.case.expected,
                how=WORDS[one.how] if one.how else "as said",
                near=one.near,
            )
            for one in found.drafts
        ],
        skipped=[
            SkippedRow(call=one.call.id, input=input_text(one.call.input), why=one.why, near=one.near)
            for one in found.skipped
        ],
        alike=found.alike,
        made=[*found.made],
    )


def _dismiss(project: Project, args: argparse.Namespace) -> None:
    ids = [call.id for call in targets(project, args.dismiss, args) if call.state == "new"]
    if args.dry_run:
        say(f"{plural(len(ids), 'call')} would be dismissed")
        return
    project.traffic.set_state(ids, "dismissed").result()
    say(f"{plural(len(ids), 'call')} dismissed; --undo with the same takes it back")


def _undo(project: Project, args: argparse.Namespace) -> None:
    named = args.undo or chosen(project, args).says_something
    ids: Sequence[str] = [call.id for call in targets(project, args.undo, args)] if named else _newest(project)
    if args.dry_run:
        say(f"{plural(len(ids), 'call')} would be new again, where nobody touched what was made of them")
        return
    back = project.promotions.take_back(ids).result()
    removed = f", {plural(len(back.removed), 'draft')} removed" if back.removed else ""
    say(f"{plural(len(back.calls), 'call')} new again{removed}")
    if back.kept:
        say(f"{plural(len(back.kept), 'case')} stay, since somebody decided on them or changed them")


def _newest(project: Project) -> Sequence[str]:
    ids = project.promotions.newest()
    if not ids:
        say("no case was made of a call; --undo CALL takes back that it was dismissed")
    return ids
