"""Editing a case in its row of the list, and what is said where that can't be."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.case import Case
from synterm.errors import SyntermError
from synterm.evaluate.quality import labels_of
from synterm.text import one_line, printable
from synterm.tui.cases.changes import differs, replacing
from synterm.tui.cases.line_draft import Line, LineDraft
from synterm.tui.edits import EditLog
from synterm.tui.screens.workbench.external_edits import ExternalEditing, gone
from synterm.tui.widgets.row_editor import RowEditor

_TOLD_S = 2.0
"""How long a saved row is told of: one sees it, and goes through many."""


class InlineEditing(ExternalEditing):
    """Opens the editor of a row, and saves what was typed there: to the case of its id, wherever that stands by now."""

    edits: EditLog

    def _edit_cases(self, what: str, keys: Sequence[int]) -> object:
        raise NotImplementedError

    @property
    def unsaved(self) -> str:
        """Says that something was typed in a row."""
        editor = self.cases.editor
        return editor.unsaved if editor else ""

    async def _edit_in_row(self, keys: Sequence[int]) -> None:
        """Edit a case in its row; in a form where a line can't hold its first value."""
        editor = self.cases.editor
        if not keys or (editor and not await editor.leave()):
            return
        try:
            draft = self._row_draft(keys[0])
        except SyntermError as error:
            self._tell(error)
            return
        if draft.line.problem:
            self._say_why_not(draft)
            self._edit_cases("edit", keys)
        else:
            self.cases.edit_row(RowEditor(self.cases.list, draft, self._save_row, self._next_row))

    def _next_row(self, key: int, like: Line) -> LineDraft | None:
        """The draft of another row at the same value; None where it can't be edited in a line."""
        try:
            draft = self._row_draft(key)
        except SyntermError as error:
            self._tell(error)
            return None
        draft.turn_to(like)
        if draft.line.problem:
            self._say_why_not(draft)
            return None
        return draft

    async def _save_row(self, draft: LineDraft) -> Case | None:
        try:
            return await self._write_row(draft)
        except SyntermError as error:
            self._tell(error)
            return None

    async def _write_row(self, draft: LineDraft) -> Case:
        """Put what was typed in the place of what the case says now. Raises SyntermError."""
        store = self.session.project.cases
        # Others may have changed it, or given its row number to another.
        now = next(iter(store.named([draft.case.id])), None)
        if now is None:
            raise gone()
        edited = draft.read(now)
        if differs(edited, now):
            edit = replacing(store, f"c{draft.key} edited", {now.id: (now, edited)})
            await self.edits.do(edit)
            self.notify(f"{edit.label}.", title="Cases", timeout=_TOLD_S, markup=False)
            self.project_edited(edit.touched)
        return edited

    def _row_draft(self, key: int) -> LineDraft:
        case = self._case(key)
        return LineDraft(key, case, labels_of(self.session.checklist, case.scenario_id))

    def _say_why_not(self, draft: LineDraft) -> None:
        words = f"c{draft.key}: {one_line(draft.line.name, 40)} {draft.line.problem}: the form edits it."
        self.notify(printable(words), title="Cases", markup=False)
