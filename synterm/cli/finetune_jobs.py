"""``synterm finetune --trainer`` at a provider, ``--jobs`` and ``--cancel``."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from synterm.cli.output import data, refuse_no_folder, rows, say
from synterm.cli.ready import make_models_ready
from synterm.cli.signals import Stopped, run_until_stopped
from synterm.cli.training_options import training_plan
from synterm.cli.trusting import require_trust
from synterm.core.tuning import Tuning
from synterm.errors import ExitCode, SyntermError, UsageError
from synterm.evaluate.purse import Purse
from synterm.finetune.jobs.plan import JobPlan, base_of_job, check_rate
from synterm.reports.tunings import TuningList, ended_lines, tuning_rows
from synterm.settings import load_settings
from synterm.storage.project import Project

if TYPE_CHECKING:
    from synterm.finetune.jobs.begin import Tell
    from synterm.finetune.jobs.files import JobFiles
    from synterm.providers.tuning import TuningDoor

T = TypeVar("T")
_EPOCHS = 3
_CAP_HINT = "training and comparing share --max-cost; synterm run PROJECT --split holdout asks the rest"


def act_on_jobs(project: Project, args: argparse.Namespace) -> int:
    """Train at a provider, tell of tunings, or cancel one; gives the exit code."""
    refuse_no_folder(None if args.json == "-" else args.json)
    if args.cancel:
        return _cancel(project, args)
    return _list(project, args) if args.jobs else _train(project, args)


def _train(project: Project, args: argparse.Namespace) -> int:
    from synterm.finetune.build import build
    from synterm.finetune.jobs.files import write_files
    from synterm.finetune.jobs.money import check_cost, sent_words
    from synterm.providers.tuning import place_of

    require_trust(project)
    plan, settings, tell = _plan(project, args), load_settings(), _teller(args)
    make_models_ready([plan.spec], settings.approved_endpoints, tell)
    chosen = build(project, plan.chosen)
    if chosen.refusals:
        tell(f"{len(chosen.refusals):,} refused: synterm finetune {project.path} says which and why")
    with tempfile.TemporaryDirectory(prefix="synterm-job-") as folder:
        files = write_files(project, chosen, plan.method, Path(folder))
        check_cost(plan, files, args.max_cost, settings.day_cap_usd)
        tell(sent_words(plan, files, place_of(plan.spec)))
        tuning = _begin(project, plan, files, args, tell)
    if tuning.status != "running":
        return _ended(project, [tuning], args)
    _write(args, [tuning])
    tell(f"the job {tuning.job_id} runs; synterm finetune {project.path} --jobs says how far it is")
    return ExitCode.INCOMPLETE


def _begin(project: Project, plan: JobPlan, files: JobFiles, args: argparse.Namespace, tell: Tell) -> Tuning:
    from synterm.finetune.jobs.begin import begin
    from synterm.finetune.jobs.follow import follow
    from synterm.finetune.outcome import asked_with, keep_prompt

    asked = asked_with(project, plan.chosen)

    async def work(door: TuningDoor) -> Tuning:
        tuning = await begin(project, door, plan, files, load_settings().day_cap_usd, tell)
        if keep_prompt(project, asked):
            tell(f"kept the prompt {asked.name}: it is trained with that, and is to be asked with it")
        if args.no_wait:
            return tuning
        tell(f"the job {tuning.job_id} runs; Ctrl+C leaves it there, the same command waits for it again")
        return await follow(project, door, tuning, tell)

    try:
        return _with_door(project, work)
    except Stopped:
        if any(one.job_id for one in project.tunings.running()):
            say(f"the job goes on at the provider: synterm finetune {project.path} --jobs, or the same command again")
        raise


def _list(project: Project, args: argparse.Namespace) -> int:
    """All tunings; those that run at providers are asked about."""
    from synterm.finetune.jobs.begin import find_again
    from synterm.finetune.jobs.follow import look

    running = [one for one in project.tunings.running() if one.reached]
    ended: list[Tuning] = []
    unknown = False

    async def ask(door: TuningDoor) -> None:
        nonlocal unknown
        for one in running:
            try:
                known = one if one.job_id else await find_again(project, door, one)
                known = await look(project, door, known) if known.job_id else known
            except SyntermError as error:
                # One provider that can't be asked does not keep what the others say.
                unknown = True
                say(f"! tuning {one.id[-8:]}: {error}{f' ({error.hint})' if error.hint else ''}")
                continue
            if known.status != "running":
                ended.append(known)

    if running:
        _with_door(project, ask)
    listed = project.tunings.all()
    if not args.quiet and args.json != "-":
        rows(tuning_rows(listed))
        if not listed:
            say(f"nothing was tuned here: synterm finetune {args.project} --trainer local, or openai …")
    code = _ended(project, ended, args) if ended else _written(args, listed)
    return code or (ExitCode.INCOMPLETE if unknown or len(ended) < len(running) else ExitCode.OK)


def _cancel(project: Project, args: argparse.Namespace) -> int:
    from synterm.finetune.jobs.begin import find_again
    from synterm.finetune.jobs.follow import cancel

    tuning = project.tunings.find(args.cancel)
    if tuning.status != "running":
        raise UsageError(f"tuning {tuning.id[-8:]} runs no more: it is {tuning.status}")
    if tuning.reached is None:
        raise UsageError(f"tuning {tuning.id[-8:]} runs here", hint="end its process, with Ctrl+C or kill")

    async def work(door: TuningDoor) -> Tuning:
        known = tuning if tuning.job_id else await find_again(project, door, tuning, give_up=True)
        return await cancel(project, door, known) if known.job_id else known

    known = _with_door(project, work)
    _write(args, [known])
    if known.status == "running":
        say(f"{known.job_id} is being cancelled; --jobs says when it is")
        return ExitCode.OK
    for line in ended_lines(known):
        say(line)
    return ExitCode.OK


def _ended(project: Project, ended: Sequence[Tuning], args: argparse.Namespace) -> int:
    """Tell what came of tunings that ended, and hold those that are done against their base."""
    _write(args, project.tunings.all() if args.jobs else ended)
    code = ExitCode.OK
    for tuning in ended:
        if not args.quiet:
            for line in ended_lines(tuning):
                (say if args.json == "-" else data)(line)
        if tuning.status != "done":
            code = ExitCode.INCOMPLETE
        elif tuning.trainer == "azure":
            # By the name that its deployment is given, which nobody knows here.
            say(
                "Azure answers by a tuned model once it is deployed: deploy it, then "
                f"synterm edit {project.path} model {tuning.model_name} --model azure/DEPLOYMENT"
            )
        elif not args.no_compare:
            code = max(code, _compared(project, tuning, args))
    return code


def _compared(project: Project, tuning: Tuning, args: argparse.Namespace) -> int:
    from synterm.cli.finetune_holdout import compare_on_holdout

    if tuning.plan is None or tuning.reached is None:
        return ExitCode.OK
    quiet = args.quiet or args.json == "-"
    return compare_on_holdout(project, tuning, tuning.plan, tuning.reached, quiet=quiet, purse=_left(tuning, args))


def _left(tuning: Tuning, args: argparse.Namespace) -> Purse | None:
    """What the comparison may cost: what training left of the cap."""
    if args.max_cost is None:
        return None
    return Purse(max(args.max_cost - (tuning.cost_usd or 0.0), 0.0), _CAP_HINT)


def _plan(project: Project, args: argparse.Namespace) -> JobPlan:
    """What the options ask for. Raises UsageError, NotFoundError."""
    from synterm.finetune.outcome import asked_with, tuned_name
    from synterm.finetune.select.prompt import training_prompt

    spec = base_of_job(project, args.trainer, args.base)
    if args.rank:
        raise UsageError("--rank goes with --trainer local: providers choose it themselves")
    method = args.method or "sft"
    if method == "kto":
        raise UsageError("providers train by sft or dpo, not by kto", hint="--trainer local does")
    tuned_name(project, spec.name, args.name)
    chosen = training_plan(training_prompt(project, args.prompt)[0], args)
    if method == "dpo" and args.trainer == "azure":
        raise UsageError("Azure is asked for sft only", hint="synterm export --format openai-dpo writes its files")
    return JobPlan(
        spec=spec,
        method=method,
        epochs=args.epochs or _EPOCHS,
        rate=check_rate(args.rate),
        chosen=chosen,
        prompt=asked_with(project, chosen).name,
        name=args.name or "",
        usd_per_million_tokens=args.train_price,
    )


def _with_door(project: Project, work: Callable[[TuningDoor], Awaitable[T]]) -> T:
    require_trust(project)

    async def main() -> T:
        from synterm.providers.registry import Providers
        from synterm.providers.tuning import TuningDoor

        async with Providers.of(project) as providers:
            return await work(TuningDoor(providers))

    return run_until_stopped(main())


def _written(args: argparse.Namespace, tunings: Sequence[Tuning]) -> int:
    _write(args, tunings)
    return ExitCode.OK


def _write(args: argparse.Namespace, tunings: Sequence[Tuning]) -> None:
    if args.json:
        from synterm.reports.json import write_json

        write_json(TuningList(tunings=list(tunings)), args.json)


def _teller(args: argparse.Namespace) -> Tell:
    return (lambda _: None) if args.quiet else say
