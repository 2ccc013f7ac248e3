"""From the prompts of a text form to prompts with versions."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.context import settings_of
from synterm.core.ids import new_id
from synterm.core.problems import Path
from synterm.core.prompt import Prompt, PromptBody, PromptVersion
from synterm.core.render import Renderer
from synterm.core.template import compile_template
from synterm.errors import InputError
from synterm.formats.findings import Findings
from synterm.formats.project_form import DraftForm, PromptForm, VersionForm


def build_prompts(forms: Sequence[PromptForm], findings: Findings, doubts: Findings) -> list[Prompt]:
    """The prompts, in order; those that are wrong are left out, and told to `findings`."""
    findings.unique(("prompts",), "name", [form.name for form in forms])
    built = (build_prompt(form, ("prompts", index), findings, doubts) for index, form in enumerate(forms))
    return [prompt for prompt in built if prompt is not None]


def build_prompt(form: PromptForm, path: Path, findings: Findings, doubts: Findings) -> Prompt | None:
    """The prompt at a path of the document, with its last version as draft unless it has one; None when it is wrong.

    What can't work in one that a project file had (it has an id) is told to `doubts`, and kept.
    """
    before = len(findings)
    kept = doubts if form.id else None
    said = [(version, _body(version, (*path, *at), findings, kept)) for at, version in form.paths()]
    try:
        versions = _numbered([(version, body) for version, body in said if body is not None])
    except InputError as error:
        findings.add_at((*path, "versions"), error)
        return None
    if len(findings) > before:
        return None
    draft = form.draft
    if draft is None:
        draft = DraftForm.model_validate(versions[-1].body.model_dump())
    return Prompt(
        id=form.id or new_id(),
        name=form.name,
        draft=PromptBody(messages=draft.messages, examples=draft.examples, params=draft.params),
        draft_examples=draft.half_examples,
        draft_params=draft.half_params,
        versions=versions,
    )


def _numbered(said: Sequence[tuple[VersionForm, PromptBody]]) -> tuple[PromptVersion, ...]:
    """The versions of a prompt; one that says what one before says is the same. Raises InputError."""
    versions: list[PromptVersion] = []
    for form, body in said:
        last = versions[-1].number if versions else 0
        number = form.number or last + 1
        if any(version.id == body.id for version in versions):
            if form.number is not None:
                raise InputError(f"version {number} says what another says")
            continue
        if number <= last:
            raise InputError(f"version {number} stands behind version {last}")
        versions.append(
            PromptVersion(body=body, number=number, note=form.note, created=form.created, pinned=form.pinned)
        )
    return tuple(versions)


def variable_of(prompts: Sequence[Prompt]) -> str | None:
    """The variable that bare texts fill: the only one of the first prompt's draft."""
    try:
        return only_variable(prompts[0].draft) if prompts else None
    except InputError:
        # A draft that is half typed has no variables.
        return None


def only_variable(body: PromptBody) -> str | None:
    """The prompt's variable when it has just one. Raises InputError when a message does not compile."""
    names = Renderer(body.model_copy(update={"examples": ()})).variables
    return next(iter(names)) if len(names) == 1 else None


def _body(form: VersionForm, path: Path, findings: Findings, doubts: Findings | None) -> PromptBody | None:
    """What a version says; None when it is wrong. With `doubts` only what can't be read is wrong."""
    told = findings if doubts is None else doubts
    before = len(told)
    variable = _check(form, path, told)
    if doubts is None and len(told) > before:
        return None
    try:
        return form.body(variable)
    except InputError as error:
        findings.add_at((*path, "examples"), error)
        return None


def _check(form: VersionForm, path: Path, told: Findings) -> str | None:
    """Tell what can't work; gives the prompt's only variable, if there is one."""
    before = len(told)
    for index, message in enumerate(form.messages):
        try:
            compile_template(message.content)
        except InputError as error:
            told.add_at((*path, "messages", index, "content"), error)
    try:
        settings_of(form.params)
    except InputError as error:
        told.add_at((*path, "params"), error)
    if len(told) > before:
        return None
    try:
        Renderer(form.without_examples())
        variable = only_variable(form.without_examples())
    except InputError as error:
        told.add_at((*path, "params"), error)
        return None
    for index, example in enumerate(form.examples):
        try:
            Renderer(form.model_copy(update={"examples": (example,)}).body(variable))
        except InputError as error:
            told.add_at((*path, "examples", index), InputError(error.message, hint=error.hint))
    return variable
