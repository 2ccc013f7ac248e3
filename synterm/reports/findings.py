"""What a run found, as CI has to know it: which gates hold, what got worse, and what it comes to in a word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synterm.core.comparison import ChangedCase, PartComparison, VariantComparison
from synterm.core.report import GateReport, RunReport
from synterm.errors import ExitCode
from synterm.evaluate.compare.outcome import worst_first
from synterm.text import plural

WHOLE = "the whole run"
WHOLE_OF_CUT = "what was evaluated"
_VERDICTS = {
    ExitCode.OK: "passed",
    ExitCode.GATE_FAILED: "failed",
    ExitCode.INCOMPLETE: "incomplete",
    ExitCode.INSUFFICIENT: "insufficient",
}


@dataclass(frozen=True, slots=True)
class FoundGate:
    """A gate, and where it stands."""

    path: str
    """The path of its node; `WHOLE` for one over the run."""
    variant: str
    """The variant's name; empty where it is about no single one."""
    gate: GateReport

    @property
    def found(self) -> str:
        """What was found, in words: ``4.8 % pass, 1 of 21``."""
        return self.gate.finding or "nothing found"


@dataclass(frozen=True, slots=True)
class FoundPart:
    """How a behavior, or the whole, stands against what the run is compared with."""

    pair: VariantComparison
    part: PartComparison
    whole: str = WHOLE
    """What the whole is, in words."""

    @property
    def path(self) -> str:
        """The behavior's path, or what the whole is."""
        return self.part.path or self.whole


def gates(report: RunReport) -> list[FoundGate]:
    """All gates: those over the run first, then those of the tree."""
    whole = [FoundGate(WHOLE, gate.variant, gate) for gate in report.gates]
    return whole + [FoundGate(row.path, row.variant, row.gate) for row in report.behaviors if row.gate]


def parts(report: RunReport) -> Iterator[FoundPart]:
    """Each pair of variants that was compared: as a whole, then its behaviors, of which what got worse comes first."""
    for pair in report.comparison.comparisons if report.comparison else ():
        yield from (FoundPart(pair, part, whole(report)) for part in (pair.whole, *worst_first(pair.behaviors)))


def regressions(report: RunReport) -> list[FoundPart]:
    """What got worse, as far as that can be told from chance, the worst of each pair of variants first.

    Of a share of a run nothing: the whole may say otherwise.
    """
    return [] if is_share(report) else [found for found in parts(report) if found.part.passes.verdict == "worse"]


def whole(report: RunReport) -> str:
    """What a comparison of all that was evaluated is about: the run, or as much of it as was made."""
    return WHOLE_OF_CUT if report.halted or report.totals.not_made else WHOLE


def is_share(report: RunReport) -> bool:
    """Whether the other shares of the run are elsewhere."""
    return report.shard is not None and report.shard.of > 1


def broken_cases(report: RunReport) -> dict[tuple[str, str], ChangedCase]:
    """The cases that came out worse, by the later variant's name and the case's id."""
    pairs = report.comparison.comparisons if report.comparison else []
    return {(pair.after, case.case_id): case for pair in pairs for case in pair.broken}


def verdict(report: RunReport) -> str:
    """What the exit code means: passed, failed, incomplete, insufficient."""
    return _VERDICTS.get(ExitCode(report.exit_code), "failed")


def headline(report: RunReport) -> str:
    """What is wrong in a line, or that nothing is: ``2 gates fail, 1 behavior got worse``."""
    states = [found.gate.state for found in gates(report)]
    told = [
        _counted(states.count("failed"), "gate fails", "gates fail"),
        _worse({found.path for found in regressions(report)}),
        _counted(states.count("open"), "gate is not decided", "gates are not decided"),
        f"{plural(report.totals.not_made, 'evaluation')} not made" if report.totals.not_made else "",
        f"{plural(report.totals.errors, 'evaluation')} without a verdict" if report.totals.errors else "",
    ]
    said = ", ".join(filter(None, told))
    return said or (f"all {len(states)} gates hold" if len(states) > 1 else "the gate holds" if states else "no gates")


def pass_rate(report: RunReport) -> float | None:
    """The share of evaluations with a verdict that passed, over all variants."""
    judged = report.totals.passed + report.totals.failed
    return report.totals.passed / judged if judged else None


def _worse(paths: set[str]) -> str:
    behaviors = paths - {WHOLE, WHOLE_OF_CUT}
    if paths and not behaviors:
        return f"{min(paths)} got worse"
    return _counted(len(behaviors), "behavior got worse", "behaviors got worse")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""
