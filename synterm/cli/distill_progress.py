"""How far looking into failures is: a line on a terminal, and what was found so far in words."""

from __future__ import annotations

from synterm.cli.output import say
from synterm.cli.progress import StatusLine
from synterm.core.case import input_text
from synterm.core.distill import AttackReport, Boundary, Neighbourhood, Shrunk
from synterm.core.generation import Funnel
from synterm.evaluate.events import Event, Judged, Preparing
from synterm.reports.distilled import round_line
from synterm.reports.figures import dollars
from synterm.text import plural


class DistillProgress:
    """Watches; what it saw last can be said in words."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._line = StatusLine(hidden=quiet)
        self._doing = ""
        self._so_far = ""
        self._asked = self._cached = self._rounds = 0
        self._cost = 0.0

    def begin(self, doing: str) -> None:
        """What is done now; on no terminal it is said in a line."""
        self._doing, self._so_far = doing, ""
        if not self._quiet and not self._line.live:
            say(doing)

    def event(self, event: Event) -> None:
        """Something was evaluated, or a model is made ready."""
        if isinstance(event, Preparing) and not self._quiet:
            say(event.words)
        if isinstance(event, Judged):
            cached = event.evaluation.completion.cached
            self._cached += cached
            self._asked += not cached
            self._cost += sum(call.cost_usd or 0.0 for call in event.evaluation.calls if not call.cached)
        if self._line.due():
            self._draw()

    def shrunk(self, found: Shrunk) -> None:
        """A smaller input fails too."""
        self._so_far = f"{plural(len(input_text(found.smallest.input).split()), 'word')} left"

    def boundary(self, found: Boundary) -> None:
        """A value was tried."""
        self._so_far = found.words

    def generating(self, event: Event | None, funnel: Funnel) -> None:
        """Neighbours are made."""
        self._so_far = f"{funnel.kept:,} of {funnel.wanted:,} neighbours made"
        if event is not None:
            self.event(event)

    def around(self, found: Neighbourhood) -> None:
        """A round is over."""
        self._line.clear()
        self._rounds = len(found.rounds)
        if not self._quiet:
            say(round_line(self._rounds, found.rounds[-1]))

    def attack(self, found: AttackReport) -> None:
        """Some attacks were made."""
        self._asked, self._cached, self._cost = found.requests + found.asked, found.cached, found.cost_usd
        self._so_far = f"{sum(one.succeeded for one in found.tries):,} of {len(found.tries):,} succeeded"
        if self._line.due():
            self._draw()

    def words(self) -> str:
        """``14 answers asked for, 3 from the project file; all of them are kept``."""
        return (
            f"{self._doing}: {plural(self._asked, 'answer')} asked for, {self._cached:,} from the project file; "
            "all of them are kept"
        )

    def close(self) -> None:
        """Leave an empty line."""
        self._line.clear()

    def _draw(self) -> None:
        parts = [self._doing, self._so_far, f"{self._asked:,} asked", f"{self._cached:,} cached"]
        self._line.draw([part for part in [*parts, *([dollars(self._cost)] if self._cost else [])] if part])
