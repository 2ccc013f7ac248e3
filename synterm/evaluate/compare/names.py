"""What a person calls a side of a comparison, and what that is."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from synterm.core.prompt import Prompt
from synterm.errors import NotFoundError, did_you_mean
from synterm.evaluate.compare.chosen import Chosen, VariantKey, chosen_run
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.text import one_line

SIDES = """\
a side is a baseline's name; a run's id, how it ends, last or last-1 (the complete run before);
router@v2, router@draft or @v2 (the newest complete run that has it); a model's name (likewise);
or another project file (its last complete run)"""


def resolve(project: Project, text: str) -> Chosen:
    """What `text` names, the first of: a baseline; a run, by its id, its end or ``last-N``; a prompt's version
    (``NAME@v2``, ``NAME@draft``, ``@v2``) or a model, in the newest complete run that has it; another project file, of
    which the last complete run is taken.

    Close what comes back: it may have opened that file. Raises NotFoundError, with what is near, for a name that is
    none of these; UsageError for one that could be two; ProjectError for a file that can't be read.
    """
    for find in _FINDERS:
        found = find(project, text)
        if found is not None:
            return found
    raise NotFoundError(
        f"nothing to compare with is called {one_line(text, 100)!r}", hint=did_you_mean(text, _known(project))
    )


def baseline(project: Project, text: str) -> Chosen | None:
    """The baseline of that name; None where there is none. Raises ProjectError."""
    if text not in project.baselines.names():
        return None
    runs = {pin.scenario_id: project.runs.get(pin.run_id) for pin in project.baselines.get(text)}
    return Chosen(project, runs, None, text)


def _run(project: Project, text: str) -> Chosen | None:
    found = project.runs.find(text, complete=True)
    return chosen_run(project, found, text) if found else None


def _version(project: Project, text: str) -> Chosen | None:
    name, at, version = text.rpartition("@")
    if not at or not version or os.sep in version:
        return None
    prompts = {prompt.name: prompt for prompt in project.prompts.all()}
    said = {(prompt, label) for prompt, label, _ in project.comparing.known_variants()}
    if name and name not in prompts and name not in {prompt for prompt, _ in said}:
        return None
    label = f"v{version}" if version.isdecimal() else version
    bodies = [body for prompt in prompts.values() if name in ("", prompt.name) for body in _bodies(prompt, label)]
    run_id = project.comparing.with_version(label, name or None, bodies)
    if run_id is None:
        known = [f"{prompt}@{kept}" for prompt, kept in said if name in ("", prompt)]
        near = did_you_mean(text, known if name else [f"@{kept}" for _, kept in said])
        raise NotFoundError(f"no complete run has {one_line(text, 100)}", hint=near or "synterm run PROJECT --prompt …")
    keys: list[VariantKey] = [
        (body, model)
        for _, prompt, kept, body, model in project.runs.columns(run_id)
        if body in bodies or (kept == label and name in ("", prompt))
    ]
    return chosen_run(project, project.runs.get(run_id), text, keys)


def _bodies(prompt: Prompt, label: str) -> list[str]:
    """What the version says: a draft that says the same may have been run before the version was kept."""
    return [version.id for version in prompt.versions if version.label == label]


def _model(project: Project, text: str) -> Chosen | None:
    run_id = project.comparing.with_model(text)
    if run_id is None:
        if text in {spec.name for spec in project.models.all()}:
            raise NotFoundError(
                f"no complete run has the model {one_line(text, 100)}", hint="synterm run PROJECT --model …"
            )
        return None
    keys = [(body, model) for _, _, _, body, model in project.runs.columns(run_id) if model == text]
    return chosen_run(project, project.runs.get(run_id), text, keys)


def _file(_project: Project, text: str) -> Chosen | None:
    path = Path(text)
    if not (path.is_file() or text.endswith(".db") or os.sep in text):
        return None
    with ExitStack() as stack:
        other = stack.enter_context(read_only(path))
        try:
            run = other.runs.named("last", complete=True)
        except NotFoundError as none:
            hint = f"synterm run {text}"
            raise NotFoundError("it has no complete run to compare with", where=text, hint=hint) from none
        return Chosen(other, {"": run}, None, text, opened=stack.pop_all())


_FINDERS: tuple[Callable[[Project, str], Chosen | None], ...] = (baseline, _run, _version, _model, _file)


def _known(project: Project) -> list[str]:
    variants = project.comparing.known_variants()
    names = [name for prompt, version, model in variants for name in (f"{prompt}@{version}", model)]
    return [*project.baselines.names(), *names, *(["last"] if variants else [])]
