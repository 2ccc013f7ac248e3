"""What prompts that runs know by a former name are called now: a version is the same whatever its prompt is called."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.storage.project import Project
from synterm.storage.recorded import Column


def names_now(project: Project, columns: Sequence[Column]) -> dict[str, str]:
    """By the name that columns of a run have and no prompt has any more: that of the prompt which has their text among
    its versions, or as its draft. A name that the columns have beside it stays that of another prompt."""
    then = {prompt for _, prompt, *_ in columns}
    prompts = project.prompts.all()
    gone = then - {prompt.name for prompt in prompts}
    if not gone:
        return {}
    owner = {prompt.draft.id: prompt.name for prompt in prompts}
    owner |= {version.id: prompt.name for prompt in prompts for version in prompt.versions}
    return {
        prompt: owner[body_id]
        for _, prompt, _, body_id, _ in columns
        if prompt in gone and body_id in owner and owner[body_id] not in then
    }
