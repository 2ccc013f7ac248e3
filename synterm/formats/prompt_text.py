"""From the prompts of a text form to prompts with versions."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.context import settings_of
from synterm.core.problems import Path
from synterm.core.prompt import Prompt, PromptBody, PromptVersion
from synterm.core.render import Renderer
from synterm.core.template import compile_template
from synterm.errors import InputError
from synterm.formats.findings import Findings
from synterm.formats.project_form import PromptForm, VersionForm


def build_prompts(forms: Sequence[PromptForm], findings: Findings) -> list[Prompt]:
    """The prompts, each with its last version as draft; those that are wrong are left out, and told to `findings`."""
    prompts: list[Prompt] = []
    findings.unique(("prompts",), "name", [form.name for form in forms])
    for index, form in enumerate(forms):
        bodies = [_body(version, ("prompts", index, *path), findings) for path, version in form.paths()]
        notes = [version.note for _, version in form.paths()]
        versions = tuple(
            PromptVersion(body=body, number=number, note=note)
            for number, (body, note) in enumerate(zip(bodies, notes, strict=True), start=1)
            if body is not None
        )
        if versions and len(versions) == len(bodies):
            prompts.append(Prompt(name=form.name, draft=versions[-1].body, versions=versions))
    return prompts


def only_variable(body: PromptBody) -> str | None:
    """The prompt's variable when it has just one. Raises InputError when a message does not compile."""
    names = Renderer(body.model_copy(update={"examples": ()})).variables
    return next(iter(names)) if len(names) == 1 else None


def _body(form: VersionForm, path: Path, findings: Findings) -> PromptBody | None:
    before = len(findings)
    for index, message in enumerate(form.messages):
        try:
            compile_template(message.content)
        except InputError as error:
            findings.add_at((*path, "messages", index, "content"), error)
    try:
        settings_of(form.params)
    except InputError as error:
        findings.add_at((*path, "params"), error)
    if len(findings) > before:
        return None
    try:
        Renderer(form.without_examples())
    except InputError as error:
        findings.add_at((*path, "params"), error)
        return None
    variable = only_variable(form.without_examples())
    for index, example in enumerate(form.examples):
        try:
            Renderer(form.model_copy(update={"examples": (example,)}).body(variable))
        except InputError as error:
            findings.add_at((*path, "examples", index), InputError(error.message, hint=error.hint))
    return form.body(variable) if len(findings) == before else None
