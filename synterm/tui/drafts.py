"""What is typed in the prompts, on its way to the project file: what could not be written is kept, and tried again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
from concurrent.futures import Future

from synterm.core.prompt import Prompt
from synterm.errors import SyntermError
from synterm.storage.project import Project
from synterm.tui.widgets.prompt.reading import Draft


class Drafts:
    """The latest text of each prompt that was open, as it was typed here or came from the file."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._latest: dict[str, Draft] = {}
        self._saving: dict[str, Future[None]] = {}
        """How the latest text of a prompt comes on disk, where it was typed here."""
        self._problems: dict[str, str] = {}
        """Why it did not the last time, until it does."""

    def latest(self, prompt_id: str) -> Draft | None:
        """What is on disk, or is to be there; None for a prompt that was not open."""
        return self._latest.get(prompt_id)

    @property
    def problem(self) -> str:
        """Why something that was typed is not on disk; empty when all is, or is still on its way for the first time."""
        for prompt_id, saving in self._saving.items():
            if saving.done():
                self._note(prompt_id, saving.exception())
        return next(iter(self._problems.values()), "")

    def _note(self, prompt_id: str, error: BaseException | None) -> None:
        if error is None:
            self._problems.pop(prompt_id, None)
        else:
            self._problems[prompt_id] = error.message if isinstance(error, SyntermError) else str(error)

    def lacks(self, prompt_id: str) -> bool:
        """Whether the file lacks what was typed last in a prompt, because it could not be written."""
        return bool(self.problem) and prompt_id in self._problems

    def save(self, prompt_id: str, draft: Draft) -> None:
        """Put a text on disk, where that may be written."""
        if not self._project.read_only:
            self._latest[prompt_id] = draft
            self._saving[prompt_id] = self._project.prompts.save_draft(prompt_id, *draft)

    def try_again(self) -> None:
        """Put on disk what could not be put there before."""
        if self.problem:
            for prompt_id in list(self._problems):
                if self._saving[prompt_id].done():
                    self.save(prompt_id, self._latest[prompt_id])

    def take(self, prompt: Prompt) -> Prompt:
        """A prompt as it is to be shown: as the file has it, or with what the file lacks."""
        if self.lacks(prompt.id):
            body, half = self._latest[prompt.id]
            return prompt.model_copy(
                update={"draft": body, "draft_examples": half.examples, "draft_params": half.params}
            )
        self._latest[prompt.id] = Draft(prompt.draft, prompt.half)
        return prompt

    def keep_only(self, prompt_ids: Collection[str]) -> None:
        """Forget the texts of all other prompts: they are gone."""
        for prompt_id in self._latest.keys() - prompt_ids:
            del self._latest[prompt_id]
            self._saving.pop(prompt_id, None)
            self._problems.pop(prompt_id, None)

    async def saved(self) -> None:
        """Wait until all that was typed is on disk, or could not be put there."""
        while waiting := [saving for saving in self._saving.values() if not saving.done()]:
            # Who waits can be cancelled; what is saved must not be.
            with contextlib.suppress(SyntermError):
                await asyncio.shield(asyncio.wrap_future(waiting[0]))
