"""A tuned model held against its base on cases that it has never seen: recorded as a run, told in words."""

from __future__ import annotations

import sys

from synterm.cli.output import say, without_commands
from synterm.cli.progress import LineProgress, StatusLine
from synterm.cli.session import evaluate
from synterm.core.comparison import CompareReport
from synterm.core.model import ModelSpec
from synterm.core.training import TrainingPlan
from synterm.core.tuning import Tuning
from synterm.errors import ExitCode
from synterm.evaluate.compare.outcome import regressions
from synterm.evaluate.limits import Limits
from synterm.evaluate.provenance import git_commit, who
from synterm.evaluate.purse import Purse
from synterm.evaluate.run import RunPlan
from synterm.finetune.outcome import Duel, duels, holdout_cases
from synterm.settings import load_settings
from synterm.storage.project import Project


def compare_on_holdout(
    project: Project,
    tuning: Tuning,
    plan: TrainingPlan,
    base: ModelSpec,
    *,
    quiet: bool = False,
    purse: Purse | None = None,
) -> int:
    """Evaluate both on holdout, under the prompt that it was trained with and under the full one; tell the verdicts.

    `purse`: what that may cost. Gives 1 when the tuned model is worse, 3 when the run is incomplete, else 0. Raises
    ModelError, and Stopped by a signal: what came in is recorded then.
    """
    cases = holdout_cases(project, plan, tuning.root_ids)
    if not cases:
        say(
            "not compared: there is no holdout case. What it was trained on would prove nothing; synterm edit PROJECT "
            "case ID --split holdout sets cases aside"
        )
        return ExitCode.OK
    found = duels(project, tuning, base, plan.prompt)
    variants = {one.key: one for duel in found for one in (duel.before, duel.after)}
    settings = load_settings()
    chosen = RunPlan(
        variants=[*variants.values()],
        cases=cases,
        limits=Limits(purse=purse, day_cap_usd=settings.day_cap_usd),
        concurrency=settings.concurrency,
        who=who(),
        git_commit=git_commit(project.path),
        base=frozenset(duel.before.key for duel in found),
    )
    tell = _silent if quiet else say
    report, _ = evaluate(project, chosen, LineProgress(tell, StatusLine(hidden=quiet)))
    reports = [duel.report(project, report.run_id) for duel in found]
    if not quiet:
        _print(found, reports)
    if any(regressions(one) for one in reports):
        say(f"exit 1: {tuning.model_name} is worse on holdout than what it came of")
        return ExitCode.GATE_FAILED
    return ExitCode.INCOMPLETE if report.totals.errors or report.halted else ExitCode.OK


def _print(found: list[Duel], reports: list[CompareReport]) -> None:
    from synterm.reports.comparison import verdict_sections
    from synterm.reports.paper import paper

    with without_commands(sys.stdout) as stream:
        console = paper(stream)
        for duel, report in zip(found, reports, strict=True):
            console.print()
            console.print(f"On holdout, {duel.words}", style="bold")
            for section in verdict_sections(report, console.width):
                for part in section:
                    console.print(part)


def _silent(_text: str) -> None:
    return
