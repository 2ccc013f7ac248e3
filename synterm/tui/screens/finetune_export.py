"""Writing a training set to files: in which formats, and where."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from synterm.core.training import TrainingPlan, TrainingReport
from synterm.errors import SyntermError
from synterm.storage.project import Project
from synterm.text import printable
from synterm.tui.finetune.command import command_line
from synterm.tui.finetune.exporting import COLUMNS, Exporting, FormatLine, format_cells, format_lines, written_text
from synterm.tui.imports.paths import real_path
from synterm.tui.widgets.path_input import PathInput
from synterm.tui.widgets.table import Table

_USUAL = "trl-sft"
_TOLD_S = 0.1


class ExportScreen(ModalScreen[bool]):
    """Chooses, writes, and says what was written. Dismissed with True when something was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "export", "Export", id="export.start", priority=True, tooltip="Write the files"),
        Binding("space", "mark", "Choose", id="export.mark", tooltip="Choose the format, or not"),
        Binding("ctrl+y", "copy_command", "Command", id="export.copy", priority=True, tooltip="The same as a command"),
        Binding("escape", "leave", "Close", id="export.leave", tooltip="Close; stops what is under way"),
    ]
    DEFAULT_CSS = """
    ExportScreen {
        align: center middle;
        & > VerticalScroll {
            width: 100; max-width: 96%; height: auto; max-height: 96%; padding: 0 1;
            background: $surface; border: round $primary; scrollbar-size-vertical: 1;
            border-title-color: $text-primary; border-subtitle-color: $text-muted;
        }
        & Label { color: $text-muted; margin-top: 1; }
        & #formats { height: auto; max-height: 14; }
        & PathInput { height: 1; border: none; padding: 0 1; background: $panel; }
        & PathInput:focus { background: $primary 20%; }
        & #said { height: auto; margin-top: 1; }
        & Horizontal { height: 1; margin-top: 1; align-horizontal: right; }
        & Button { margin-left: 2; }
    }
    """

    formats = getters.query_one("#formats", Table)

    def __init__(self, project: Project, plan: TrainingPlan, report: TrainingReport) -> None:
        super().__init__()
        self._project, self._plan, self._report = project, plan, report
        self._lines: list[FormatLine] = []
        self._marked: set[str] = set()
        self._work: Exporting | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        """Formats, folder, what comes of it."""
        counts = " + ".join(f"{count:,} {part}" for part, count in self._report.examples.items() if count)
        with VerticalScroll(can_focus=False) as box:
            box.border_title = Content(f"Export {counts}")
            box.border_subtitle = Content("space chooses · ctrl+s exports · ctrl+y copies the command · esc closes")
            yield Label("Formats")
            yield Table(id="formats")
            yield Label("Folder")
            yield PathInput("a new folder, or one that an export wrote", id="folder")
            yield Static(id="said", markup=False)
            with Horizontal():
                yield Button("Close", id="leave", compact=True)
                yield Button("Export", id="start", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The usual format, and a folder beside the project."""
        path = self._project.path
        self.query_one(PathInput).take(str(path.with_name(f"{path.stem}-training")))
        self.set_interval(_TOLD_S, self._tell_progress)
        self.formats.focus()
        self._list()

    @work(exclusive=True, group="list", exit_on_error=False)
    async def _list(self) -> None:
        self._lines = await asyncio.to_thread(format_lines, self._report)
        self._marked = {line.name for line in self._lines if line.name == _USUAL and line.rows}
        self._show_formats()

    def _show_formats(self) -> None:
        self.formats.show(COLUMNS, self._lines, lambda line: format_cells(line, line.name in self._marked))

    @on(Table.Opened, "#formats")
    def _opened(self) -> None:
        self.action_mark()

    def action_mark(self) -> None:
        """Choose the format under the cursor, or not."""
        line = self._lines[self.formats.cursor] if self._lines else None
        if line is None or not self.formats.has_focus:
            return
        if line.rows:
            self._marked ^= {line.name}
            self._show_formats()
        else:
            self._say(Content.styled(f"{line.name} is made of {line.needs}, and there are none", "$text-warning"))

    @property
    def _chosen(self) -> list[str]:
        """In the order in which they are listed."""
        return [line.name for line in self._lines if line.name in self._marked]

    @property
    def _folder(self) -> str:
        return self.query_one(PathInput).value.strip()

    def action_export(self) -> None:
        """Write the files."""
        if self._busy:
            return
        if not self._chosen:
            self._say(Content.styled("✗ choose a format: space", "$text-error"))
        elif not self._folder:
            self._say(Content.styled("✗ where to? a folder is needed", "$text-error"))
        else:
            self._export(Exporting(self._project, self._plan, self._chosen, real_path(self._folder)))

    @work(exclusive=True, group="export", exit_on_error=False)
    async def _export(self, job: Exporting) -> None:
        self._work, self._busy = job, True
        wrong: SyntermError | None = None
        try:
            await asyncio.to_thread(job.run)
        except SyntermError as error:
            wrong = error
        finally:
            self._busy = False
            job.stop()
        lines = [*written_text(job.written)]
        if wrong:
            hint = f"\n  {wrong.hint}" if wrong.hint else ""
            lines.append(Content.styled(printable(f"✗ {wrong}{hint}"), "$text-error"))
        self._say(Content("\n").join(lines))
        self.query_one("#said").scroll_visible(animate=False)

    def _tell_progress(self) -> None:
        if self._busy and self._work:
            self._say(Content.styled(self._work.doing, "$text-accent"))

    def _say(self, words: Content) -> None:
        self.query_one("#said", Static).update(words)

    def action_copy_command(self) -> None:
        """Copy the command that writes the same."""
        more = [word for name in self._chosen for word in ("--format", name)]
        words = command_line("export", str(self._project.path), self._plan, [*more, "-o", self._folder])
        self.app.copy_to_clipboard(words)
        self.notify(printable(words), title="Copied", markup=False, timeout=10)

    def action_leave(self) -> None:
        """Stop what is under way, or close."""
        if self._busy and self._work:
            self._work.stop()
        else:
            self.dismiss(bool(self._work and self._work.written))

    @on(Input.Submitted)
    @on(Button.Pressed, "#start")
    def _start(self) -> None:
        self.action_export()

    @on(PathInput.Pasted)
    def _pasted(self, event: PathInput.Pasted) -> None:
        self.query_one(PathInput).take(event.path)

    @on(Button.Pressed, "#leave")
    def _leave_pressed(self) -> None:
        self.action_leave()

    def on_unmount(self) -> None:
        """What is under way ends with the format that is being written."""
        if self._work:
            self._work.stop()
