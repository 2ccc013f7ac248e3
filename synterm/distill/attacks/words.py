"""An attack, in words."""

from __future__ import annotations

from synterm.core.distill import AttackReport
from synterm.text import plural


def attack_words(report: AttackReport) -> str:
    """``3 of 10 cases broken by 4 of 30 attacks``."""
    if not report.cases:
        return "nothing was attacked"
    succeeded = sum(one.succeeded for one in report.tries)
    cases = f"{len(report.broken)} of {plural(len(report.cases), 'case')}"
    return f"{cases} broken by {succeeded} of {plural(len(report.tries), 'attack')}"
