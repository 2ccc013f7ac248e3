"""How far a generation is."""

from __future__ import annotations

from synterm.cli.output import say
from synterm.cli.progress import StatusLine
from synterm.core.generation import Funnel
from synterm.evaluate.events import Event, Preparing
from synterm.reports.figures import dollars


class GenerationProgress:
    """Watches a generation; what it saw last can be said in words."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._line = StatusLine(hidden=quiet)
        self._seen: Funnel | None = None

    def __call__(self, event: Event | None, funnel: Funnel) -> None:
        """Take note of where it is, and show it."""
        self._seen = funnel
        if isinstance(event, Preparing) and not self._quiet:
            say(event.words)
        if self._line.due():
            self._line.draw(self._parts(funnel))

    def words(self) -> str:
        """``12 of 50 kept, 31 made``."""
        seen = self._seen or Funnel()
        return f"{seen.kept:,} of {seen.wanted:,} kept, {seen.made:,} made; all of it is in the project file"

    def close(self) -> None:
        """Leave an empty line."""
        self._line.clear()

    def _parts(self, funnel: Funnel) -> list[str]:
        parts = [f"kept {funnel.kept:,}/{funnel.wanted:,}", f"{funnel.made:,} made", f"{funnel.lost:,} dropped"]
        if funnel.questions:
            parts.append(f"{funnel.questions:,} asked")
        return [*parts, dollars(funnel.cost_usd)] if funnel.cost_usd else parts
