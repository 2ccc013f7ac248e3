"""The prompt version that a training set learns from."""

from __future__ import annotations

from synterm.core.prompt import PromptBody
from synterm.errors import ProjectError
from synterm.evaluate.variants import choose_prompts
from synterm.storage.project import Project


def training_prompt(project: Project, name: str | None) -> tuple[str, PromptBody]:
    """``router@v2`` and what it says, for ``NAME`` or ``NAME@VERSION``; None: the first prompt, as it was kept last.

    Raises NotFoundError, and ProjectError where there is no prompt.
    """
    prompts = project.prompts.all()
    if not prompts:
        raise ProjectError("the project has no prompt", hint="synterm add PROJECT prompt NAME --user '{{ message }}'")
    prompt, version, body = choose_prompts(prompts, [name or prompts[0].name])[0]
    return f"{prompt}@{version}", body
