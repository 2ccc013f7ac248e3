"""Which prompt version a training set learns from."""

from __future__ import annotations

from synterm.core.prompt import PromptBody
from synterm.errors import InputError
from synterm.evaluate.variants import choose_prompts
from synterm.storage.project import Project


def training_prompt(project: Project, name: str | None) -> tuple[str, PromptBody]:
    """The prompt version that ``NAME[@V]`` names, as ``router@v2``, and what it says.

    Without a name the first prompt; without a version the one kept last, or the draft when none was kept. Raises
    NotFoundError for what is not there, InputError for a name of several versions, ProjectError without any prompt.
    """
    prompts = project.prompts.all()
    wanted = name or next((prompt.name for prompt in prompts), "")
    found = choose_prompts(prompts, [wanted])
    if len(found) > 1 or wanted.endswith("@all"):
        raise InputError("one prompt version is learnt from, not all", where=wanted, hint="write NAME@v2")
    prompt, version, body = found[0]
    return f"{prompt}@{version}", body
