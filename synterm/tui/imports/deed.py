"""An import at work, in a thread, and how it is taken back."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

from synterm.errors import InputError, SyntermError
from synterm.formats.case_import import Imported, Wanted, import_cases
from synterm.formats.import_file import FileOptions, opened_source
from synterm.storage.imports import Undone
from synterm.storage.project import Project
from synterm.text import one_line, plural
from synterm.tui.edits import Edit


class Importing:
    """Brings the rows of a file in. What came in before it is stopped, or fails, is kept."""

    def __init__(self, project: Project, path: str, options: FileOptions, wanted: Wanted) -> None:
        self._project, self._path, self._options, self._wanted = project, path, options, wanted
        self._stop = threading.Event()
        self.found: Imported | None = None
        """How far it is."""
        self.wrote = 0
        """How many cases came in, once it ended."""
        self.problem: SyntermError | None = None
        """What ended it before its time, while some cases were in already."""
        self.started = time.monotonic()
        self.undone: Undone | None = None
        """What became of the cases when it was taken back."""

    @property
    def stopped(self) -> bool:
        """Whether it was stopped on the way."""
        return self._stop.is_set()

    def stop(self) -> None:
        """End it, soon."""
        self._stop.set()

    def run(self) -> None:
        """Do it, in whatever thread this is. Raises SyntermError where nothing came in."""
        self.found, self.problem, self.undone, self.started = None, None, None, time.monotonic()
        self._stop.clear()
        with self._project.beside() as project:
            try:
                self._take(project)
            except SyntermError as error:
                self.problem = error
            self.wrote = self._count(project)
        if self.problem is not None and not self.wrote:
            raise self.problem

    def _take(self, project: Project) -> None:
        with opened_source(self._path, self._options) as (source, file):
            try:
                for found in import_cases(project, source, file, self._wanted):
                    self.found = found
                    if self.stopped:
                        return
            except OSError as error:
                raise InputError(error.strerror or str(error), where=file.title) from error

    def _count(self, project: Project) -> int:
        if self.found is None:
            return 0
        if not self.stopped and self.problem is None:
            return self.found.wrote
        # What is on its way to the disk comes first.
        project.imports.put([]).result()
        entries = project.imports.all()
        return next((entry.cases for entry in entries if entry.id == self.found.import_id), 0)

    def take_back(self) -> None:
        """Remove its cases but those that were changed since, and what it made of the tree where that is empty."""
        if self.found is None:
            return
        with self._project.beside() as project:
            self.undone = project.imports.undo(self.found.import_id).result()
            _remove_empty(project, self.found.made_nodes)


def importing_edit(work: Importing, file: str) -> Edit:
    """An import that was done as an edit, which can be taken back and done again."""

    async def apply() -> None:
        if work.undone is not None:
            await asyncio.to_thread(work.run)

    async def revert() -> None:
        await asyncio.to_thread(work.take_back)

    return Edit(f"{plural(work.wrote, 'case')} imported from {one_line(file, 60)}", apply, revert)


def _remove_empty(project: Project, made: Sequence[str]) -> None:
    for node_id in reversed(made):
        tree, counts = project.nodes.tree(), project.cases.counts()
        if node_id in tree and not tree.children(node_id) and not counts.get(node_id):
            project.nodes.remove(node_id).result()


def undone_words(undone: Undone) -> str:
    """What became of the cases of an import that was taken back."""
    words = [f"took {plural(undone.removed, 'case')} back"]
    if undone.changed:
        words.append(f"{plural(len(undone.changed), 'case')} changed since stay")
    if undone.seeds:
        words.append(f"{plural(len(undone.seeds), 'case')} that others were made from stay")
    return "; ".join(words)
