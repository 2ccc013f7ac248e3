"""Making a run from the command line: the run watched, its report built, and what it leaves behind when stopped."""

from __future__ import annotations

from synterm.cli.output import say
from synterm.cli.progress import RunWatch, StatusLine
from synterm.cli.ready import Tell, make_ready
from synterm.cli.signals import Stopped, run_until_stopped
from synterm.core.report import RunReport
from synterm.evaluate.report import RunResult, build_report
from synterm.evaluate.run import RunPlan, Watch, run
from synterm.providers.registry import Providers
from synterm.settings import load_settings
from synterm.storage.project import Project
from synterm.text import plural


def evaluate(project: Project, chosen: RunPlan, tell: Tell) -> RunReport:
    """Make the run and give its report.

    Raises ModelError, before anything is sent, for a model that can't be used; Stopped when a signal ended the run:
    what came in is recorded then.
    """
    make_ready(project, chosen, tell)
    tell(f"{plural(len(chosen.cases), 'case')} × {plural(len(chosen.variants), 'variant')}{_times(chosen)}")
    line = StatusLine()
    watch = RunWatch(line)
    try:
        run_id, result = run_until_stopped(_run(project, chosen, watch))
    except Stopped:
        line.clear()
        say(_interrupted(watch, chosen))
        raise
    finally:
        line.clear()
    return build_report(result, run_id=run_id, project=project.name)


async def _run(project: Project, chosen: RunPlan, watch: Watch) -> tuple[str, RunResult]:
    async with Providers(approved_endpoints=load_settings().approved_endpoints) as providers:
        return await run(project, providers, chosen, watch)


def _times(chosen: RunPlan) -> str:
    repeats = f" × {plural(chosen.repeats, 'repeat')}" if chosen.repeats > 1 else ""
    return f"{repeats} = {plural(chosen.size, 'evaluation')}"


def _interrupted(watch: RunWatch, chosen: RunPlan) -> str:
    done = watch.seen.done if watch.seen else 0
    return f"{done:,} of {plural(chosen.size, 'evaluation')} recorded; the same command again sends only the rest"
