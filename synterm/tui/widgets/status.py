"""The line on top: which project and prompt, how fresh the results are, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from synterm.text import one_line
from synterm.tui.board.column import Counts
from synterm.tui.titles import rate_text

LiveState = Literal["idle", "waiting", "running", "paused", "capped", "offline", "restricted", "blocked"]
"""What live mode does.

idle: all that it keeps fresh is fresh · waiting: for the end of typing · running: requests are under way ·
paused: by its user · capped: the spending cap is reached · offline: the endpoint can't be reached ·
restricted: nothing may be asked here · blocked: something else is to be mended first.
"""
_DOTS = {
    "idle": "●",
    "waiting": "○",
    "running": "◐",
    "paused": "‖",
    "capped": "■",
    "offline": "⨯",
    "restricted": "⊘",
    "blocked": "■",
}
_WORDS = {"idle": "live", "running": "live"}
_LEFT = 24
"""How many cells of the line a reason leaves to the name of the project."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the status line says."""

    project: str = ""
    prompt: str = ""
    state: LiveState = "idle"
    reason: str = ""
    """Why live mode does not go on."""
    total: int = 0
    """Cells that are to be fresh in the draft's column."""
    cases: int = 0
    """Cases in scope; more than `total` where live mode takes a sample."""
    counts: Counts = field(default_factory=Counts)
    spent: float = 0.0
    cap: float | None = None
    """The spending cap; None where calls cost nothing."""
    held_up: str = ""
    """``rate limited: 3 wait`` while requests wait to be sent again."""
    read_only: bool = False
    """Whether the project can only be looked at."""
    unsaved: str = ""
    """Why what is typed is not on disk."""


class StatusBar(Widget):
    """Shows a `Status`."""

    COMPONENT_CLASSES = {"status--name", "status--live", "status--busy", "status--stop", "status--dim"}  # noqa: RUF012
    DEFAULT_CSS = """
    StatusBar {
        dock: top;
        height: 1;
        background: $panel;
        padding: 0 1;
        & > .status--name { color: $text-primary; text-style: bold; }
        & > .status--live { color: $text-success; }
        & > .status--busy { color: $text-accent; }
        & > .status--stop { color: $text-error; text-style: bold; }
        & > .status--dim { color: $text-muted; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.status = Status()

    def show(self, status: Status) -> None:
        """Show another status."""
        if status != self.status:
            self.status = status
            self.refresh()

    def render(self) -> Text:
        """The left and the right half of the line."""
        left, right = self._left(), self._right()
        left.truncate(max(self.content_size.width - right.cell_len, 0), overflow="ellipsis", pad=True)
        return left + right

    def _left(self) -> Text:
        status = self.status
        text = Text(" synterm  ", self._style("name"))
        text.append(f"{one_line(status.project, 40)}  ", Style())
        text.append(one_line(status.prompt, 60), self._style("dim"))
        return text

    def _right(self) -> Text:
        status = self.status
        kind = {"idle": "live", "waiting": "busy", "running": "busy", "paused": "busy"}.get(status.state, "stop")
        word = _WORDS.get(status.state, status.state)
        text = Text(f"{_DOTS[status.state]} {word} ", self._style(kind))
        if status.read_only:
            text = Text("⊘ read-only: nothing is asked, nothing typed is saved  ", self._style("stop"))
        if status.unsaved:
            text = Text(f"✗ not saved: {one_line(status.unsaved, 60)}  ", self._style("stop")).append_text(text)
        if status.reason:
            if status.counts.fresh:
                text.append(f"{status.counts.fresh}/{status.total} fresh  ")
            room = max(self.size.width - _LEFT - text.cell_len - len(self._cost()), 40)
            text.append(f"{one_line(status.reason, room)}  ", self._style("busy" if kind == "busy" else "stop"))
        else:
            self._add_counts(text)
        text.append(self._cost(), self._style("dim"))
        return text

    def _add_counts(self, text: Text) -> None:
        counts, total = self.status.counts, self.status.total
        text.append(f"{counts.fresh}/{total} fresh  ")
        if total < self.status.cases:
            text.append(f"sample of {self.status.cases:,}, r: all  ", self._style("dim"))
        if rate := rate_text(counts, total):
            text.append(f"{rate} of these pass  " if total < self.status.cases else f"{rate} pass  ")
        if counts.errors:
            text.append(f"! {counts.errors} without verdict  ", self._style("stop"))
        if self.status.held_up:
            text.append(f"{self.status.held_up}  ", self._style("stop"))
        if counts.fresh:
            text.append(f"cache {counts.cached / counts.fresh:.0%}  ", self._style("dim"))

    def _cost(self) -> str:
        return "free" if self.status.cap is None else f"${self.status.spent:.2f} of ${self.status.cap:.2f}"

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"status--{name}")
