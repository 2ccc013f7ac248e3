"""How far something is: one line that is redrawn on a terminal, else a line at the start and one at the end."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from typing import TextIO

from synterm.cli.output import on_terminal
from synterm.evaluate.events import Event, InBatches, Preparing
from synterm.evaluate.run import RunProgress
from synterm.reports.figures import dollars, percent, seconds

Tell = Callable[[str], None]
"""Takes messages to the person."""
_REDRAW_S = 0.1


class StatusLine:
    """The last line of a terminal. Elsewhere it stays silent."""

    def __init__(self, stream: TextIO | None = None, *, hidden: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._live = not hidden and on_terminal(self._stream)
        self._drawn = 0.0

    @property
    def live(self) -> bool:
        """Whether it is drawn at all."""
        return self._live

    def due(self) -> bool:
        """Whether it is time to draw again."""
        return self._live and time.monotonic() - self._drawn >= _REDRAW_S

    def draw(self, parts: Sequence[str]) -> None:
        """Show the parts, as many as the width takes."""
        width = shutil.get_terminal_size().columns - 1
        line = ""
        for part in parts:
            longer = f"{line}   {part}" if line else part
            if len(longer) <= width:
                line = longer
        self._write(f"\r{line[:width]}\x1b[K")
        self._drawn = time.monotonic()

    def clear(self) -> None:
        """Leave an empty line."""
        self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        if self._live:
            self._stream.write(text)
            self._stream.flush()


class LineProgress:
    """Watches a run; what it saw last is in `seen`."""

    def __init__(self, tell: Tell, line: StatusLine) -> None:
        """`tell` takes messages to the person."""
        self.seen: RunProgress | None = None
        self.tell = tell
        self._line = line
        self._began = time.monotonic()

    def __call__(self, event: Event, progress: RunProgress) -> None:
        """Take note of where the run is, and show it."""
        self.seen = progress
        if isinstance(event, InBatches):
            self._line.draw([event.words, f"for {seconds(event.elapsed_s)}", "ctrl+c leaves it there"])
            return
        if isinstance(event, Preparing):
            self.tell(event.words)
        if self._line.due():
            self._line.draw(self._parts(progress))

    def close(self) -> None:
        """Leave an empty line."""
        self._line.clear()

    def _parts(self, progress: RunProgress) -> list[str]:
        parts = [f"{progress.done:,}/{progress.planned:,}"]
        fresh = progress.done - progress.cached
        elapsed = time.monotonic() - self._began
        if fresh:
            rate = fresh / elapsed
            parts += [f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"]
            parts += [f"{seconds((progress.planned - progress.done) / rate)} left"]
        parts.append(f"pass {pass_range(progress)}")
        if progress.tally.errors:
            parts.append(f"{progress.tally.errors:,} without verdict")
        if progress.cached:
            parts.append(f"{progress.cached:,} cached")
        return [*parts, dollars(progress.cost_usd)] if progress.cost_usd else parts


def pass_range(progress: RunProgress) -> str:
    """``41–68 %``: the pass rate if all that is still to come fails, and if it all passes."""
    tally = progress.tally
    total = progress.planned - tally.errors
    if total <= 0:
        return "–"
    low, high = tally.passed / total, (total - tally.failed) / total
    return percent(low) if low == high else f"{round(low * 100)}–{round(high * 100)} %"
