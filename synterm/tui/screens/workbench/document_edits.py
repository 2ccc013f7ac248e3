"""The documents of a project: read, added from files, removed. Every change can be taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import work
from textual.content import Content

from synterm.core.document import Document
from synterm.errors import InputError, NotFoundError, SyntermError
from synterm.formats.document_files import read_document
from synterm.text import one_line, plural, printable
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.forms import Field, Values
from synterm.tui.screens.text import TextScreen
from synterm.tui.screens.workbench.editing import EditingScreen, Step, removal, written

_MOST = 200_000
"""The most characters of a document that are shown."""
_FORM = (
    Field("file", "File", help="a .txt or .md file, UTF-8"),
    Field("name", "Name", help="empty: as the file is called; a document of that name is replaced"),
)


class DocumentEditing(EditingScreen):
    """A place for documents, by the palette."""

    @work(group="dialog")
    async def action_documents(self) -> None:
        """Choose a document, and read it."""
        if (name := await self._choose_document("Documents", "what prompts take context from")) is None:
            return
        try:
            text = self.session.project.documents.get(name).text
        except SyntermError as error:
            self.notify(printable(str(error)), severity="error", markup=False)
            return
        cut = f"\n… {len(text) - _MOST:,} more characters" if len(text) > _MOST else ""
        self.app.push_screen(TextScreen(name, [Content(printable(text[:_MOST]) + cut)]))

    @work(group="dialog")
    async def action_add_document(self) -> None:
        """Add a document from a file, or replace one."""

        async def save(values: Values) -> None:
            document = await asyncio.to_thread(_read, values["file"].strip(), values["name"].strip())
            await self.make_edit(*self._steps_of_document(document))

        if self.may_edit() and await self.ask_form("Add a document", _FORM, save):
            self.project_edited()

    @work(group="dialog")
    async def action_remove_document(self) -> None:
        """Choose a document, and remove it."""
        if not self.may_edit():
            return
        name = await self._choose_document("Remove a document", "answers that were made with it stay; u takes it back")
        if name is not None:
            documents = self.session.project.documents
            steps = removal(lambda: documents.take(name), documents.put_back)
            await self.try_edit(f"document {name} removed", *steps)

    def _steps_of_document(self, document: Document) -> tuple[str, Step, Step]:
        """What putting a document into the project is called, how it is done, and how undone."""
        documents = self.session.project.documents
        apply = written(lambda: documents.put(document))
        try:
            before = documents.get(document.name)
        except NotFoundError:
            return f"document {document.name} added", apply, written(lambda: documents.remove(document.name))
        return f"document {document.name} replaced", apply, written(lambda: documents.put(before))

    async def _choose_document(self, title: str, note: str) -> str | None:
        entries = self.session.project.documents.entries()
        if not entries:
            self.notify("The project has no documents; the palette (ctrl+p) adds one from a file.", markup=False)
            return None
        choices = [(one.name, f"{one_line(one.name, 60)}  {plural(one.characters, 'character')}") for one in entries]
        return await self.app.push_screen_wait(ChooseScreen(title, choices, note))


def _read(file: str, name: str) -> Document:
    try:
        return read_document(Path(file).expanduser(), name or None)
    except RuntimeError as error:
        raise InputError(str(error), where="file") from error  # no such user
    except InputError as error:
        raise InputError(str(error), where="file", hint=error.hint) from error
