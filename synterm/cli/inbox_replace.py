"""Placing stored calls again from the command line, by the cases as they are now."""

from __future__ import annotations

import argparse
import sys

from synterm.cli.inbox_choice import chosen
from synterm.cli.output import on_terminal, say
from synterm.core.placing import PlacingReport
from synterm.errors import ModelError
from synterm.production.placings import Replaced, placing_again
from synterm.storage.project import Project
from synterm.text import plural


def place_again(project: Project, args: argparse.Namespace) -> None:
    """Place calls again. Raises ModelError where nothing can be placed."""
    found = Replaced()
    telling = on_terminal(sys.stderr)
    try:
        for found in placing_again(project, chosen(project, args), told=_told if telling else _silent):
            if telling and found.calls:
                _told(f"placed {found.calls:,} calls")
    finally:
        if telling:
            sys.stderr.write("\r\x1b[K")
    if found.why_not:
        raise ModelError("no call can be placed", hint=found.why_not)
    say(
        f"{plural(found.calls, 'call')} placed again: {found.placed:,} in behaviors, {found.uncovered:,} uncovered; "
        f"{found.changed:,} elsewhere than before"
    )
    if found.report:
        for line in placing_lines(found.report):
            say(line)


def placing_lines(report: PlacingReport) -> list[str]:
    """How well that is, as the project's own cases tell."""
    if report.doubt:
        return [f"note: {report.doubt}"]
    lines = [f"as the project's own {plural(report.cases, 'case')} tell, each placed as if unknown:"]
    if report.right:
        lines.append(f"  placed rightly   {report.right.words}")
    if report.left_out:
        lines.append(f"  found uncovered  {report.left_out.words}, where their behavior was left out")
    return lines


def _told(words: str) -> None:
    sys.stderr.write(f"\r\x1b[K{words} ")
    sys.stderr.flush()


def _silent(_words: str) -> None:
    return
