"""What a run is held against where that is evaluated with it: other texts of its prompts, on the same cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from synterm.core.evaluation import Variant
from synterm.core.prompt import Prompt, PromptBody
from synterm.errors import NotFoundError, UsageError, did_you_mean
from synterm.evaluate.run import RunPlan
from synterm.evaluate.variants import choose_prompts, make_variants
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.text import one_line

LABEL = "base"
"""What the prompts of another project are called, in place of a version."""

Choice = tuple[str, str, PromptBody]


@dataclass(frozen=True, slots=True)
class Base:
    """Texts of the prompts that a run evaluates, under the same models, to hold the run's own against."""

    name: str
    """As it was asked for: ``@v1``, ``main.db`` …"""
    project: str
    """The name of the project that has them."""
    variants: tuple[Variant, ...]
    notes: tuple[str, ...] = ()
    """Prompts that it lacks, or says as the run's own do."""


def base_of_versions(name: str, project: Project, chosen: Sequence[Variant], version: str) -> Base:
    """A version of each prompt that is chosen: ``v1``, ``draft``; ``latest``: the one kept last.

    Raises NotFoundError when none of them has such a version, InputError for what is no version.
    """
    prompts = project.prompts.all()
    return _base(name, project.name, chosen, lambda prompt: _version(prompts, prompt, version))


def base_of_file(name: str, path: Path, chosen: Sequence[Variant], version: str = "draft") -> Base:
    """The prompts of the same names in another project file: what is being typed there, or a version.

    Nothing else of that file is used, and it is not changed. Raises ProjectError when it can't be read, UsageError when
    it has none of these prompts.
    """
    with read_only(path) as other:
        project, prompts = other.name, other.prompts.all()

    def find(prompt: str) -> Choice | None:
        found = _version(prompts, prompt, version)
        return (prompt, LABEL, found[2]) if found else None

    if not {prompt.name for prompt in prompts} & {variant.prompt for variant in chosen}:
        names = ", ".join(sorted({variant.prompt for variant in chosen}))
        raise UsageError(
            f"{name} has no prompt that is to be evaluated: {names}",
            hint=did_you_mean(names, (prompt.name for prompt in prompts)) or "it has no prompt at all",
        )
    return _base(name, project, chosen, find)


def beside(chosen: RunPlan, base: Base) -> RunPlan:
    """The run with the base's variants evaluated before its own; one that is among its own already is made once."""
    own = {variant.key for variant in chosen.variants}
    further = [variant for variant in base.variants if variant.key not in own]
    return replace(chosen, variants=[*further, *chosen.variants], base=frozenset(variant.key for variant in further))


def _base(name: str, project: str, chosen: Sequence[Variant], find: Callable[[str], Choice | None]) -> Base:
    names = dict.fromkeys(variant.prompt for variant in chosen)
    choices = {prompt: found for prompt in names if (found := find(prompt))}
    if not choices:
        raise NotFoundError(
            f"none of the prompts that are to be evaluated has what --against {name} names",
            hint="synterm ls PROJECT prompts lists what is there",
        )
    variants: list[Variant] = []
    for prompt, choice in choices.items():
        models = {variant.model.name: variant.model for variant in chosen if variant.prompt == prompt}
        variants += make_variants([choice], list(models.values()))
    lacking = [prompt for prompt in names if prompt not in choices]
    notes = [f"{one_line(prompt)}: {name} does not have it, so it is compared with nothing" for prompt in lacking]
    return Base(name, project, tuple(variants), (*notes, *_same(name, chosen, choices)))


def _same(name: str, chosen: Sequence[Variant], choices: dict[str, Choice]) -> list[str]:
    """Which of the chosen versions say what the base says."""
    own = {(variant.prompt, variant.version): variant.body.id for variant in chosen}
    return [
        f"{one_line(prompt)}@{version} says the same as {name}: it was evaluated once"
        for (prompt, version), body in own.items()
        if prompt in choices and choices[prompt][2].id == body
    ]


def _version(prompts: Sequence[Prompt], prompt: str, version: str) -> Choice | None:
    """A version of the prompt; None where there is no such prompt or version."""
    wanted = prompt if version == "latest" else f"{prompt}@{version}"
    try:
        return choose_prompts(prompts, [wanted])[0]
    except NotFoundError:
        return None
