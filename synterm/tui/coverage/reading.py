"""Finding out what the cases of a project cover."""

from __future__ import annotations

from collections.abc import Callable

from synterm.core.coverage import CoverageReport
from synterm.storage.project import Project


class _LeftError(Exception):
    """Nobody waits for the report any more."""


def read_coverage(project: Project, told: Callable[[str], None], left: Callable[[], bool]) -> CoverageReport | None:
    """The report; None where nobody waits for it any more. Takes its time: for threads. Raises SyntermError.

    `told` hears in words how far it is; `left` says whether to stop, and is asked again and again.
    """
    from synterm.describe.coverage.report import coverage_report

    def going() -> None:
        if left():
            raise _LeftError

    def watch(done: int, total: int) -> None:
        told(f"looked at {done:,} of {total:,} behaviors …" if done < total else "drawing the map …")

    try:
        return coverage_report(project, watch=watch, going=going)
    except _LeftError:
        return None
