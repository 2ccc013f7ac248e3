"""What calibration means for a run: pass rates corrected for the judge's errors, and gates that lean on a judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synterm.core.report import CorrectedRate
from synterm.core.tree import CheckConfig
from synterm.evaluate.agreement import Agreement
from synterm.evaluate.column import Column
from synterm.evaluate.review.calibration import Calibration, Calibrations, Judge, calibrations
from synterm.evaluate.sheet import Sheet
from synterm.storage.project import Project


def known_judges(project: Project, sheet: Sheet) -> Calibrations | None:
    """What people's verdicts say of the judges that a run asked; None where it asked none. Reads all evaluations."""
    return calibrations(project) if sheet.has_judges else None


def corrected_pass_rate(column: Column, roots: Sequence[int], known: Calibrations | None) -> CorrectedRate | None:
    """What the verdicts of the judge that gave most of them amount to, among those that are calibrated.

    `roots` has the lineage of each case, by its number. It is the judge's own pass rate that is corrected, not that of
    all checks together: its errors are what is known.
    """
    judges = sorted(column.judges.items(), key=lambda one: (-one[1].judged, one[0]))
    for (check, judge), count in judges:
        found = _known(known, (check, judge))
        if count.judged and not found.refusal:
            lineages = {roots[case] for case, saw in enumerate(count.seen) if saw}
            shown = count.passed / count.judged
            rate, bounds = found.corrected(shown, len(lineages))
            return CorrectedRate(rate=rate, ci=bounds, check=check, judge=judge, n=found.found.n, judged_rate=shown)
    return None


def gate_note(
    column: Column, cases: Sequence[int], checks: Iterable[CheckConfig], known: Calibrations | None
) -> str | None:
    """Why a gate over these cases is to be taken with care: it leans on judges that are not calibrated; None otherwise.

    `checks` are those of its scenarios: a judge counts only where one of its checks has a weight.
    """
    weightless = _weightless(checks)
    notes: dict[str, None] = {}
    for (check, judge), count in sorted(column.judges.items()):
        if check not in weightless and any(count.saw(case) for case in cases):
            refusal = _known(known, (check, judge)).refusal
            if refusal:
                notes[refusal] = None
    return "; ".join(notes) or None


def _known(known: Calibrations | None, judge: Judge) -> Calibration:
    return known.of(judge) if known else Calibration(*judge, Agreement())


def _weightless(checks: Iterable[CheckConfig]) -> set[str]:
    """The types of checks that are shown and count for nothing, wherever they stand."""
    weights: dict[str, set[bool]] = {}
    for check in checks:
        weights.setdefault(str(check.get("type")), set()).add(check.get("weight", 1) == 0)
    return {kind for kind, without in weights.items() if without == {True}}
