"""What changed from one variant of a run to another: which cases were fixed, which broke, and whether it counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from synterm.core.report import EvaluationReport, RunReport, VariantReport
from synterm.evaluate.statistics import mcnemar_exact

ALPHA = 0.05
"""Below this p-value a difference counts."""


@dataclass(frozen=True, slots=True)
class Change:
    """The cases that both variants have a verdict on, compared in pairs."""

    before: VariantReport
    after: VariantReport
    fixed: tuple[str, ...]
    """Ids of the cases that came out better."""
    broken: tuple[str, ...]
    """Ids of the cases that came out worse."""
    p_value: float
    """Exact McNemar over lineage roots, of which each counts once: variations of a seed are not independent."""
    changed_roots: int

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, ``no difference found`` or ``not enough evidence``."""
        if self.p_value < ALPHA:
            return "better" if len(self.fixed) > len(self.broken) else "worse"
        # Were all that changed to change the same way, this would be the p-value.
        if mcnemar_exact(self.changed_roots, 0) >= ALPHA and self.changed_roots:
            return "not enough evidence"
        return "no difference found"


def changes(report: RunReport) -> list[Change]:
    """For every prompt and model with several versions: the change from its first version to its last."""
    groups: dict[tuple[str, str], list[VariantReport]] = defaultdict(list)
    for variant in report.variants:
        groups[variant.prompt, variant.model].append(variant)
    return [change(report, group[0], group[-1]) for group in groups.values() if len(group) > 1]


def change(report: RunReport, before: VariantReport, after: VariantReport) -> Change:
    """The change between two variants of a run. Repeats of a case are taken together."""
    old, new = (_judged(report, variant.name) for variant in (before, after))
    by_case = _directions(((done.case_id, done) for done in old), ((done.case_id, done) for done in new))
    by_root = _directions(((done.root_id, done) for done in old), ((done.root_id, done) for done in new))
    up, down = _ids(by_root, 1), _ids(by_root, -1)
    return Change(
        before,
        after,
        fixed=_ids(by_case, 1),
        broken=_ids(by_case, -1),
        p_value=mcnemar_exact(len(up), len(down)),
        changed_roots=len(up) + len(down),
    )


Keyed = Iterable[tuple[str, EvaluationReport]]


def _directions(old: Keyed, new: Keyed) -> dict[str, int]:
    """For each key that both sides judged: 1 when its share of passes rose, -1 when it fell, else 0."""
    before, after = _shares(old), _shares(new)
    return {key: (after[key] > share) - (after[key] < share) for key, share in before.items() if key in after}


def _shares(done: Keyed) -> dict[str, float]:
    verdicts: dict[str, list[bool]] = defaultdict(list)
    for key, evaluation in done:
        verdicts[key].append(bool(evaluation.passed))
    return {key: sum(passes) / len(passes) for key, passes in verdicts.items()}


def _ids(directions: dict[str, int], wanted: int) -> tuple[str, ...]:
    return tuple(key for key, direction in directions.items() if direction == wanted)


def _judged(report: RunReport, variant: str) -> list[EvaluationReport]:
    return [done for done in report.evaluations if done.variant == variant and done.passed is not None]
