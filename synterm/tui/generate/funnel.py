"""The funnel of a generation as it stands on the screen: what was asked, made, dropped and kept, each with a bar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.content import Content

from synterm.core.generation import Funnel
from synterm.providers.prices import is_free
from synterm.reports.figures import dollars, seconds
from synterm.text import one_line, plural
from synterm.tui.generate.job import Job

_NAME = 16
_NUMBER = 7
_BAR = 30
_REASON = 20
"""The least room in which a reason is told."""
_PARTS = "▏▎▍▌▋▊▉█"
MUTED = "$foreground 65%"


def bar(count: float, most: float, width: int) -> str:
    """A bar in eighths of a cell; something is seen of everything above nothing."""
    eighths = round(8 * width * min(count / most, 1)) if most else 0
    whole, part = divmod(max(eighths, 1 if count else 0), 8)
    return "█" * whole + (_PARTS[part - 1] if part else "")


def funnel_text(funnel: Funnel, width: int, *, reasons: int = 1, sent: int = 0) -> Content:
    """The funnel in lines of `width` cells; `reasons`: how many of each filter are told, in lines of their own from
    the second on; `sent`: requests that were sent so far."""
    asked = max(funnel.questions, sent)
    most = max(asked, funnel.made, funnel.kept, funnel.wanted, 1)
    lines = _Lines(width, most, reasons)
    if asked:
        cached = f"{plural(funnel.cached, 'answer')} from the project file" if funnel.cached else ""
        lines.add("asked", asked, "$primary", cached)
    lines.counted("no answer", funnel.failed, "$text-error")
    lines.counted("unreadable", funnel.unreadable, "$text-warning")
    lines.add("made", funnel.made, "$primary")
    for name, dropped in sorted(funnel.dropped.items(), key=lambda pair: -sum(pair[1].values())):
        lines.counted(f"✗ {name}", dropped, "$text-error")
    lines.add("✓ kept", funnel.kept, "$text-success", f"of {funnel.wanted:,} wanted")
    if funnel.unsure:
        lines.add("? of them", funnel.unsure, "$text-warning", "expected result not confirmed: review them")
    return Content("\n").join(lines.lines)


class _Lines:
    def __init__(self, width: int, most: int, reasons: int) -> None:
        self.lines: list[Content] = []
        self._bar = max(8, min(_BAR, (width - _NAME - _NUMBER - 4) // 3))
        self._room = max(width - _NAME - _NUMBER - self._bar - 4, 0)
        self._most = most
        self._reasons = reasons

    def add(self, name: str, count: int, ink: str, note: str = "") -> None:
        """A line with a bar."""
        drawn = bar(count, self._most, self._bar)
        told = one_line(note, self._room) if self._room >= _REASON else ""
        self.lines.append(
            Content.assemble(
                f" {one_line(name, _NAME):<{_NAME}}",
                (f"{count:>{_NUMBER},} ", "bold"),
                (f"{drawn:<{self._bar}} ", ink),
                (told, MUTED),
            )
        )

    def counted(self, name: str, reasons: Mapping[str, int], ink: str) -> None:
        """A line for all of them, and what they are."""
        if not reasons:
            return
        most = sorted(reasons.items(), key=lambda pair: -pair[1])
        told = [f"{count:,} × {reason}" if len(most) > 1 else reason for reason, count in most]
        self.add(name, sum(reasons.values()), ink, told[0])
        indent = " " * (_NAME + _NUMBER + self._bar + 3)
        for line in told[1 : self._reasons] if self._room >= _REASON else ():
            self.lines.append(Content.styled(indent + one_line(line, self._room), MUTED))


def progress_line(job: Job) -> Content:
    """How fast, how long, and what it cost."""
    return Content(" · ").join(Content(words) for words in _progress(job))


def _progress(job: Job) -> Iterator[str]:
    if job.running and (rates := job.rates):
        yield f" {rates[0]:.1f} made and {rates[1]:.1f} kept a second"
    yield f" {seconds(job.elapsed_s)}" if not (job.running and job.rates) else seconds(job.elapsed_s)
    if (left := job.left_s) is not None:
        yield f"about {seconds(left)} left"
    purse = job.plan.limits.purse
    if job.funnel.cost_usd or (purse and not all(map(is_free, job.plan.models))):
        yield dollars(job.funnel.cost_usd) + (f" of {dollars(purse.cap_usd)}" if purse else "")
    if job.note:
        yield one_line(job.note, 100)
