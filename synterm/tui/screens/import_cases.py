"""Import: a file is chosen, what its columns are is said with the first rows before one's eyes, and cases come in."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from synterm.errors import SyntermError
from synterm.formats.case_import import Fate, Imported, Wanted
from synterm.formats.import_file import FileOptions
from synterm.formats.sources.peek import peek
from synterm.formats.sources.registry import guess_source
from synterm.text import one_line, printable
from synterm.tui.imports.choice import first_choices, options_of, wanted_of
from synterm.tui.imports.deed import Importing, importing_edit
from synterm.tui.imports.fields import fields_of
from synterm.tui.imports.paths import Entry, entries_of, pasted_path, real_path, split_typed
from synterm.tui.imports.reading import Head, preview, read_head
from synterm.tui.imports.words import (
    COLUMNS,
    bytes_words,
    counts_words,
    fate_cells,
    fate_text,
    progress_words,
    result_lines,
    size_words,
)
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.session import Session
from synterm.tui.widgets.fate_table import FateTable
from synterm.tui.widgets.path_input import PathInput
from synterm.tui.widgets.pick_form import PickForm
from synterm.tui.widgets.table import Cell, Table, TableColumn

_PAUSE = 0.05
"""Seconds without a key before a folder is listed, or a preview made."""
_TOLD = 0.1
"""How often progress is told of."""
_HINT = "a file, or a folder with a data set: type its path, paste it, drop it here, or ↓ to the list"
_LISTED = (TableColumn("name"), TableColumn("size", 10, right=True))
_READ_AGAIN = frozenset(("format", "header", "judge"))
"""The fields that say how the file is read."""
_UP = Entry("..", True, 0)


class ImportScreen(PlaceScreen):
    """First the file, then which column is what beside the cases that the first rows would become."""

    CSS_PATH = "import_cases.tcss"
    heading = "Import cases"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "import", "Import", id="import.start", priority=True, tooltip="Bring the cases in"),
        Binding("u", "undo", "Undo", id="import.undo", tooltip="Take the whole import back"),
        Binding("slash", "file", "File", id="import.file", tooltip="Go to the path, to choose another file"),
    ]

    path = getters.query_one(PathInput)
    files = getters.query_one("#files", Table)
    table = getters.query_one(FateTable)
    said = getters.query_one("#said", Static)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._head: Head | None = None
        self._found: Imported | None = None
        """What the first rows would become."""
        self._work: Importing | None = None
        self._busy_importing = False
        self._seconds = 0.0
        """How long the import took."""
        self._shown_folder: Path = Path()

    def compose_place(self) -> ComposeResult:
        """The path; below it the files there are, or the form beside the preview."""
        with Container(id="file", classes="pane") as pane:
            pane.border_title = "File"
            yield PathInput("~/data/utterances.csv", id="path")
        yield Table(id="files", classes="pane")
        with Horizontal(id="work"):
            with Container(id="choices", classes="pane") as pane:
                pane.border_title = "What is what"
            with Vertical(id="seen"):
                yield FateTable(id="preview", classes="pane")
        yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        """Begin with the files here."""
        self.path.focus()
        self.set_interval(_TOLD, self._tell_progress)
        self._tell_file(_HINT)
        self._list("")

    def on_unmount(self) -> None:
        """What is under way ends; what came in stays."""
        if self._work is not None:
            self._work.stop()

    # The file.

    def on_paste(self, event: events.Paste) -> None:
        """A path that is pasted, or dropped, wherever the focus is."""
        if path := pasted_path(event.text):
            self._pasted(PathInput.Pasted(path))

    @on(PathInput.Pasted)
    def _pasted(self, event: PathInput.Pasted) -> None:
        self.path.take(event.path)
        self._choose(event.path, FileOptions())

    @on(Input.Changed, "#path")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._set_head(None)
        self._list(event.value)

    @on(Input.Submitted, "#path")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._choose(event.value, FileOptions())

    def action_browse(self) -> None:
        """Go to the list of files, or to the form."""
        (self.files if self._head is None else self.query("#choices Select").first()).focus()

    def action_file(self) -> None:
        """Go to the path."""
        self.path.focus()

    @work(exclusive=True, group="list", exit_on_error=False)
    async def _list(self, typed: str) -> None:
        await asyncio.sleep(_PAUSE if typed else 0)
        folder, beginning = split_typed(typed)
        try:
            found = await asyncio.to_thread(entries_of, folder, beginning)
        except (OSError, ValueError) as error:
            found = []
            self._tell_file(f"{typed}: {getattr(error, 'strerror', None) or error}", "$text-error")
        else:
            self._tell_file(_HINT)
        self._show_files(folder, beginning, found)

    def _show_files(self, folder: Path, beginning: str, found: Sequence[Entry]) -> None:
        self._shown_folder = folder
        entries = [*([] if beginning else [_UP]), *found]
        self.files.show(_LISTED, entries, _entry_cells, "nothing here is called so")
        self.files.cursor = 0
        self.files.border_title = Content(f"Files  {one_line(str(folder.absolute()), 100)}")
        self.files.border_subtitle = Content(f"{len(found):,}")

    @on(Table.Opened, "#files")
    def _file_opened(self, event: Table.Opened) -> None:
        entry: Entry = event.table.rows[event.index]
        path = Path(os.path.normpath(self._shown_folder.absolute() / entry.name))
        self.path.take(f"{path}/" if entry.folder else str(path))
        if entry.folder:
            self._list(f"{path}/")
        else:
            self._choose(str(path), FileOptions())

    def _choose(self, typed: str, options: FileOptions) -> None:
        if typed.strip():
            self._read(typed.strip(), options)

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self, typed: str, options: FileOptions, choices: dict[str, str] | None = None) -> None:
        path = real_path(typed)
        self.workers.cancel_group(self, "list")
        self._tell_file("reading …")
        try:
            if await asyncio.to_thread(_is_mere_folder, path):
                self._go_to(path)
                return
            head = await asyncio.to_thread(self.read, lambda project: read_head(project, str(path), options))
        except (SyntermError, OSError, ValueError) as error:
            self._tell_file(_words(error), "$text-error")
            if choices is None:
                self._set_head(None)
            return
        await self._take_head(head, choices)

    async def _take_head(self, head: Head, choices: dict[str, str] | None) -> None:
        self.path.take(head.path)
        self._tell_file(size_words(head), "$text-success")
        begun = first_choices(head)
        if choices:
            begun |= {name: choices[name] for name in _KEPT if name in choices}
        tree = self.session.tree
        paths = [tree.path(node.id) for node in tree.scenarios()]
        fields = fields_of(head, [model.name for model in self.session.models])
        box = self.query_one("#choices")
        await box.remove_children()
        await box.mount(PickForm(fields, begun, paths, id="form"))
        self._set_head(head)
        self._look(head)
        if choices is None:
            self.query("#choices Select").first().focus()

    def _set_head(self, head: Head | None) -> None:
        self._head, self._found = head, None
        self.set_class(head is not None, "-chosen")
        self.refresh_bindings()

    def _tell_file(self, words: str, style: str = "$text-muted") -> None:
        self.query_one("#file").border_subtitle = Content.styled(one_line(words, max(self.size.width - 6, 20)), style)

    # The columns.

    @on(PickForm.Changed)
    def _chosen(self, event: PickForm.Changed) -> None:
        head = self._head
        if head is None or self._busy_importing:
            return
        choices = event.form.values
        if event.field_name in _READ_AGAIN:
            self._read(head.path, options_of(head, choices), choices)
        else:
            self._look(head)

    @property
    def _choices(self) -> dict[str, str]:
        return self.query_one(PickForm).values

    @work(exclusive=True, group="preview", exit_on_error=False)
    async def _look(self, head: Head) -> None:
        """Show what the first rows would become, as is chosen now."""
        await asyncio.sleep(_PAUSE)
        wanted = wanted_of(head, self._choices)
        try:
            found = await asyncio.to_thread(self.read, lambda project: preview(project, head, wanted))
        except SyntermError as error:
            self._found = None
            self.table.show(COLUMNS, (), _no_cells, "no preview: see below")
            self._say(Content.styled(printable(f"✗ {error.message}"), "$text-error"))
        else:
            self._show(head, found)
        self.refresh_bindings()

    def _show(self, head: Head, found: Imported) -> None:
        self._found = found
        self.table.show(COLUMNS, found.fates, fate_cells, "no rows")
        of = f"the first {len(head.rows):,} rows" if not head.whole else f"all {len(head.rows):,} rows"
        self.table.border_title = Content(f"As cases  {of}")
        self.table.border_subtitle = Content(counts_words(found))
        if self._work is None:
            # What options do is for the command line.
            notes = [f"◌ {note.partition('; --')[0]}" for note in head.file.notes[:3]]
            mark = "ctrl+s imports all of it" if found.kept else "nothing of it would be new"
            self._say(Content("\n").join([*(Content(one_line(note, 300)) for note in notes), Content(mark)]))

    @on(Table.Opened, "#preview")
    def _row_opened(self, event: Table.Opened) -> None:
        fate: Fate = event.table.rows[event.index]
        self.app.push_screen(TextScreen(fate.where, fate_text(fate)))

    # The import.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now."""
        if action == "import":
            return self._head is not None and self._found is not None and not self._busy_importing
        if action == "undo":
            work = None if self._busy_importing else self._work
            return work is not None and work.wrote > 0 and work.undone is None
        return True

    def action_import(self) -> None:
        """Bring all rows in."""
        if self.session.project.read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", severity="warning")
        elif self._head is not None:
            self._import(self._head, wanted_of(self._head, self._choices), options_of(self._head, self._choices))

    @work(group="import", exit_on_error=False)
    async def _import(self, head: Head, wanted: Wanted, options: FileOptions) -> None:
        work = self._work = Importing(self.session.project, head.path, options, replace(wanted, fates=False))
        self._set_busy(True)
        try:
            await asyncio.to_thread(work.run)
            if work.wrote:
                await self.session.edits.do(importing_edit(work, head.file.title))
        except SyntermError as error:
            self._work = None
            self._say(Content.styled(printable(f"✗ nothing was imported: {error}"), "$text-error"))
        else:
            self._seconds = time.monotonic() - work.started
            self._tell_result()
        finally:
            self._set_busy(False)
        self._look(head)

    @work(group="import", exit_on_error=False)
    async def action_undo(self) -> None:
        """Take the import back."""
        if not self.check_action("undo", ()):
            return
        try:
            await self.session.edits.undo()
        except SyntermError as error:
            self.tell(error)
        else:
            self.changed.add("")
            self._tell_result()
        self.refresh_bindings()
        if self._head is not None:
            self._look(self._head)

    def action_leave(self) -> None:
        """Stop what is under way; from the preview back to the files; then leave."""
        if self._busy_importing and self._work is not None:
            self._work.stop()
        elif self._head is not None and self._work is None:
            self._go_to(Path(self._head.path).parent)
            self.path.focus()
        else:
            super().action_leave()

    def _go_to(self, folder: Path) -> None:
        """List a folder, to choose from it."""
        self._set_head(None)
        self._say(Content(""))
        shown = f"{folder.absolute()}/".replace("//", "/")
        self.path.take(shown)
        self._list(shown)

    def _set_busy(self, running: bool) -> None:
        self._busy_importing = running
        self.changed.add("")
        self.query_one("#work").disabled = self.query_one("#file").disabled = running
        self.refresh_bindings()

    def _tell_progress(self) -> None:
        if self._busy_importing and self._work is not None and self._head is not None:
            seconds = time.monotonic() - self._work.started
            words = progress_words(self._work, self._head.about, seconds)
            self._say(Content.styled(one_line(words, 300), "$text-accent"))

    def _tell_result(self) -> None:
        if self._work is not None:
            self._say(Content("\n").join(result_lines(self._work, self._seconds)))

    def _say(self, words: Content) -> None:
        self.said.update(words)


_KEPT = ("into", "status", "all-split", "more-tags", "kind")
"""The fields that stay as they are when the file is read another way."""


def _is_mere_folder(path: Path) -> bool:
    """Whether it is a folder without a data set."""
    if not path.is_dir():
        return False
    try:
        guess_source(peek(path, path.name))
    except SyntermError:
        return True
    return False


def _entry_cells(entry: Entry) -> list[Cell]:
    return [(f"{entry.name}/", "accent") if entry.folder else (entry.name, ""), (_size(entry), "dim")]


def _size(entry: Entry) -> str:
    return "" if entry.folder else bytes_words(entry.size)


def _no_cells(_: object) -> list[Cell]:
    return []


def _words(error: Exception) -> str:
    if not isinstance(error, SyntermError):
        return getattr(error, "strerror", None) or str(error)
    # Hints that name options are for the command line.
    return str(error) if error.hint is None or "--" in error.hint else f"{error}; {error.hint}"
