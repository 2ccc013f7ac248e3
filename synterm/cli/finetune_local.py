"""``synterm finetune --trainer local`` and ``--adapter``: the embedded model tuned, by a training here or by a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from synterm.cli.finetune_holdout import compare_on_holdout
from synterm.cli.output import refuse_no_folder, say
from synterm.cli.progress import StatusLine, Tell
from synterm.cli.ready import make_models_ready
from synterm.cli.signals import Stopped, run_until_stopped
from synterm.cli.training_options import training_plan
from synterm.cli.trusting import require_trust
from synterm.core.model import ModelSpec
from synterm.core.training import TrainingSet
from synterm.core.tuning import Tuning
from synterm.errors import ExitCode, UsageError
from synterm.finetune.build import build
from synterm.finetune.outcome import EVERYWHERE, Asked, add_tuned, asked_with, base_of, keep_prompt, tuned_name
from synterm.finetune.select.prompt import training_prompt
from synterm.finetune.train.job import RATES, Loaded, Step, TrainEvent, TrainSettings, Validated
from synterm.finetune.train.libraries import require
from synterm.finetune.train.tuning import LocalTuning
from synterm.providers import adapters
from synterm.reports.figures import seconds
from synterm.reports.json import write_json
from synterm.storage.project import Project
from synterm.text import plural

_BATCH = 8
_EPOCHS, _RANK = 3, 16


def train_here(project: Project, args: argparse.Namespace) -> int:
    """Train, keep what comes of it, hold it against its base on holdout, and give the exit code.

    Raises UsageError for options that don't fit or when nothing is left to train on, ModelError without the extra
    ``train``, RestrictedError, TrainingError, Stopped by a signal: then nothing is kept.
    """
    if args.adapter is not None:
        return _take_adapter(project, args)
    _refuse_what_does_not_fit(args)
    require_trust(project)
    require()
    refuse_no_folder(None if args.json == "-" else args.json)
    tell = _quiet if args.quiet else say
    name, _ = training_prompt(project, args.prompt)
    plan = training_plan(name, args)
    base = base_of(project, args.base)
    called = tuned_name(project, base.name, args.name)
    make_models_ready([base], (), tell)
    asked = asked_with(project, plan)
    if plan.instructions and EVERYWHERE not in plan.instructions:
        tell(f"! instructions differ by behavior, and no one prompt has them: it will be asked with {asked.name}")
    chosen = build(project, plan)
    with LocalTuning(project, chosen, _settings(args), asked.name) as training:
        _announce(training, chosen, asked, tell)
        tuning = _made(training, called, args)
    _keep(project, tuning, base, asked, tell)
    if args.json:
        write_json(tuning, args.json)
    if args.no_compare:
        return ExitCode.OK
    return compare_on_holdout(project, tuning, plan, base, quiet=args.quiet)


def _refuse_what_does_not_fit(args: argparse.Namespace) -> None:
    for option in ("train_price", "max_cost", "no_wait"):
        if getattr(args, option):
            name = option.replace("_", "-")
            raise UsageError(f"--{name} is for trainers that cost something", hint="--trainer local is free")


def _settings(args: argparse.Namespace) -> TrainSettings:
    method = args.method or "sft"
    return TrainSettings(
        method=method,
        epochs=args.epochs or _EPOCHS,
        rate=args.rate or RATES[method],
        rank=args.rank or _RANK,
        batch=_BATCH,
        seed=args.seed,
    )


def _announce(training: LocalTuning, chosen: TrainingSet, asked: Asked, tell: Tell) -> None:
    manifest = training.manifest
    roots = len({one.case.root_id for one in chosen.part("train")})
    watched = manifest.rows.get("validation", 0)
    beside = f", {plural(watched, 'row')} to watch it by" if watched else ", none to watch it by"
    tell(f"{plural(training.rows, 'row')} of {plural(roots, 'lineage')} under {asked.name}{beside}")
    if chosen.refusals:
        tell(f"{plural(len(chosen.refusals), 'refusal')}: synterm finetune PROJECT says which rows, and why")
    epochs = plural(manifest.options.epochs, "epoch")
    tell(f"{manifest.tokens['train']:,} tokens × {epochs}: about {seconds(training.estimate_s)} on one processor")


def _made(training: LocalTuning, called: str, args: argparse.Namespace) -> Tuning:
    progress = TrainProgress(quiet=args.quiet)
    try:
        return run_until_stopped(training.make(progress, called))
    except Stopped as stop:
        progress.close()
        say("interrupted: nothing of it is kept")
        stop.told = True
        raise
    finally:
        progress.close()


def _keep(project: Project, tuning: Tuning, base: ModelSpec, asked: Asked, tell: Tell) -> None:
    new = keep_prompt(project, asked)
    add_tuned(project, base, tuning.model_name, tuning.result)
    took = seconds(tuning.cpu_s or 0.0)
    tell(f"trained in {took} of processor time: the model {tuning.model_name} ({tuning.result})")
    if new:
        tell(f"kept the prompt {asked.name}: it is trained with that, and is to be asked with it")
    tell(f"its adapter is {adapters.find(tuning.result.rpartition('+')[2])}: project files name it, without having it")


class TrainProgress:
    """Shows how far a training is: a line that is redrawn, and one for each look at the validation part."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._line = StatusLine(hidden=quiet)

    def __call__(self, event: TrainEvent) -> None:
        """Take what the training says."""
        if isinstance(event, Loaded):
            self._line.draw([f"0/{event.steps} steps", "the model is loaded"])
        elif isinstance(event, Step):
            if self._line.due() or event.step == 1:
                done = f"{event.step:,}/{event.steps:,} steps"
                self._line.draw([done, f"loss {event.loss:.3f}", f"{seconds(event.left_s)} left"])
        elif isinstance(event, Validated) and not self._quiet:
            self._line.clear()
            better = "the best yet" if event.best else "no better"
            say(f"epoch {event.epoch:g}: loss {event.loss:.3f} on the rows set aside, {better}")

    def close(self) -> None:
        """Leave an empty line."""
        self._line.clear()


def _take_adapter(project: Project, args: argparse.Namespace) -> int:
    sha256, facts = adapters.install(Path(args.adapter))
    model = adapters.model_string(sha256)
    if not args.quiet:
        say(f"kept the adapter {sha256[: adapters.DIGITS]} (rank {facts.rank}, {facts.matrices} layers)")
    known = next((spec for spec in project.models.all() if spec.resolved == model), None)
    if known is not None:
        if not args.quiet:
            say(f"the project's model {known.name} can be asked now")
        return ExitCode.OK
    base = base_of(project, args.base)
    spec = add_tuned(project, base, tuned_name(project, base.name, args.name), model)
    if not args.quiet:
        say(f"it is the model {spec.name} ({spec.model}); what it was trained on is not known here")
    return ExitCode.OK


def _quiet(_text: str) -> None:
    return
