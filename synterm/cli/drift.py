"""``synterm inbox --drift``: how production traffic and its pass rate changed, and what of it is more than chance."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from synterm.cli.output import data, say
from synterm.cli.places import opened
from synterm.errors import ExitCode, UsageError, did_you_mean
from synterm.storage.foreign import read_only
from synterm.text import plural

if TYPE_CHECKING:
    from synterm.core.drift import DriftReport
    from synterm.storage.project import Project

ALARM, NEW_FAILURES = "alarm", "new-failures"
_FAIL_ON = (ALARM, NEW_FAILURES)
_NOT_OF_DRIFT = (
    "show",
    "uncovered",
    "behavior",
    "low",
    "find",
    "model",
    "state",
    "before",
    "promote",
    "dismiss",
    "undo",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm inbox` that go with --drift; it shares --since, --until and --json with the others."""
    add = parser.add_argument_group("with --drift").add_argument
    add("--drift", action="store_true", help="how shares, inputs and pass rates changed over time, with alarms")
    add("--by", type=_by, metavar="WINDOW", help="day, week, or so many calls a window (default: what suits)")
    add(
        "--against",
        metavar="NAME",
        help="a baseline or another run; first (the default: the first windows), previous, or cases",
    )
    add("--keep", action="store_true", help="hand new failure types over: as draft cases, and to synterm distill")
    add(
        "--fail-on",
        type=_fail_on,
        default=frozenset[str](),
        metavar="LIST",
        help="what makes the exit code 1: alarm, new-failures",
    )


def refuse_without_drift(args: argparse.Namespace) -> None:
    """Raise UsageError where options of drift are given without it, or others that it knows nothing of."""
    own = [name for name in ("by", "against", "keep", "fail_on") if getattr(args, name)]
    if own and not args.drift:
        raise UsageError(f"--{own[0].replace('_', '-')} goes with --drift", hint="synterm inbox PROJECT --drift …")
    others = [name for name in _NOT_OF_DRIFT if getattr(args, name) not in (None, False, [])]
    if args.drift and others:
        raise UsageError(f"--{others[0]} says nothing of drift", hint="leave it out; --since and --until choose calls")


def run(args: argparse.Namespace) -> int:
    """Tell of drift; only with --keep anything is written."""
    from synterm.cli.drift_failures import hand_over, with_new_failures

    with (opened if args.keep else read_only)(args.project) as project:
        report, found = with_new_failures(project, drift(project, args))
        if args.keep and found and found.found:
            report = hand_over(project, found, report)
    tell(report, args.json)
    return exit_code(report, args.fail_on)


def drift(project: Project, args: argparse.Namespace) -> DriftReport:
    """The report that the options ask for."""
    from synterm.core.since import since
    from synterm.production.drift.report import DriftOptions, drift_report

    now = datetime.now(UTC)
    options = DriftOptions(
        by=args.by,
        since=since(args.since, now) if args.since else None,
        until=since(args.until, now) if args.until else None,
        against=args.against,
    )
    return drift_report(project, options)


def tell_alarms(project: Project) -> None:
    """Say what is alarming about traffic so far, by figures alone, to whoever has just had some of it judged."""
    from synterm.production.drift.report import DriftOptions, drift_report
    from synterm.reports.drift import alarm_lines

    report = drift_report(project, DriftOptions(texts=False))
    if report.reference is None or not report.windows:
        return
    against = report.reference.words
    if not report.alarms:
        say(f"drift: no alarm, against {against}")
        return
    say(f"drift: {plural(len(report.alarms), 'alarm')}, against {against}")
    for line in alarm_lines(report.alarms):
        say(line)
    say(f"all of it: synterm inbox {project.path} --drift")


def tell(report: DriftReport, json: str | None) -> None:
    """What it comes to on stderr, the rest on stdout; or as JSON."""
    from synterm.reports.drift import head_lines, report_lines
    from synterm.reports.json import write_json

    for line in head_lines(report):
        say(line)
    if json:
        write_json(report, json)
    if json != "-":
        for line in report_lines(report):
            data(line)


def exit_code(report: DriftReport, fail_on: frozenset[str]) -> int:
    """1 where something is found that it is to fail on."""
    found = {ALARM: len(report.alarms), NEW_FAILURES: len(report.new_failures)}
    why = [name for name in _FAIL_ON if name in fail_on and found[name]]
    if not why:
        return ExitCode.OK
    say(f"exit {int(ExitCode.GATE_FAILED)}: {', '.join(why)}")
    return ExitCode.GATE_FAILED


def _by(text: str) -> str:
    from synterm.production.drift.windows import HINT

    if text in ("day", "week") or (text.isascii() and text.isdecimal() and int(text[:9]) > 0):
        return text
    raise UsageError(f"--by {text!r} is no window", hint=HINT)


def _fail_on(text: str) -> frozenset[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in _FAIL_ON:
            raise UsageError(f"--fail-on {word!r} is not known", hint=did_you_mean(word, _FAIL_ON))
    return frozenset(words)
