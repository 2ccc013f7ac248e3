"""Seeing to it, before anything is sent, that the models of a run can be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from synterm.cli.progress import StatusLine, Tell
from synterm.cli.signals import run_until_stopped
from synterm.context.library import Library
from synterm.core.model import ModelSpec
from synterm.errors import ModelError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.known import known_answers
from synterm.evaluate.plan import plan
from synterm.evaluate.run import RunPlan, kept_for
from synterm.providers import weights
from synterm.providers.availability import usable
from synterm.settings import load_settings
from synterm.storage.project import Project
from synterm.text import megabytes

_CHUNK = 1000


def make_ready(project: Project, chosen: RunPlan, tell: Tell) -> None:
    """Fetch the weights that are missing. Raises ModelError for the first model that can't be used.

    A model whose answers are all in the project file already is not asked for.
    """
    if chosen.judgings > 1:
        return  # no answer is asked for
    for spec in {variant.model.name: variant.model for variant in chosen.variants}.values():
        found = usable(spec, load_settings().approved_endpoints)
        if found.state == "ready" or not _called(project, chosen, spec):
            continue
        if not found.ok:
            others = "; or choose others with --model NAME" if len(project.models.all()) > 1 else ""
            raise ModelError(found.reason, hint=f"{found.hint or ''}{others}" or None, where=f"model {spec.name}")
        pull_weights(tell)


def make_models_ready(specs: Iterable[ModelSpec], approved: Iterable[str], tell: Tell) -> None:
    """Fetch the weights that are missing for models that are to be asked. Raises ModelError for the first of them that
    can't be used."""
    endpoints = tuple(approved)
    for spec in specs:
        found = usable(spec, endpoints)
        if found.state == "ready":
            continue
        if not found.ok:
            raise ModelError(found.reason, hint=found.hint, where=f"model {spec.name}")
        pull_weights(tell)


def pull_weights(tell: Tell) -> None:
    """Fetch the embedded model's weights, saying what comes from where. Raises ModelError, or Stopped by a signal."""
    tell(f"once: synterm {weights.describe()}")
    line = StatusLine()

    def show(arrived: int, expected: int) -> None:
        if line.due():
            line.draw([f"{megabytes(arrived)} of {megabytes(expected)}", f"{arrived / max(expected, 1):.0%}"])

    try:
        path = run_until_stopped(weights.fetch(show))
    finally:
        line.clear()
    tell(f"kept in {path}")


def _called(project: Project, chosen: RunPlan, spec: ModelSpec) -> bool:
    """Whether the run would send anything to the model."""
    checklist = Checklist(project.nodes.tree(), models=project.models.all(), library=Library.of(project))
    limits = replace(chosen.limits, kept=kept_for(project, chosen))
    for variant in chosen.variants:
        if variant.model.name == spec.name:
            tasks = plan(chosen.cases, variant, checklist, chosen.repeats)
            while chunk := list(islice(tasks, _CHUNK)):
                if known_answers(chunk, checklist, project.responses, limits).rest:
                    return True
    return False
