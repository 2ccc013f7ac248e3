"""``synterm run --source production``: judge what the app answered in production, as its logs tell."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from synterm.cli import against, drift
from synterm.cli.outcome import leave, progress_of, spending_limits
from synterm.cli.output import data, say
from synterm.cli.parser import share
from synterm.cli.places import opened
from synterm.cli.signals import Stopped, run_until_stopped
from synterm.cli.trusting import require_trust
from synterm.core.production import PRODUCTION, production_of
from synterm.core.report import RunReport, Totals
from synterm.core.since import since
from synterm.errors import ExitCode, UsageError
from synterm.evaluate.provenance import git_commit, who
from synterm.evaluate.scenarios import scenario_ids
from synterm.settings import load_settings
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.storage.traffic import TrafficFilter
from synterm.text import plural

if TYPE_CHECKING:
    from synterm.cli.session import Progress
    from synterm.core.comparison import CompareReport
    from synterm.evaluate.compare.chosen import Chosen
    from synterm.evaluate.report import RunResult
    from synterm.production.judged_run import TrafficPlan, TrafficRun

LAST = "last"
_OWN = ("since", "until", "min_confidence", "expect", "no_judges")
_OF_CASES = (
    "prompt", "tag", "where", "shard", "stop_early", "rejudge", "no_cache", "refresh", "cache_truncated", "against",
    "batch",
)  # fmt: skip
"""Options that ask for answers, or choose cases."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options about production's traffic."""
    add = parser.add_argument_group("what the app answered in production (docs/production.md)").add_argument
    add(
        "--source",
        choices=(PRODUCTION,),
        help="judge the logged calls that synterm import --as production brought in; no answer is asked for. "
        "--behavior, --model (as the log calls it) and --limit choose among them",
    )
    add(
        "--since",
        metavar="WHEN",
        help="only calls answered since then: 24h, 7d, a day or a time; last: only what was brought in since the last "
        "such run",
    )
    add("--until", metavar="WHEN", help="only calls answered before then")
    add(
        "--min-confidence",
        type=share,
        metavar="C",
        help="leave out calls whose behavior is less sure than that, from 0 to 1",
    )
    add(
        "--expect",
        choices=("behavior",),
        help="where a log does not tell what was expected: what all cases of the call's behavior expect, if they agree",
    )
    add("--no-judges", action="store_true", help="leave out checks that ask a model")


def refuse_without_source(args: argparse.Namespace) -> None:
    """Raise UsageError where options about traffic are given, and cases are to be evaluated."""
    for name in _OWN:
        if getattr(args, name) not in (None, False):
            option = name.replace("_", "-")
            raise UsageError(f"--{option} is about production's traffic", hint=f"--source production --{option} …")


def run(args: argparse.Namespace) -> int:
    """Make the run, write its report, and give the exit code."""
    _refuse_what_is_of_cases(args)
    with (read_only if args.dry_run else opened)(args.project) as project:
        if not args.dry_run:
            require_trust(project, args.trust_manifest)
        from synterm.production.judged_run import TrafficRun

        baseline = _baseline(project, args)
        plan = _plan(project, args, regressions_asked=bool(args.baseline))
        made = TrafficRun(project, plan)
        progress = progress_of(args)
        _tell(made, progress, args)
        if args.dry_run:
            data(f"{plural(made.chosen.report.calls, 'call')} would be judged")
            return ExitCode.OK
        if not made.chosen.report.calls:
            return _nothing(project, made, args)
        report, result = _made(made, progress, baseline, groups=bool(args.json or args.by))
        code = leave(project, report, result, args)
        if not args.quiet:
            drift.tell_alarms(project)
        return code


def _made(
    made: TrafficRun, progress: Progress, baseline: Chosen | None, *, groups: bool
) -> tuple[RunReport, RunResult]:
    from synterm.evaluate.report import build_report
    from synterm.evaluate.review.judges import known_judges

    try:
        run_id, result = run_until_stopped(_judge(made, progress))
    except Stopped as stop:
        progress.close()
        done = progress.seen.done if progress.seen else 0
        progress.tell(f"{done:,} of {plural(made.chosen.report.calls, 'call')} judged; the same command starts anew")
        stop.told = True
        raise
    finally:
        progress.close()
    project = made.project
    result.calibrations = known_judges(project, result.sheet)
    comparison = _compared(project, baseline, run_id) if baseline else None
    return build_report(result, run_id=run_id, project=project.name, groups=groups, comparison=comparison), result


async def _judge(made: TrafficRun, progress: Progress) -> tuple[str, RunResult]:
    from synterm.providers.registry import Providers

    asyncio.get_running_loop().call_later(0.2, import_module, "synterm.reports.console")
    async with Providers.of(made.project) as providers:
        return await made.make(providers, progress)


def _compared(project: Project, baseline: Chosen, run_id: str) -> CompareReport:
    from synterm.evaluate.compare.chosen import chosen_run
    from synterm.evaluate.compare.report import compare
    from synterm.evaluate.opponents import THIS

    return compare(baseline, chosen_run(project, project.runs.get(run_id), THIS))


def _baseline(project: Project, args: argparse.Namespace) -> Chosen | None:
    """What the run is held against. Raises NotFoundError, or UsageError where nothing is pinned."""
    name = args.baseline or against.baseline_of_gates(project)
    if name is None:
        if "insufficient" in (args.fail_on or ()):
            raise UsageError("--fail-on insufficient needs something to compare with", hint="--baseline NAME")
        return None
    from synterm.evaluate.opponents import baseline

    return baseline(project, name).side


def _plan(project: Project, args: argparse.Namespace, *, regressions_asked: bool) -> TrafficPlan:
    from synterm.production.chosen import Wanted
    from synterm.production.judged_run import TrafficPlan

    settings = load_settings()
    wanted = Wanted(
        which=TrafficFilter(models=args.model or None),
        scenario_ids=scenario_ids(project.nodes.tree(), args.behavior),
        min_confidence=args.min_confidence or 0.0,
        limit=args.limit,
        judges=not args.no_judges,
        expect_behavior=args.expect is not None,
    )
    plan = TrafficPlan(
        wanted,
        limits=spending_limits(args, settings),
        concurrency=args.concurrency or settings.concurrency,
        who=who(),
        git_commit=git_commit(project.path),
        min_pass_rate=args.min_pass_rate,
    )
    if args.fail_on is not None:
        plan = replace(plan, fail_on=args.fail_on)
    elif not regressions_asked:
        # Nobody asked for it: only gates on regressions fail the run.
        plan = replace(plan, fail_on=plan.fail_on - {"regression"})
    return replace(plan, wanted=replace(wanted, which=_window(project, plan, args)))


def _window(project: Project, plan: TrafficPlan, args: argparse.Namespace) -> TrafficFilter:
    now, which = datetime.now(UTC), plan.wanted.which
    until = None if args.until is None else since(args.until, now)
    if args.since == LAST:
        return replace(which, until=until, after_row=_last_row(project, plan))
    start = None if args.since is None else since(args.since, now)
    if start and until and start >= until:
        raise UsageError(f"--since {args.since} is not before --until {args.until}", hint="change one of them")
    return replace(which, since=start, until=until)


def _last_row(project: Project, plan: TrafficPlan) -> int | None:
    """The row that the last such run came to; where it did not end well, the one that it began after. None: none ran.

    The call in that row is looked up by its id: a project that was written out and read in again has other rows.
    """
    last = project.runs.last_like(plan.digest)
    report = production_of(last.config) if last else None
    if last is None or report is None:
        return None
    if last.status != "complete":
        return report.after_row
    row = project.logged.row_of(report.row_id)
    return report.row if row is None else row


def _tell(made: TrafficRun, progress: Progress, args: argparse.Namespace) -> None:
    from synterm.reports.production import calls_line, production_lines

    report = made.chosen.report
    if args.since == LAST and not report.after_row:
        progress.tell("no such run was made before: all that was brought in is judged")
    if args.dry_run or not report.calls:
        for line in production_lines(report):
            progress.tell(line)
    else:
        # The rest stands in the summary.
        progress.tell(calls_line(report))


def _nothing(project: Project, made: TrafficRun, args: argparse.Namespace) -> int:
    """Say that there is nothing to judge. No run is recorded; calls that nobody placed make it incomplete."""
    report = made.chosen.report
    unplaced = report.not_judged.get("not placed yet", 0)
    code = ExitCode.INCOMPLETE if unplaced and unplaced == sum(report.not_judged.values()) else ExitCode.OK
    if not args.quiet:
        say("nothing to judge" if report.not_judged else "nothing new; no run was recorded")
        if not project.traffic.logs():
            say(f"no traffic yet: synterm import {args.project} LOG --as production brings one in")
    if unplaced:
        waits = "waits" if unplaced == 1 else "wait"
        say(f"{plural(unplaced, 'call')} {waits} to be placed: synterm inbox {args.project}")
    if args.json:
        from synterm.reports.json import write_run

        empty = RunReport(
            run_id="", project=project.name, exit_code=code, wall_s=0.0, totals=Totals(), variants=[], behaviors=[],
            production=report,
        )  # fmt: skip
        write_run(empty, (), args.json)
    return code


def _refuse_what_is_of_cases(args: argparse.Namespace) -> None:
    for name in _OF_CASES:
        if getattr(args, name):
            option = name.replace("_", "-")
            raise UsageError(f"--{option} is about evaluating cases", hint="leave it out, or --source production")
    if args.repeat > 1:
        raise UsageError("--repeat asks for answers again; what is logged was answered once", hint="leave it out")
    if args.split != "dev":
        raise UsageError("--split is about cases; logged calls have none", hint="leave it out")
    if args.since == LAST and args.limit:
        raise UsageError("--limit with --since last would leave calls out for good", hint="--since 24h --limit N")
