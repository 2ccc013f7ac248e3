"""Making a run from the command line: the run watched, its report built, and what it leaves behind when stopped."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from synterm.cli.progress import LineProgress
from synterm.cli.progress_json import JsonProgress
from synterm.cli.ready import make_ready
from synterm.cli.signals import Stopped, run_until_stopped
from synterm.cli.trusting import require_trust
from synterm.core.report import RunReport, ShardReport
from synterm.evaluate.answered import all_answered
from synterm.evaluate.gates.untagged import all_untagged
from synterm.evaluate.recount import looker
from synterm.evaluate.report import RunResult, build_report
from synterm.evaluate.review.judges import known_judges
from synterm.evaluate.run import RunPlan, RunProgress, run
from synterm.evaluate.steadiness import Steadiness
from synterm.providers.registry import Providers
from synterm.storage.project import Project
from synterm.text import plural

if TYPE_CHECKING:
    from synterm.evaluate.opponents import Opponent
    from synterm.executors.engine import EngineChoice

_AT_WORK_S = 0.2
"""After so long, answers from the file are told, and the others are waited for."""

Progress = LineProgress | JsonProgress


def evaluate(
    project: Project,
    chosen: RunPlan,
    progress: Progress,
    *,
    groups: bool = False,
    opponent: Opponent | None = None,
    elsewhere: EngineChoice | None = None,
) -> tuple[RunReport, RunResult]:
    """Make the run and give its report, and what it gathered; `groups`: with the metrics of its parts; `opponent`:
    compared with that; `elsewhere`: made by workers of that engine.

    Raises ModelError, before anything is sent, for a model that can't be used; Stopped when a signal ended the run:
    what came in is recorded then.
    """
    require_trust(project)
    make_ready(project, chosen, progress.tell)
    if whole := chosen.whole:
        progress.tell(whole.words(len(chosen.cases)))
    progress.tell(f"{plural(len(chosen.cases), 'case')} × {plural(len(chosen.variants), 'variant')}{_times(chosen)}")
    if opponent:
        progress.tell(f"held against {opponent.words}")
    for told in all_untagged(project):
        progress.tell(f"! {told}")
    if elsewhere and all_answered(project, chosen):
        progress.tell(f"all answers are in the project file: no worker of {elsewhere.name.capitalize()} is needed")
        elsewhere = None
    try:
        run_id, result = run_until_stopped(_run(project, chosen, progress, elsewhere))
    except Stopped as stop:
        progress.close()
        progress.tell(_interrupted(progress.seen, chosen))
        stop.told = True
        raise
    finally:
        progress.close()
    result.calibrations = known_judges(project, result.sheet)
    comparison = opponent.report(chosen, run_id) if opponent else None
    report = build_report(result, run_id=run_id, project=project.name, groups=groups, comparison=comparison)
    if whole := chosen.whole:
        report.shard = ShardReport(index=whole.share.number, of=whole.share.of, cases=whole.cases)
    return report, result


def write_report(project: Project, report: RunReport, result: RunResult, target: str) -> None:
    """Write the report of a run as JSON, with its evaluations as the project file has them, and what they found in the
    documents that the run looked into.

    To the file `target`, or to stdout for ``-``. Raises InputError when it can't be written, ProjectError.
    """
    from synterm.reports.evaluations import evaluation_reports
    from synterm.reports.json import write_run

    tree = project.nodes.tree()
    steady = Steadiness(result.sheet, tree).of()
    recorded = project.runs.recorded(report.run_id)
    write_run(report, evaluation_reports(recorded, tree, looker(result), steady), target)


async def _run(
    project: Project, chosen: RunPlan, watch: Progress, elsewhere: EngineChoice | None
) -> tuple[str, RunResult]:
    # What is printed at the end is loaded while models are at work.
    asyncio.get_running_loop().call_later(_AT_WORK_S, import_module, "synterm.reports.console")
    if elsewhere is None:
        async with Providers.of(project) as providers:
            return await run(project, providers, chosen, watch)
    from synterm.executors.crew import Crew
    from synterm.executors.engine import engine_for
    from synterm.executors.judging import CrewJudging
    from synterm.executors.provider import ElsewhereProvider

    watch.tell(elsewhere.words)
    async with (
        Crew(engine_for(elsewhere), watch.tell, chosen.concurrency) as crew,
        Providers.of(project, through=lambda provider: ElsewhereProvider(provider, crew)) as providers,
    ):
        return await run(project, providers, chosen, watch, judging=lambda tree: CrewJudging(crew, tree))


def _times(chosen: RunPlan) -> str:
    how = chosen.repeating
    if how.stop_early:
        repeats = f" × {how.each} to {plural(how.most, 'repeat')}"
        return f"{repeats} = {chosen.size:,} to {plural(chosen.most, 'evaluation')}"
    repeats = f" × {plural(how.k, 'repeat')}" if how.k > 1 else ""
    judgings = f" × {plural(how.judgings, 'judging')}" if how.judgings > 1 else ""
    return f"{repeats}{judgings} = {plural(chosen.size, 'evaluation')}"


def _interrupted(seen: RunProgress | None, chosen: RunPlan) -> str:
    done, planned = (seen.done, seen.planned) if seen else (0, chosen.size)
    return f"{done:,} of {plural(planned, 'evaluation')} recorded; the same command again sends only the rest"
