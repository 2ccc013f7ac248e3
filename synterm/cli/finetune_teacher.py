"""``synterm finetune --teacher``: a run of a stronger model over the cases that nothing says a right answer for."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from synterm.cli.output import data, say
from synterm.cli.progress import LineProgress, StatusLine
from synterm.cli.session import evaluate, write_report
from synterm.cli.training_options import training_plan
from synterm.core.report import RunReport
from synterm.core.training import TrainingPlan
from synterm.errors import ExitCode, UsageError
from synterm.evaluate.limits import Limits
from synterm.evaluate.provenance import git_commit, who
from synterm.evaluate.purse import Purse
from synterm.evaluate.run import RunPlan
from synterm.finetune.select.prompt import training_prompt
from synterm.finetune.teacher import Taught, Unanswered, taught, teacher_variant, unanswered
from synterm.settings import load_settings
from synterm.storage.project import Project
from synterm.text import one_line, plural

_SHOWN = 3
_CAP_HINT = "raise --max-cost, and the same command goes on; what was paid for is kept"


def teach(project: Project, args: argparse.Namespace) -> int:
    """Ask, and tell what came of it; gives the exit code.

    Raises Stopped where a signal ended it: what came in is kept.
    """
    name, body = training_prompt(project, args.prompt)
    plan = training_plan(name, args)
    _refuse_what_would_not_count(plan, args.teacher)
    model = project.models.get(args.teacher)
    wanted = unanswered(project, plan, body)
    tell = _quiet if args.quiet else say
    for line in _before(wanted):
        tell(line)
    if not wanted.cases:
        tell(_nothing(wanted, plan))
        return ExitCode.OK
    chosen = _run_plan(project, args, RunPlan([teacher_variant(name, body, model)], wanted.cases))
    report, result = evaluate(project, chosen, LineProgress(tell, StatusLine(hidden=args.quiet)))
    if args.json:
        write_report(project, report, result, args.json)
    if not args.quiet:
        found = taught(project, plan, wanted.cases, report.run_id)
        for line in taught_lines(found, args.teacher, report):
            (say if args.json == "-" else data)(line)
    return report.exit_code


def _run_plan(project: Project, args: argparse.Namespace, chosen: RunPlan) -> RunPlan:
    settings = load_settings()
    purse = None if args.max_cost is None else Purse(args.max_cost, _CAP_HINT)
    return replace(
        chosen,
        limits=Limits(purse=purse, day_cap_usd=settings.day_cap_usd),
        concurrency=settings.concurrency,
        truncated=settings.cache_truncated,
        who=who(),
        git_commit=git_commit(project.path),
        # Gates are about the app, not about who teaches it.
        fail_on=frozenset({"error"}),
    )


def _refuse_what_would_not_count(plan: TrainingPlan, teacher: str) -> None:
    if "passed" not in plan.positives:
        raise UsageError("--positives leaves out passed: no answer of a teacher would count", hint="add passed to it")
    if plan.models and teacher not in plan.models:
        raise UsageError(
            f"--model counts the answers of {', '.join(plan.models)} alone: none of {teacher} would count",
            hint=f"--model {teacher} as well",
        )


def _before(wanted: Unanswered) -> Iterator[str]:
    refused = Counter(refusal.guard for refusal in wanted.refused)
    if refused:
        by = ", ".join(f"{name} {count:,}" for name, count in refused.items())
        yield f"not asked about: {plural(len(wanted.refused), 'case')} that would be refused anyway ({by})"
    if wanted.unfit:
        yield f"not asked about: {plural(wanted.unfit, 'case')} without a value that the prompt needs"


def _nothing(wanted: Unanswered, plan: TrainingPlan) -> str:
    if wanted.known and not wanted.refused and not wanted.unfit:
        return f"nothing to ask: {plural(wanted.known, 'case')} in {_splits(plan)}, and each has a right answer"
    if wanted.known or wanted.refused or wanted.unfit:
        return "nothing to ask: no other case is without a right answer"
    return (
        f"nothing to ask: no case that was asked for is in {_splits(plan)} (synterm finetune PROJECT --set-aside 0.4)"
    )


def _splits(plan: TrainingPlan) -> str:
    return " and ".join(plan.splits)


def taught_lines(found: Taught, teacher: str, report: RunReport) -> Iterator[str]:
    """What came of asking a teacher, and what it cost."""
    answered = found.right + found.short + found.failed.total()
    yield f"{teacher} answered {plural(answered, 'case')} that had no right answer"
    yield f"  {found.right:,} passed the checks and count as right answers from now on"
    if found.short:
        yield f"  {found.short:,} passed and don't count: too low a score, against what people said, or refused"
    if found.failed:
        yield f"  {found.failed.total():,} failed: {_reasons(found.failed)}"
    if found.errors:
        yield f"  {found.errors.total():,} got no verdict: {_reasons(found.errors)}"
    if found.missing:
        why = f": {one_line(report.halted, 120)}" if report.halted else ""
        yield f"  {found.missing:,} not asked yet{why}; the same command goes on"
    totals = report.totals
    unknown = (
        f" and what {plural(totals.cost_unknown, 'answer')} cost, which is not known" if totals.cost_unknown else ""
    )
    cached = f", {plural(totals.cached, 'answer')} from the file" if totals.cached else ""
    yield f"  ${totals.cost_usd:.4f}{unknown}, {plural(totals.requests, 'request')}{cached} · run {report.run_id[-8:]}"


def _reasons(counted: Counter[str]) -> str:
    most = [f"{reason} ({count:,})" for reason, count in counted.most_common(_SHOWN)]
    rest = counted.total() - sum(count for _, count in counted.most_common(_SHOWN))
    return "; ".join(most) + (f"; and {rest:,} for other reasons" if rest else "")


def _quiet(_text: str) -> None:
    return
