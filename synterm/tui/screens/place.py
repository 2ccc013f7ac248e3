"""What the screens beside the workbench share."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from synterm.errors import SyntermError
from synterm.storage.project import Project
from synterm.text import one_line, printable
from synterm.tui.pacing import PacedScreen
from synterm.tui.screens.text import MUTED
from synterm.tui.session import Session
from synterm.tui.widgets.key_footer import KeyFooter

T = TypeVar("T")


class PlaceScreen(PacedScreen):
    """A whole screen about the open project: a title line, its own content, the keys.

    What takes long to read is read in a thread, on a connection of its own (`read`).
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="place.back", tooltip="Back to where you came from"),
    ]
    AUTO_FOCUS = ""
    """Each says itself where one begins: Textual would take the first there is, be it a filter that is hidden."""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (150, "-broad")]  # noqa: RUF012
    DEFAULT_CSS = """
    PlaceScreen {
        background: $background;
        & > #place-title {
            height: 1; background: $panel; padding: 0 1; color: $text-muted;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        .pane {
            border: round $border-blurred; border-title-color: $text-muted; border-title-style: bold;
            border-subtitle-color: $text-muted; background: $background;
            &:focus, &:focus-within { border: round $primary; border-title-color: $text-primary; }
            &:nocolor:focus, &:nocolor:focus-within { border: heavy $primary; }
        }
        & Tabs { height: 2; }
        & .filter { height: 1; border: none; padding: 0 1; background: $surface; }
        & .filter:focus { border: none; background: $panel; }
    }
    """
    heading: ClassVar[str] = ""
    """What the screen is called."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.BINDING_GROUP_TITLE = self.heading
        self.session = session
        self.changed: set[str] = set()
        """What it did to cases: the ids of those that say something else now, and "" for whatever else was changed."""
        self.go_to = ""
        """The path in the tree of what people want to see afterwards; empty: what they saw before."""

    def compose(self) -> ComposeResult:
        """Title, content, keys."""
        yield Static(self._title(""), id="place-title", markup=False)
        yield from self.compose_place()
        yield KeyFooter()

    def compose_place(self) -> ComposeResult:
        """The content."""
        return []

    def say(self, note: str) -> None:
        """Show the title line, with a note on what is shown."""
        self.query_one("#place-title", Static).update(self._title(note))

    def _title(self, note: str) -> Content:
        name = one_line(self.session.project.path.name, 40)
        return Content.assemble(
            (f"synterm  {name}  ", MUTED),
            (self.heading, "bold $text-primary"),
            (f"  {one_line(note, 200)}", MUTED),
        )

    def take_focus(self, pane: Widget) -> None:
        """Give a pane the focus where nothing has it: what had it was hidden while there was nothing to show."""

        def take() -> None:
            if self.is_attached and self.focused is None:
                self.set_focus(pane)

        self.call_after_refresh(take)

    def read(self, work: Callable[[Project], T]) -> T:
        """Do some reading on a connection of its own. For threads. Raises ProjectError."""
        with Project.look(self.session.project.path) as project:
            return work(project)

    def tell(self, error: SyntermError) -> None:
        """Tell of an error, and what to do about it."""
        hint = f"\n{error.hint}" if error.hint else ""
        self.notify(printable(f"{error}{hint}"), title=self.heading, severity="error", markup=False)

    def action_leave(self) -> None:
        """Close the screen."""
        self.dismiss()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that failed is told of: nothing fails in silence."""
        error = event.worker.error if event.state is WorkerState.ERROR else None
        if isinstance(error, SyntermError):
            event.stop()  # of all others the app tells
            self.tell(error)
