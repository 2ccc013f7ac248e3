"""Editing a case where it stands: a line over its row of the list."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from synterm.core.case import Case
from synterm.text import one_line, printable
from synterm.tui.cases.line_draft import Line, LineDraft, in_a_line
from synterm.tui.keys import bindings_of
from synterm.tui.widgets.case_list import CaseList

SaveDraft = Callable[[LineDraft], Awaitable[Case | None]]
"""Gives the case as it is on disk then; None where it could not be saved: then it told why."""
OpenRow = Callable[[int, Line], LineDraft | None]
"""Gives the draft of another row, at the same value; None where it can't be edited in a line: then it told why."""


class LineInput(Input):
    """Holds one line; what is pasted becomes one."""

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter is the editor's."""
        return action != "submit" and super().check_action(action, parameters)

    async def _on_key(self, event: events.Key) -> None:
        """Do what a key is bound to before the next key is heard.

        Bound keys go up to the app, which acts on them later: what is typed after one would get before it, into
        another row.
        """
        for node in self.ancestors_with_self[:2]:
            for binding in bindings_of(node):
                if binding.key == event.key and await self.app.run_action(binding.action, node):
                    event.stop()
                    event.prevent_default()
                    return

    def replace(self, text: str, start: int, end: int) -> None:
        """Put a text in the place of another, as a line can hold it."""
        line = in_a_line(text)
        if len(text.splitlines()) > 1:
            self.notify("A line holds one line: what you pasted was joined. The form holds several.", title="Cases")
        super().replace(line, start, end)

    def _on_paste(self, event: events.Paste) -> None:
        # The class above would take the first line, and drop the others in silence.
        event.prevent_default()
        event.stop()
        self.replace(event.text, *self.selection)


class RowEditor(Horizontal):
    """Lies over the row of one case, wherever that is scrolled or sorted to, and holds what is typed until it is saved.

    Sits beside the list, in a container that is cut to its size.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "save", "Save", id="row.save", tooltip="Save what was typed, and stay on the row"),
        Binding("tab", "turn(1)", "Next value", id="row.next", tooltip="To the next value; expected is the last"),
        Binding("shift+tab", "turn(-1)", "Value before", id="row.previous", show=False, tooltip="To the value before"),
        Binding("escape", "discard", "Discard", id="row.discard", tooltip="Leave the value as it was"),
        Binding("down", "step(1)", "Row below", id="row.down", tooltip="Save, and edit the same value of the next row"),
        Binding("up", "step(-1)", "Row above", id="row.up", show=False, tooltip="Save, and edit the row above"),
    ]
    DEFAULT_CSS = """
    RowEditor {
        layer: above; height: 1; background: $panel;
        & > Static { width: auto; max-width: 40%; color: $text-muted; }
        & > LineInput, & > LineInput:focus { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
        &:nocolor > LineInput, &:ansi > LineInput { text-style: underline; }
    }
    """

    class Turned(Message):
        """Another value is edited, or none any more."""

    def __init__(self, cases: CaseList, draft: LineDraft, save: SaveDraft, open_row: OpenRow) -> None:
        super().__init__()
        self.draft = draft
        self.closed = False
        self._cases = cases
        self._save = save
        self._open_row = open_row
        self._one_at_a_time = asyncio.Lock()
        self._y = 0

    def compose(self) -> ComposeResult:
        """The name of the value, and its text."""
        yield Static(markup=False)
        yield LineInput()

    def on_mount(self) -> None:
        """Ready to be typed in, at the end of the text."""
        if not self.closed:
            self._show()
            self._input.focus(scroll_visible=False)

    @property
    def _input(self) -> LineInput:
        return self.query_one(LineInput)

    @property
    def hint(self) -> str:
        """What can be typed or pressed here."""
        if self.draft.line.expected and self.draft.labels:
            return " · ".join(self.draft.labels)
        return "enter saves · tab next · esc discards"

    @property
    def unsaved(self) -> str:
        """Says that something was typed."""
        self._take()
        return f"Case c{self.draft.key}: what you typed in its row is not saved." if self.draft.changed else ""

    def place(self) -> None:
        """Lie over the row of the case. One that is not listed is named: the line lies where it was before."""
        if self.closed or not self.children:
            return
        row = self._cases.row_of(self.draft.key, self.draft.case.id)
        if row is not None:
            self._y = self._cases.line_of(row)
        left = 0 if row is None else self._cases.text_start(row)
        y = self._y if row is not None else max(0, min(self._y, self._cases.body_height - 1))
        self.styles.offset = (left, y)
        self.styles.width = max(self._cases.body_width - left, 1)
        names = [f" c{self.draft.key}"] if row is None else []
        names += [self.draft.title] if self.draft.title else []
        shown = self.query_one(Static)
        shown.update(Content("".join(f"{name} ▸ " for name in names)))
        shown.display = bool(names)

    async def commit(self) -> bool:
        """Save what was typed. False: the editor is still needed."""
        async with self._one_at_a_time:
            self._take()
            if self.closed or not self.draft.changed:
                return True
            saved = await self._save(self.draft)
            if saved is None:
                self._show()
                return False
            self.draft.follow(saved)
            # While the file was locked by another program one may have typed on.
            return self._input.value == self.draft.line.text

    async def leave(self) -> bool:
        """Save and close. False: what was typed can't be saved, and is gone back to."""
        done = await self.commit()
        if done:
            self.close()
        elif not self._input.has_focus:
            self._input.focus(scroll_visible=False)
        return done

    def close(self) -> None:
        """Be gone; the list has the focus, if this had it."""
        if self.closed:
            return
        self.closed = True
        if any(line.has_focus for line in self.query(LineInput)):
            self._cases.focus()
        self.post_message(self.Turned())
        self.remove()

    async def action_save(self) -> None:
        """Save, and go back to the list."""
        await self.leave()

    async def action_step(self, by: int) -> None:
        """Save, and go on with the same value of the row below or above."""
        row = self._cases.row_of(self.draft.key, self.draft.case.id)
        key = None if row is None else self._cases.key_at(row + by)
        if not await self.commit():
            return
        draft = None
        if key is not None:
            self._cases.go_to(key)
            draft = self._open_row(key, self.draft.line)
        if draft is None:
            self.close()
            return
        self.draft = draft
        self._show()

    def action_turn(self, by: int) -> None:
        """Go to the next value, or to the one before."""
        self._take()
        for line in self.draft.turn(by):
            words = f"{one_line(line.name, 40)} {line.problem}: the form edits it."
            self.notify(printable(words), title="Cases", markup=False)
        self._show()

    def action_discard(self) -> None:
        """Leave the value as it was; what was typed in others of the case stays until it is discarded there."""
        self._take()
        if self.draft.take_back():
            self._show()
        else:
            self.close()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """One sees what one types, wherever the list was scrolled."""
        event.stop()
        row = self._cases.row_of(self.draft.key, self.draft.case.id)
        if row is not None and self._input.has_focus:
            self._cases.scroll_to_row(row)

    @on(Input.Blurred)
    async def _left(self, event: Input.Blurred) -> None:
        """Who goes elsewhere means what was typed. Another window is not elsewhere; who leaves synterm was asked."""
        event.stop()
        here = self.app.is_running and self.app.app_focus
        if here and not self.closed and not self._input.has_focus:
            await self.leave()

    def _take(self) -> None:
        if self.is_mounted and not self.closed:
            self.draft.line.text = self._input.value

    def _show(self) -> None:
        line, labels = self.draft.line, self.draft.labels
        self._input.suggester = SuggestFromList(labels, case_sensitive=False) if line.expected and labels else None
        with self.prevent(Input.Changed):
            self._input.value = line.text
        self._input.cursor_position = len(line.text)
        self.place()
        self.post_message(self.Turned())
