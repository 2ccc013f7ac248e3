"""What tasks find in the project's documents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from synterm.context.library import Library
from synterm.core.context import ADD_DOCUMENTS, CONTEXT, NO_DOCUMENTS, ContextSettings, Retrieval
from synterm.core.dialog import opened
from synterm.core.evaluation import Task
from synterm.core.prompt import PromptBody
from synterm.errors import InputError
from synterm.evaluate.events import Preparing
from synterm.evaluate.renderers import renderer
from synterm.text import plural


class Retriever:
    """Looks into one library for all tasks. What a task finds depends on its prompt, its case and the documents alone,
    so that it is the same for an answer from the cache as it was when that was asked for."""

    def __init__(self, library: Library | None = None) -> None:
        """Without a library there are no documents."""
        self.library = library

    def retrieve(self, task: Task) -> Retrieval | None:
        """What is found for a task; None where its prompt takes no context. Raises ProjectError."""
        settings = self._settings(task.variant.body)
        if task.retrieval is not None or settings is None:
            return task.retrieval
        if self.library is None:
            return Retrieval(problem=f"{NO_DOCUMENTS}: {ADD_DOCUMENTS}")
        try:
            query = renderer(task.variant.body).query(opened(task.case.input))
        except InputError as error:
            return Retrieval(problem=f"context.query: {error}")
        return self.library.retrieve(settings, query)

    def digest(self, body: PromptBody) -> str | None:
        """What names the documents that decide what a prompt says; None where none do."""
        settings = self._settings(body)
        if settings is None or self.library is None or not renderer(body).takes_context:
            return None
        return self.library.digest(settings)

    def takes(self, tasks: Iterable[Task]) -> bool:
        """Whether any of these tasks takes context."""
        return any(self._settings(body) for body in {id(task.variant): task.variant.body for task in tasks}.values())

    async def prepare(self, tasks: Iterable[Task], show: Callable[[Preparing], None]) -> None:
        """Find in a thread what these tasks need, so that `retrieve` then gives it at once. Raises ProjectError.

        `show` is told when an index has to be made first, which takes seconds.
        """
        library, wanted = self.library, [task for task in tasks if self._settings(task.variant.body)]
        if library is None or not wanted:
            return
        bodies = {id(task.variant): task.variant.body for task in wanted}.values()
        if not all(library.is_ready(settings) for body in bodies if (settings := self._settings(body))):
            show(Preparing(f"indexing {plural(len(library.names), 'document')}"))
        # One thread for all: what a later key makes void before its turn is never begun.
        await asyncio.get_running_loop().run_in_executor(library.worker, self._find_all, wanted)

    def _find_all(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self.retrieve(task)

    def _settings(self, body: PromptBody) -> ContextSettings | None:
        """The settings of a prompt; None where it has none, or does not compile."""
        if CONTEXT not in body.params:
            return None
        try:
            return renderer(body).settings
        except InputError:
            return None
