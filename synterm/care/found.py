"""What an examination finds, with what would repair it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from synterm import __version__
from synterm.core.health import HealthFinding, HealthReport, HealthState
from synterm.errors import ExitCode, SyntermError

Mend = Callable[[], str]
"""Repairs something, and gives words on what it did. Raises SyntermError or OSError when it can't."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at."""

    part: str
    state: HealthState
    said: str
    hint: str | None = None
    mend: Mend | None = None
    """What repairs it without risk; None where nothing does."""


def well(part: str, said: str) -> Found:
    """Nothing is wrong with it."""
    return Found(part, "well", said)


def report(findings: Iterable[Found], project: str | None, *, fix: bool) -> HealthReport:
    """The report, after repairing what can be repaired where `fix` asks for it."""
    told = [_told(found, fix=fix) for found in findings]
    left = any(one.is_open for one in told)
    return HealthReport(
        synterm=__version__,
        project=project,
        exit_code=ExitCode.GATE_FAILED if left else ExitCode.OK,
        findings=told,
    )


def _told(found: Found, *, fix: bool) -> HealthFinding:
    told = HealthFinding(
        part=found.part, state=found.state, said=found.said, hint=found.hint, can_mend=found.mend is not None
    )
    if not (fix and found.mend):
        return told
    try:
        return told.model_copy(update={"mended": found.mend()})
    except SyntermError as error:
        return told.model_copy(update={"refused": str(error), "hint": error.hint or told.hint})
    except OSError as error:
        return told.model_copy(update={"refused": error.strerror or str(error)})
