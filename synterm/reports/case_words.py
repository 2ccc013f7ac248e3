"""What is said of a case where it has one verdict for all its repeats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from synterm.core.case import input_text
from synterm.core.completion import Outcome
from synterm.core.dialog import is_dialog, transcript_of
from synterm.core.evaluation import CheckResult
from synterm.text import one_line

if TYPE_CHECKING:
    from synterm.storage.recorded import Recorded

ErrorKind = Literal["provider", "timeout", "budget", "cancelled", "not sent", "worker", "judge", "check"]
_KINDS: dict[Outcome, ErrorKind] = {
    Outcome.TIMED_OUT: "timeout",
    Outcome.CANCELLED: "cancelled",
    Outcome.OVER_BUDGET: "budget",
    Outcome.NOT_SENT: "not sent",
    Outcome.LOST: "worker",
}
_MARKS = {True: "✓", False: "✗", None: "?"}


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """The repeats of one case under one variant: failed where one failed, without a verdict where one has none and
    none failed, and passed where all passed."""

    repeats: Sequence[Recorded]

    @property
    def telling(self) -> Recorded:
        """The repeat that the verdict is about: the first that failed, or has no verdict, or the first."""
        ranks = {False: 0, None: 1, True: 2}
        return min(self.repeats, key=lambda done: ranks[done.passed])

    @property
    def passed(self) -> bool | None:
        """None: no verdict."""
        return self.telling.passed

    @property
    def counts(self) -> tuple[int, int]:
        """How many repeats passed, and how many have a verdict."""
        judged = [done.passed for done in self.repeats if done.passed is not None]
        return sum(judged), len(judged)

    @property
    def flaky(self) -> bool:
        """Whether some repeats passed and others failed."""
        passed, judged = self.counts
        return 0 < passed < judged

    @property
    def message(self) -> str:
        """The verdict in a line; empty where it passed."""
        if self.passed:
            return ""
        told = reason(self.telling)
        passed, judged = self.counts
        return f"flaky, {passed} of {judged} repeats passed: {told}" if self.flaky else told


def title(done: Recorded, limit: int) -> str:
    """The case in a line: how its input begins."""
    return one_line(input_text(done.input), limit) or "(empty)"


def answer(done: Recorded) -> str:
    """The answer as people read it: of a dialog the whole of it."""
    held = transcript_of(done.text) if is_dialog(done.input) else None
    return held.readable if held else done.text


def got(done: Recorded) -> str:
    """The label that was read, else the answer, of a dialog the last one."""
    if done.label is not None:
        return done.label
    held = transcript_of(done.text) if is_dialog(done.input) else None
    return held.last if held else done.text


def reason(done: Recorded, limit: int = 400) -> str:
    """Why it did not pass, in a line: ``expected refund, got other: …``, or why there is no verdict."""
    if done.passed is None:
        said = done.error or "no verdict"
        return one_line(f"no verdict: {said}" + (f" ({done.hint})" if done.hint else ""), limit)
    failed = next((check for check in done.checks if check.passed is False), None)
    if failed is None:
        return one_line(f"the answer is {done.outcome.value}", limit)
    if failed.reading:
        expected, found = failed.reading
        return one_line(f"expected {expected}, got {found or 'no label'}", limit)
    return one_line(f"{failed.type}: {failed.reason or 'failed'}", limit)


def error_kind(done: Recorded) -> ErrorKind:
    """What kept it from a verdict."""
    if not done.outcome.answered:
        return _KINDS.get(done.outcome, "provider")
    return "judge" if any(check.passed is None and check.judge for check in _all(done.checks)) else "check"


def check_lines(checks: Sequence[CheckResult], indent: str = "") -> Iterator[str]:
    """What each check found, a line for each: ``✗ label: expected refund, got other``."""
    for check in checks:
        told = f"{_MARKS[check.passed]} {check.type}: {check.reason or check.error or ''}".removesuffix(": ")
        judged = f"  [{check.judge}]" if check.judge else ""
        yield indent + one_line(told + judged, 1000)
        yield from check_lines(check.parts, indent + "  ")


def _all(checks: Sequence[CheckResult]) -> Iterator[CheckResult]:
    for check in checks:
        yield check
        yield from _all(check.parts)
