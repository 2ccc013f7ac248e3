"""A text editor that draws only the lines that changed, and paints right after the key.

Stock `TextArea` wraps, renders and forgets all its lines with every edit. This one keeps strips by what they show,
refreshes the rows that an edit or a move touched, and does nothing per key that grows with the text. It leans on
private parts of Textual 8.2; the tests hold what it draws to what the stock widget draws.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import cast

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.cache import LRUCache
from textual.document._document import EditResult, Location, Selection
from textual.document._document_navigator import DocumentNavigator
from textual.document._edit import Edit
from textual.expand_tabs import expand_text_tabs_from_widths
from textual.geometry import Region, Size
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import TextArea

from synterm.text import visible
from synterm.tui.widgets.prompt.document import PromptDocument
from synterm.tui.widgets.prompt.face import Face, face_of
from synterm.tui.widgets.prompt.marks import Mark
from synterm.tui.widgets.prompt.wrap import LONG, PromptWrap

_PAINT_EVERY = 0.012
"""Seconds. Keys that come faster, as in a paste, are painted together."""
_BRACKET_REACH = 4000
"""Characters that are looked through for the partner of a bracket."""


class PromptLines(TextArea):
    """A `TextArea` at the speed of typing. It wraps always, and has no language and no suggestions."""

    selection = reactive(Selection(), init=False, always_update=True, repaint=False)

    def __init__(self, text: str, *, id: str | None = None) -> None:
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(4096)
        self._styled = False
        self._painted = 0.0
        super().__init__("", soft_wrap=True, show_line_numbers=True, tab_behavior="focus", id=id)
        self._set_document(text, None)

    @property
    def lines(self) -> Sequence[str]:
        """The lines of the text."""
        return self.document.lines

    @property
    def view(self) -> PromptWrap:
        """The text as lines of the screen."""
        return cast("PromptWrap", self.wrapped_document)

    @property
    def shows_cursor(self) -> bool:
        """Whether the cursor is drawn; it blinks."""
        return self._draw_cursor

    # What others add.

    def marks(self, line: int, start: int, end: int) -> tuple[Mark, ...]:
        """What is marked in a section, counted from its start."""
        return ()

    def mark_style(self, name: str) -> Style:
        """How a mark looks."""
        return self.get_component_rich_style(name, partial=True)

    def is_wrong(self, line: int) -> bool:
        """Whether a line's number is marked."""
        return False

    def lines_moved(self, below: int, by: int) -> None:
        """An edit moved the lines below one."""

    # Editing.

    def _set_document(self, text: str, language: str | None) -> None:
        self.document = PromptDocument(text)
        self.wrapped_document = PromptWrap(self.document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()
        self.refresh()

    def edit(self, edit: Edit) -> EditResult:
        """Perform an edit, and paint it."""
        gutter = self.gutter_width
        result = edit.do(self)
        self.history.record(edit)
        self._edited([edit], gutter)
        return result

    def _undo_batch(self, edits: Sequence[Edit]) -> None:
        gutter = self.gutter_width
        for edit in reversed(edits):
            edit.undo(self)
        self._edited(list(reversed(edits)), gutter)

    def _redo_batch(self, edits: Sequence[Edit]) -> None:
        gutter = self.gutter_width
        for edit in edits:
            edit.do(self, record_selection=False)
        self._edited(edits, gutter)

    def _edited(self, edits: Iterable[Edit], gutter: int) -> None:
        document, view = cast("PromptDocument", self.document), self.view
        changes, height = document.changes, view.height
        for change in changes:
            if moved := change.end[0] - change.bottom[0]:
                self.lines_moved(change.bottom[0], moved)
        if self.gutter_width != gutter:
            view.wrap(self.wrap_width, self.indent_width)
            self.refresh()
        else:
            view.wrap_range((0, 0), (0, 0), (0, 0))
            top = min((change.top[0] for change in changes), default=0)
            same = view.height == height and len(changes) == 1
            self._refresh_between(top, changes[0].end[0] if same else document.line_count)
        self._refresh_size()
        for edit in edits:
            edit.after(self)
        self.post_message(self.Changed(self))
        self._paint()

    def _replace_via_keyboard(self, insert: str, start: Location, end: Location) -> EditResult | None:
        # Terminals send a carriage return for each line break of what is pasted.
        return super()._replace_via_keyboard(insert.replace("\r\n", "\n").replace("\r", "\n"), start, end)

    # Moving.

    def _watch_selection(self, previous_selection: Selection, selection: Selection) -> None:
        bracket = self._matching_bracket_location
        super()._watch_selection(previous_selection, selection)
        for touched in (previous_selection, selection):
            self._refresh_between(*sorted((touched.start[0], touched.end[0])))
        for place in (bracket, self._matching_bracket_location):
            if place is not None:
                self._refresh_between(place[0], place[0])
        if self.is_mounted:
            self.call_next(self._paint)

    def _yield_character_locations(self, start: Location) -> Iterator[tuple[str, Location]]:
        return islice(super()._yield_character_locations(start), _BRACKET_REACH)

    def _yield_character_locations_reverse(self, start: Location) -> Iterator[tuple[str, Location]]:
        return islice(super()._yield_character_locations_reverse(start), _BRACKET_REACH)

    def _recompute_cursor_offset(self) -> None:
        # An undo that makes the text shorter first drops the scroll bar, which looks for the cursor where it was.
        if self.cursor_location[0] < self.document.line_count:
            super()._recompute_cursor_offset()

    # Drawing.

    def _refresh_between(self, first: int, last: int) -> None:
        """Draw again what is on the screen of some lines."""
        top, height = self.scroll_offset.y, self.size.height
        start, _ = self.view.rows(first)
        bottom, count = self.view.rows(last)
        begin = max(start, top)
        # When lines went, so did what was drawn below the last.
        stop = top + height if last >= self.document.line_count else min(bottom + count, top + height)
        if begin < stop:
            self.refresh(Region(0, begin - top, self.size.width, stop - begin))

    def _refresh_size(self) -> None:
        size = Size(0, self.view.height)
        if size != self.virtual_size:
            # The watcher would lay out the whole screen; only the scroll bar knows the height.
            self.set_reactive(cast("Reactive[Size]", Widget.virtual_size), size)
            self._scroll_update(size)

    def _paint(self) -> None:
        """Draw what changed here now, not with the screen's next frame, which draws what else did."""
        now = time.monotonic()
        if not self._repaint_required or now - self._painted < _PAINT_EVERY or not self.is_mounted:
            return
        screen = self.screen
        # This is what the screen itself does with each frame.
        if screen.is_current and not screen._layout_required and not self.app._batch_count:  # pyright: ignore[reportPrivateUsage]
            self._repaint_required = False
            with screen._context():
                screen._compositor.update_widgets({self})  # pyright: ignore[reportPrivateUsage]
                screen._compositor_refresh()  # pyright: ignore[reportPrivateUsage]
            self._painted = time.monotonic()

    def notify_style_update(self) -> None:
        """Colours changed."""
        self.forget_strips()
        super().notify_style_update()

    def _app_theme_changed(self) -> None:
        super()._app_theme_changed()
        self.forget_strips()

    def forget_strips(self) -> None:
        """Draw all lines afresh."""
        self._strips.clear()
        self._styled = False

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines on the screen."""
        if not self._styled:
            self._theme.apply_css(self)
            self._styled = True
        return super(TextArea, self).render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line of the screen, from those that were drawn before where it looks the same."""
        row = y + self.scroll_offset.y
        if row >= self.view.height:
            return Strip.blank(self.size.width, self._theme.base_style or self.rich_style)
        face = face_of(self, row)
        key = (face, self.scrollable_content_region.width, self.gutter_width)
        if (strip := self._strips.get(key)) is None:
            strip = self._strips[key] = self._draw(face)
        return strip

    def _draw(self, face: Face) -> Strip:
        theme, base = self._theme, self._theme.base_style or self.rich_style
        line_style = theme.cursor_line_style if face.here else None
        text = self._styled_text(face, line_style)
        width = self.scrollable_content_region.width - self.gutter_width
        strip = Strip(text.render(self.app.console), cell_length=text.cell_len)
        strip = strip.extend_cell_length(width, line_style if face.here else theme.base_style)
        return Strip.join([self._gutter(face), strip]).apply_style(base)

    def _gutter(self, face: Face) -> Strip:
        theme = self._theme
        style = theme.cursor_line_gutter_style if face.here else theme.gutter_style
        if face.wrong:
            style = self.mark_style("prompt--wrong")
        number = f"{face.number:>{self.gutter_width - 2}}{'✗' if face.wrong else ' '} "
        return Strip([Segment(number, style)], cell_length=self.gutter_width)

    def _styled_text(self, face: Face, line_style: Style | None) -> Text:
        theme = self._theme
        text = Text(f"{face.text} " if face.last else face.text, end="", no_wrap=True)
        for mark in face.marks:
            text.stylize(self.mark_style(mark.style), mark.start, mark.end)
        if line_style:
            # Its colour would hide those of the marks.
            text.stylize(Style(bgcolor=line_style.bgcolor))
        if face.emptied and theme.selection_style:
            text = Text("▌", end="", no_wrap=True)
            text.stylize(Style(color=theme.selection_style.bgcolor))
        elif face.selected and theme.selection_style:
            text.stylize(theme.selection_style, *face.selected)
        for column in face.brackets:
            if theme.bracket_matching_style:
                text.stylize(theme.bracket_matching_style, column, column + 1)
        if face.cursor is not None and theme.cursor_style:
            text.stylize(theme.cursor_style, face.cursor, face.cursor + 1)
        return expand_text_tabs_from_widths(text, list(face.tabs))


__all__ = ["LONG", "PromptLines", "visible"]
