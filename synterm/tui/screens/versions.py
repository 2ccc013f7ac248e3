"""The history of a prompt: versions with notes and pins, and how each differs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from synterm.core.differences import Line, TooLargeError, prompt_differences
from synterm.core.prompt import Prompt, PromptBody, PromptVersion
from synterm.text import one_line, printable
from synterm.tui.widgets.key_footer import KeyFooter

Annotate = Callable[[int, str | None, bool | None], Awaitable[Prompt | None]]
"""Gives a version another note or pin, and gives the prompt as it is then."""
Against = Literal["draft", "previous"]
_MOST_SHOWN = 2000
"""Characters of a line that are shown."""


class VersionsScreen(ModalScreen[int | None]):
    """Gives the number of the version that is to be restored; None when it was left."""

    CSS_PATH = "versions.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "restore", "Restore", tooltip="Put this version in the editor", id="versions.restore"),
        Binding("p", "pin", "Pin", tooltip="Pin this version, or take its pin away", id="versions.pin"),
        Binding("n", "name", "Name", tooltip="Give this version another note", id="versions.name"),
        Binding("d", "turn", "Diff", tooltip="Against the draft, or against the version before", id="versions.diff"),
        Binding("escape,q", "leave", "Close", tooltip="Leave things as they are", id="versions.close"),
    ]

    def __init__(self, prompt: Prompt, draft: PromptBody, annotate: Annotate, *, read_only: bool = False) -> None:
        super().__init__()
        self._prompt = prompt
        self._draft = draft
        self._annotate = annotate
        self._read_only = read_only
        self._against: Against = "draft"

    def compose(self) -> ComposeResult:
        """The versions, newest first, and beside them a difference."""
        with Vertical() as box:
            box.border_title = Content(f"Versions  {one_line(self._prompt.name, 50)}")
            with Horizontal():
                yield OptionList(*self._options(), id="versions-list", markup=False)
                yield DiffView()
            yield Input(id="versions-note", placeholder="note", max_length=200, compact=True)
            yield KeyFooter()

    def on_mount(self) -> None:
        """Begin with the newest version."""
        self.query_one("#versions-note").display = False
        self.query_one(OptionList).highlighted = 0 if self._prompt.versions else None
        self.query_one(OptionList).focus()
        if not self._prompt.versions:
            self.query_one(DiffView).say("No version is kept yet. ctrl+s in the editor keeps one.")

    def _options(self) -> list[Option]:
        return [Option(_label(version, self._draft)) for version in self._newest()]

    def _newest(self) -> list[PromptVersion]:
        return list(reversed(self._prompt.versions))

    @property
    def chosen(self) -> PromptVersion | None:
        """The version under the cursor."""
        at = self.query_one(OptionList).highlighted
        return self._newest()[at] if at is not None else None

    @on(OptionList.OptionHighlighted)
    def _highlighted(self) -> None:
        self._compare()

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.action_restore()

    def action_restore(self) -> None:
        """Put this version in the editor."""
        if self.chosen:
            self.dismiss(self.chosen.number)

    def action_leave(self) -> None:
        """Leave the note as it was, or the screen."""
        field = self.query_one(Input)
        if field.display:
            self._end_naming()
        else:
            self.dismiss(None)

    def action_turn(self) -> None:
        """Compare with the other."""
        self._against = "previous" if self._against == "draft" else "draft"
        self._compare()

    def action_pin(self) -> None:
        """Pin this version, or take its pin away."""
        if (chosen := self.chosen) and self._may_write():
            self._change(chosen.number, None, not chosen.pinned)

    def action_name(self) -> None:
        """Give this version another note."""
        if (chosen := self.chosen) and self._may_write():
            field = self.query_one(Input)
            field.value, field.display = one_line(chosen.note), True
            field.focus()

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        if chosen := self.chosen:
            self._change(chosen.number, event.value.strip(), None)
        self._end_naming()

    def _end_naming(self) -> None:
        self.query_one(Input).display = False
        self.query_one(OptionList).focus()

    def _may_write(self) -> bool:
        if self._read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", markup=False)
        return not self._read_only

    @work(group="annotate")
    async def _change(self, number: int, note: str | None, pinned: bool | None) -> None:
        prompt = await self._annotate(number, note, pinned)
        if prompt is None:
            return
        self._prompt = prompt
        versions = self.query_one(OptionList)
        at = versions.highlighted
        with self.prevent(OptionList.OptionHighlighted):
            versions.clear_options()
            versions.add_options(self._options())
            versions.highlighted = at

    @work(exclusive=True, group="differences", exit_on_error=False)
    async def _compare(self) -> None:
        view, chosen = self.query_one(DiffView), self.chosen
        if chosen is None:
            return
        old, new, title = self._sides(chosen)
        self.query_one(Vertical).border_subtitle = Content(f"{title} · enter restores {chosen.label}")
        if old is None:
            view.say("This is the first version.")
            return
        try:
            sections = await asyncio.to_thread(prompt_differences, old, new)
        except TooLargeError as error:
            view.say(f"The difference is too large to be shown ({error}). Enter restores; undo brings the draft back.")
            return
        lines = [line for section in sections for line in (Line("…", section.title), *section.lines)]
        view.show(lines or [Line("…", "no difference")])

    def _sides(self, chosen: PromptVersion) -> tuple[PromptBody | None, PromptBody, str]:
        if self._against == "draft":
            return chosen.body, self._draft, f"{chosen.label} → draft"
        before = next((version for version in self._prompt.versions if version.number == chosen.number - 1), None)
        name = f"{before.label} → {chosen.label}" if before else chosen.label
        return before.body if before else None, chosen.body, name


def _label(version: PromptVersion, draft: PromptBody) -> Content:
    pin = ("◆ " if version.pinned else "  ", "$text-warning")
    same = (" = draft", "$text-success") if version.body == draft else ("", "")
    when = (f"\n    {version.created[:16].replace('T', ' ')}", "$text-muted")
    return Content.assemble(pin, (version.label, "bold"), f" {one_line(version.note, 40)}", same, when)


class DiffView(ScrollView, can_focus=True):
    """Shows the lines of a difference; as many as there are, for only those on the screen are drawn."""

    COMPONENT_CLASSES = {"diff--added", "diff--removed", "diff--same", "diff--title", "diff--word"}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[Line] = []
        """What is shown."""

    def say(self, words: str) -> None:
        """Show a sentence."""
        self.show([Line("…", words)])

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines, from the first."""
        self.lines = lines
        width = max((min(len(line.text), _MOST_SHOWN) for line in lines), default=0) + 4
        self.virtual_size = Size(width, len(lines))
        self.scroll_to(0, 0, animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, with its sign."""
        row = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if row >= len(self.lines):
            return Strip.blank(width, self.rich_style)
        line = self.lines[row]
        strip = Strip(list(self._segments(line)))
        left = self.scroll_offset.x
        return strip.crop_extend(left, left + width, self.rich_style).apply_style(self.rich_style)

    def _segments(self, line: Line) -> list[Segment]:
        kind = {"+": "added", "-": "removed", " ": "same", "…": "title"}[line.sign]
        style = self.get_component_rich_style(f"diff--{kind}", partial=True)
        word = style + self.get_component_rich_style("diff--word", partial=True)
        sign = "" if line.sign == "…" else f"{line.sign} "
        return [Segment(sign, style), *_pieces(line, style, word)]


def _pieces(line: Line, style: Style, word: Style) -> list[Segment]:
    pieces: list[Segment] = []
    at = 0
    for start, end in line.changed:
        pieces += [Segment(line.text[at:start], style), Segment(line.text[start:end], word)]
        at = end
    pieces.append(Segment(line.text[at:_MOST_SHOWN], style))
    return [Segment(printable(piece.text).replace("\t", "    "), piece.style) for piece in pieces]
