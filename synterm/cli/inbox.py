"""``synterm inbox``: what production was asked, which behaviors that is, and what no case covers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from synterm.cli.inbox_choice import chosen, command
from synterm.cli.inbox_options import EXAMPLES, HELP, acts, add_arguments, checked
from synterm.cli.output import rows, say, without_commands
from synterm.cli.places import opened
from synterm.core.inbox import CallDocument, CallRow, InboxReport
from synterm.errors import ExitCode
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.storage.traffic import TrafficFilter

_MANY = 20_000
"""More uncovered calls are put into clusters only where that is asked for: it takes seconds then."""

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["EXAMPLES", "HELP", "add_arguments", "run"]


def run(args: argparse.Namespace) -> int:
    """Tell what there is, list calls, show one, or do something with some."""
    checked(args)
    if args.drift:
        from synterm.cli.drift import run as tell_of_drift

        return tell_of_drift(args)
    if acts(args):
        from synterm.cli.inbox_acts import act

        with opened(args.project) as project:
            return act(project, args)
    with read_only(args.project) as project:
        if args.show:
            _show(project, args)
        else:
            _tell(project, args)
    return ExitCode.OK


def print_table(made: Callable[[int], Table]) -> None:
    """Print the table that is made for a width: that of the terminal, or uncut where there is none."""
    from synterm.reports.paper import paper

    with without_commands(sys.stdout) as stream:
        console = paper(stream)
        console.print(made(console.width))


def _show(project: Project, args: argparse.Namespace) -> None:
    from synterm.core.case import value_text
    from synterm.production.inbox import place_of
    from synterm.reports.inbox import call_facts
    from synterm.reports.json import write_json

    call = project.traffic.get(args.show)
    path = place_of(project.nodes.tree(), call)
    if args.json:
        return write_json(CallDocument(call=call, path=path), args.json)
    case = next(iter(project.cases.named([call.nearest])), None) if call.nearest else None
    near = f"{case.title} → {value_text(case.expected)}" if case else ""
    return rows(call_facts(call, path, near))


def _tell(project: Project, args: argparse.Namespace) -> None:
    from synterm.production.inbox import inbox_report
    from synterm.production.inbox_clusters import cluster_named, uncovered_words, with_clusters
    from synterm.production.uncovered import uncovered
    from synterm.reports.inbox import cluster_table, head_lines, inbox_table, next_lines
    from synterm.reports.json import write_json

    which = chosen(project, args)
    listed = args.behavior or args.low or args.find or args.model or args.state
    report = inbox_report(project, which)
    clusters = None
    if not listed and (args.uncovered is not None or 0 < report.uncovered.calls <= _MANY):
        clusters = uncovered(project, which)
        report = with_clusters(project, which, report, clusters)
    if args.uncovered == "":
        report.uncovered_estimate = uncovered_words(project, which)
    if args.uncovered and clusters:
        which = replace(which, ids=cluster_named(clusters, args.uncovered).call_ids)
    if args.uncovered or listed:
        _with_calls(project, args, which, report)
    if args.json:
        return write_json(report, args.json)
    for line in head_lines(report):
        say(line)
    if report.calls is not None:
        return _list(report.calls, args)
    if args.uncovered is not None:
        if report.uncovered_estimate:
            say(f"uncovered: {report.uncovered_estimate}")
        print_table(lambda width: cluster_table(report, width))
    elif report.all.calls:
        print_table(lambda width: inbox_table(report, width, scenarios=args.scenarios))
    for line in next_lines(report, args.project, command(args), project.inbox.drafts()):
        say(line)
    return None


def _with_calls(project: Project, args: argparse.Namespace, which: TrafficFilter, report: InboxReport) -> None:
    from synterm.production.inbox import call_row

    before = project.inbox.place_of(project.traffic.get(args.before).id) if args.before else None
    tree = project.nodes.tree()
    keys = project.inbox.keys(which, args.limit, before)
    report.calls = [call_row(tree, call) for call in project.inbox.page(keys)]


def _list(calls: Sequence[CallRow], args: argparse.Namespace) -> None:
    from synterm.reports.inbox import calls_table

    if not calls:
        say("no call fits")
        return
    print_table(lambda width: calls_table(calls, width))
    if len(calls) == args.limit:
        say(f"older ones: the same with --before {calls[-1].id[-8:]}; all of them with --limit 0")
    say(f"one in full: synterm inbox {args.project} --show {calls[0].id[-8:]}; --promote makes a case of it")
