"""Which prompt versions and models make the columns of a run."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Prompt, PromptBody
from synterm.errors import InputError, NotFoundError, ProjectError, did_you_mean


def choose_prompts(prompts: Sequence[Prompt], names: Sequence[str]) -> list[tuple[str, str, PromptBody]]:
    """(prompt, version, body) for each ``NAME``, ``NAME@v2``, ``NAME@2``, ``NAME@draft`` or ``NAME@all``.

    A bare name takes the version kept last, or the draft when none was kept; no names take the draft of every prompt,
    labelled with its version when it says what a kept version says. Raises NotFoundError for what is not there.
    """
    if not prompts:
        raise ProjectError("the project has no prompt", hint="synterm add PROJECT prompt NAME --user '{{ message }}'")
    if not names:
        return [(prompt.name, prompt.draft_label, prompt.draft) for prompt in prompts]
    by_name = {prompt.name: prompt for prompt in prompts}
    return [choice for name in names for choice in _choose(by_name, name)]


def make_variants(choices: Sequence[tuple[str, str, PromptBody]], models: Sequence[ModelSpec]) -> list[Variant]:
    """Every prompt version under every model; what is chosen twice stands once. Raises ProjectError without models."""
    if not models:
        raise ProjectError("the project has no model", hint="synterm add PROJECT model NAME --model embedded/default")
    variants = {
        variant.key: variant
        for model in models
        for prompt, version, body in choices
        for variant in (Variant(prompt, version, body, model),)
    }
    return list(variants.values())


def _choose(prompts: dict[str, Prompt], wanted: str) -> list[tuple[str, str, PromptBody]]:
    name, _, version = wanted.partition("@")
    prompt = prompts.get(name)
    if prompt is None:
        raise NotFoundError(f"no prompt named {name!r}", hint=did_you_mean(name, prompts))
    if version == "all":
        return [(name, kept.label, kept.body) for kept in prompt.versions] or [(name, "draft", prompt.draft)]
    if version == "draft":
        return [(name, prompt.draft_label, prompt.draft)]
    if not version:
        latest = prompt.latest
        return [(name, latest.label, latest.body) if latest else (name, "draft", prompt.draft)]
    number = version.removeprefix("v")
    if not number.isdecimal():
        raise InputError(f"{version!r} is no version", hint="write NAME@v2, NAME@draft or NAME@all")
    kept = next((kept for kept in prompt.versions if kept.number == int(number)), None)
    if kept is None:
        known = ", ".join(kept.label for kept in prompt.versions) or "none kept yet"
        raise NotFoundError(f"prompt {name!r} has no version {version}", hint=f"it has: {known}")
    return [(name, kept.label, kept.body)]
