"""The line on top: which project and prompt, how fresh the results are, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
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
_Part = tuple[str, Style | None]
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
    aside: str = ""
    """What else is under way."""


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

    def render_line(self, y: int) -> Strip:
        """The left and the right half of the line; drawn with every frame, so put together by hand."""
        base, width = self.visual_style.rich_style, self.content_size.width
        right = Strip([Segment(text, style) for text, style in self._right() if text])
        left = Strip([Segment(text, style) for text, style in self._left()])
        left = _shortened(left, max(width - right.cell_length - 1, 0))
        right = Strip.join([Strip([Segment(" ")]), right])
        return Strip.join([left, right]).adjust_cell_length(width).apply_style(base)

    def _left(self) -> list[_Part]:
        status = self.status
        return [
            (" synterm  ", self._style("name")),
            (f"{one_line(status.project, 40)}  ", None),
            (one_line(status.prompt, 60), self._style("dim")),
        ]

    def _right(self) -> list[_Part]:
        status = self.status
        kind = {"idle": "live", "waiting": "busy", "running": "busy", "paused": "busy"}.get(status.state, "stop")
        parts: list[_Part] = []
        if status.unsaved:
            parts.append((f"✗ not saved: {one_line(status.unsaved, 60)}  ", self._style("stop")))
        if status.aside:
            parts.append((f"⚙ {status.aside}  ", self._style("busy")))
        if status.read_only:
            parts.append(("⊘ read-only: nothing is asked, nothing typed is saved  ", self._style("stop")))
        else:
            parts.append((f"{_DOTS[status.state]} {_WORDS.get(status.state, status.state)} ", self._style(kind)))
        if status.reason:
            if status.counts.judged:
                parts.append((f"{status.counts.fresh:,}/{status.total:,} fresh  ", None))
            taken = sum(cell_len(text) for text, _ in parts)
            room = max(self.size.width - _LEFT - taken - len(self._cost()), 40)
            parts.append((f"{one_line(status.reason, room)}  ", self._style("busy" if kind == "busy" else "stop")))
        else:
            parts += self._counts()
        return [*parts, (self._cost(), self._style("dim"))]

    def _counts(self) -> list[_Part]:
        counts, total = self.status.counts, self.status.total
        sample = total < self.status.cases
        parts: list[_Part] = [(f"{counts.fresh:,}/{total:,} fresh  ", None)]
        if sample:
            parts.append((f"sample of {self.status.cases:,}, r: all  ", self._style("dim")))
        if rate := rate_text(counts, total):
            parts.append((f"{rate} of these pass  " if sample else f"{rate} pass  ", None))
        if counts.errors:
            parts.append((f"! {counts.errors} without verdict  ", self._style("stop")))
        if self.status.held_up:
            parts.append((f"{self.status.held_up}  ", self._style("stop")))
        if counts.fresh:
            parts.append((f"cache {counts.cached / counts.fresh:.0%}  ", self._style("dim")))
        return parts

    def _cost(self) -> str:
        return "free" if self.status.cap is None else f"${self.status.spent:.2f} of ${self.status.cap:.2f}"

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"status--{name}")


def _shortened(strip: Strip, width: int) -> Strip:
    """The strip in so many cells: what has no room gives way to an ellipsis."""
    if strip.cell_length <= width:
        return strip.adjust_cell_length(width)
    return Strip.join([strip.crop(0, max(width - 1, 0)), Strip([Segment("…")])]) if width else Strip([])
