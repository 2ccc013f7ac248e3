"""The line on top: which project and prompt, how fresh the results are, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.widget import Widget

from synterm.text import one_line
from synterm.tui.board import Counts
from synterm.tui.titles import rate_text

LiveState = Literal["idle", "waiting", "running", "capped", "blocked"]
_DOTS = {"idle": "●", "waiting": "○", "running": "◐", "capped": "■", "blocked": "■"}
_WORDS = {"idle": "live", "waiting": "waiting", "running": "live", "capped": "paused", "blocked": "blocked"}


@dataclass(frozen=True, slots=True)
class Status:
    """What the status line says."""

    project: str = ""
    prompt: str = ""
    state: LiveState = "idle"
    reason: str = ""
    """Why live mode is paused or blocked."""
    total: int = 0
    """Cells that are to be fresh in the draft's column."""
    counts: Counts = field(default_factory=Counts)
    spent: float = 0.0
    cap: float | None = None
    """The spending cap; None where calls cost nothing."""


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

    def render(self) -> Table:
        """The left and the right half of the line."""
        line = Table.grid(expand=True)
        line.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        line.add_column(no_wrap=True, justify="right")
        line.add_row(self._left(), self._right())
        return line

    def _left(self) -> Text:
        status = self.status
        text = Text(" synterm  ", self._style("name"))
        text.append(f"{one_line(status.project, 40)}  ", Style())
        text.append(one_line(status.prompt, 60), self._style("dim"))
        return text

    def _right(self) -> Text:
        status = self.status
        kind = {"idle": "live", "waiting": "busy", "running": "busy"}.get(status.state, "stop")
        text = Text(f"{_DOTS[status.state]} {_WORDS[status.state]} ", self._style(kind))
        if status.reason:
            text.append(one_line(status.reason, 70), self._style("stop"))
            return text
        text.append(f"{status.counts.fresh}/{status.total} fresh  ")
        if rate := rate_text(status.counts, status.total):
            text.append(f"{rate} pass  ")
        if status.counts.errors:
            text.append(f"! {status.counts.errors} without verdict  ", self._style("stop"))
        if status.counts.fresh:
            text.append(f"cache {status.counts.cached / status.counts.fresh:.0%}  ", self._style("dim"))
        cost = "free" if status.cap is None else f"${status.spent:.2f} of ${status.cap:.2f}"
        text.append(cost, self._style("dim"))
        return text

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"status--{name}")
